"""Who may sign firmware: X.509's rules between a certificate and the installed roots.

There are no intermediate certificates. A trusted root may itself be the signer.
May import: ``pki.errors``, ``pki.verify``, ``pki.x509``.
"""

from pki.errors import InvalidCertificate, InvalidSignature
from pki.verify import ECDSA_DER, RSA_PKCS1, RSA_PSS, finish
from pki.x509 import DIGITAL_SIGNATURE, KEY_CERT_SIGN, Certificate, forget

_ECDSA = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
_PKCS1 = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"
# SHA-256, MGF1 with SHA-256, a salt of 32 bytes, all written out
_PSS = (
    b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34"
    b"\xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"
    b"\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"
    b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"
    b"\xa2\x03\x02\x01\x20"
)


async def check_signer(der, roots, now_s, between=None):
    """The ``x509.Certificate`` of a firmware signer that one of ``roots`` vouches for.

    der: the signer's certificate. roots: a list of the installed roots (DER bytes). now_s: Unix
    seconds. between: see ``verify.finish``. Raises InvalidCertificate.
    """
    certificate = Certificate(der)
    _check_time(certificate, now_s)
    _check_signs(certificate)
    issuers = None
    if certificate.der not in roots:
        if certificate.is_ca:
            raise InvalidCertificate("the signer is a CA")
        issuers = _issuers(certificate, roots, now_s)
    forget()
    certificate.key()
    if issuers:
        await finish(_signed_by_one(certificate, issuers), between)
    return certificate


async def check_root(der, now_s, between=None):
    """The ``x509.Certificate`` of a root worth installing: self-signed, valid now, with a key
    and a signature algorithm known here, and allowed to sign certificates or firmware.

    Arguments and errors as of ``check_signer``.
    """
    certificate = Certificate(der)
    _check_time(certificate, now_s)
    if certificate.issuer != certificate.subject:
        raise InvalidCertificate("not self-signed")
    try:
        _check_issues(certificate)
    except InvalidCertificate:
        _check_signs(certificate)
    forget()
    certificate.key()
    await finish(_signed_by_one(certificate, [certificate]), between)
    return certificate


def _issuers(certificate, roots, now_s):
    """The roots (``Certificate``) that may have issued it; InvalidCertificate if none may."""
    found = []
    problem = InvalidCertificate("the issuer is not installed")
    for der in roots:
        try:
            root = Certificate(der)
            if root.subject == certificate.issuer:
                _check_time(root, now_s)
                _check_issues(root)
                found.append(root)
        except InvalidCertificate as error:
            problem = InvalidCertificate("root: " + error.reason)
    if not found:
        raise problem
    return found


def _signed_by_one(certificate, issuers):
    """Generator; raises InvalidCertificate unless one of ``issuers`` signed it."""
    if certificate.algorithm == _ECDSA:
        scheme = ECDSA_DER
    elif certificate.algorithm == _PKCS1:
        scheme = RSA_PKCS1
    elif certificate.algorithm == _PSS:
        scheme = RSA_PSS
    else:
        raise InvalidCertificate("its signature algorithm is not known")
    problem = "the issuer did not sign it"
    for issuer in issuers:
        try:
            steps = issuer.key().steps(certificate.digest, certificate.signature, scheme)
            next(steps)  # past the last DER that is read
            forget()
            yield
            yield from steps
            return
        except InvalidSignature:
            pass
        except InvalidCertificate as error:
            problem = "root: " + error.reason
    raise InvalidCertificate(problem)


def _check_time(certificate, now_s):
    if now_s < certificate.not_before_s:
        raise InvalidCertificate("not yet valid")
    if now_s > certificate.not_after_s:
        raise InvalidCertificate("expired")


def _check_signs(certificate):
    """May it sign firmware?"""
    if not certificate.signs_code or not (certificate.usage or 0) & DIGITAL_SIGNATURE:
        raise InvalidCertificate("not meant to sign firmware")


def _check_issues(certificate):
    """May it sign certificates of firmware signers? keyUsage may be absent, but not say no."""
    usage = KEY_CERT_SIGN if certificate.usage is None else certificate.usage
    if not certificate.is_ca or not certificate.signs_code or not usage & KEY_CERT_SIGN:
        raise InvalidCertificate("not meant to sign certificates")
