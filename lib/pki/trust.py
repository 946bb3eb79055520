"""Who may sign firmware: X.509's rules between a certificate and the installed roots.

There are no intermediate certificates. A trusted root may itself be the signer.
May import: ``pki.errors``, ``pki.schemes``, ``pki.steps``, ``pki.verify``, ``pki.x509``.
"""

import hashlib

from pki.errors import InvalidCertificate, InvalidSignature
from pki.schemes import ECDSA_DER, RSA_PKCS1, RSA_PSS
from pki.steps import finish, finish_async
from pki.x509 import DIGITAL_SIGNATURE, KEY_CERT_SIGN, Certificate

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


def check_signer(der, roots, now_s, between=None):
    """The ``x509.Certificate`` of a firmware signer that one of ``roots`` vouches for.

    der: the signer's certificate. roots: the installed roots (DER), each bytes. now_s: Unix
    seconds. between: called after each short step. Raises InvalidCertificate.
    """
    certificate, steps = _signer(der, roots, now_s)
    finish(steps, between)
    return certificate


async def check_signer_async(der, roots, now_s):
    """As ``check_signer``, letting other tasks run."""
    certificate, steps = _signer(der, roots, now_s)
    await finish_async(steps)
    return certificate


def check_root(der, now_s, between=None):
    """The ``x509.Certificate`` of a root worth installing: self-signed, valid now, with a key
    and a signature algorithm known here, and allowed to sign certificates or firmware.

    Arguments and errors as of ``check_signer``.
    """
    certificate, steps = _root(der, now_s)
    finish(steps, between)
    return certificate


async def check_root_async(der, now_s):
    """As ``check_root``, letting other tasks run."""
    certificate, steps = _root(der, now_s)
    await finish_async(steps)
    return certificate


def _signer(der, roots, now_s):
    """(certificate, what is left to do)."""
    certificate = Certificate(der)
    _check_time(certificate, now_s)
    _check_signs(certificate)
    certificate.key()
    if certificate.der in roots:
        return certificate, ()
    if certificate.is_ca:
        raise InvalidCertificate("the signer is a CA")
    return certificate, _issued_by_one(certificate, _issuers(certificate, roots, now_s))


def _root(der, now_s):
    certificate = Certificate(der)
    _check_time(certificate, now_s)
    if certificate.issuer != certificate.subject:
        raise InvalidCertificate("not self-signed")
    try:
        _check_issues(certificate)
    except InvalidCertificate:
        _check_signs(certificate)
    return certificate, _issued_by_one(certificate, [certificate])


def _issuers(certificate, roots, now_s):
    """The roots that may have issued ``certificate``; InvalidCertificate if there are none."""
    issuers = []
    problem = InvalidCertificate("the issuer is not installed")
    for der in roots:
        try:
            root = Certificate(der)
            if root.subject != certificate.issuer:
                continue
            _check_time(root, now_s)
            _check_issues(root)
            issuers.append(root)
        except InvalidCertificate as error:
            problem = InvalidCertificate("root: " + error.reason)
    if not issuers:
        raise problem
    return issuers


def _issued_by_one(certificate, issuers):
    """Generator; raises InvalidCertificate unless a key of ``issuers`` signed it."""
    if certificate.algorithm == _ECDSA:
        scheme = ECDSA_DER
    elif certificate.algorithm == _PKCS1:
        scheme = RSA_PKCS1
    elif certificate.algorithm == _PSS:
        scheme = RSA_PSS
    else:
        raise InvalidCertificate("its signature algorithm is not known")
    digest = hashlib.sha256(certificate.tbs).digest()
    for issuer in issuers:
        try:
            yield from issuer.key().steps(digest, certificate.signature, scheme)
            return
        except InvalidSignature:
            pass
    raise InvalidCertificate("the issuer did not sign it")


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
