"""What PyPI ``cryptography`` says of a case, in the words of ``device.py``.

X.509's rules on top of its parsing (validity, usage, constraints) are spelt out here on its own
objects, never on what lib/pki read.
"""

import datetime
import hashlib
import warnings

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from derkit import parse

SHA256 = hashes.SHA256()
REFUSALS = (
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
KNOWN = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)


class Refused(Exception):
    """The oracle's no; the text says why."""


def judge(case):
    """``good ...`` or ``refused ...``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return "good " + _judge(case)
    except Refused as error:
        return f"refused {error}"
    except REFUSALS as error:
        return f"refused {type(error).__name__} {error}"


def _judge(case):
    kind = case["kind"]
    if kind == "pem":
        certificate = x509.load_pem_x509_certificate(case["text"].encode())
        return _short(certificate.public_bytes(Encoding.DER))
    if kind == "signature":
        key = load_der_public_key(bytes.fromhex(case["key"]))
        check_signature(key, case)
        return ""
    certificate = Loaded(bytes.fromhex(case["der"]))
    if kind == "signer":
        check_signer(certificate, [bytes.fromhex(root) for root in case["roots"]], case["now_s"])
    elif kind == "root":
        check_root(certificate, case["now_s"])
    return fields(certificate)


class Loaded:
    """A certificate with everything in it read that has a say."""

    def __init__(self, der):
        self.certificate = x509.load_der_x509_certificate(der)
        self.version = self.certificate.version
        self.names = self.certificate.issuer, self.certificate.subject
        self.algorithm = self.certificate.signature_algorithm_oid
        try:
            self.extensions = self.certificate.extensions
        except ValueError:
            # X.509 lets a non-critical extension that one does not use be skipped unread. The
            # library reads all or none, so leave those out that can be.
            stripped = x509.load_der_x509_certificate(without_optional(der))
            self.extensions = stripped.extensions

    def __getattr__(self, name):
        return getattr(self.certificate, name)


def without_optional(der):
    """``der`` without the non-critical extensions that decide nothing."""
    tree = parse(der)
    fields = tree.parts[0].parts
    listed = fields[-1].parts[0]
    listed.parts = [each for each in listed.parts if len(each.parts) > 2 or is_known(each)]
    if not listed.parts:
        del fields[-1]
    return tree.encode()


def is_known(extension):
    """Whether lib/pki must read it."""
    return extension.parts[0].content[:2] == b"\x55\x1d" and extension.parts[0].content[2:] in (
        b"\x0f",
        b"\x13",
        b"\x25",
    )


def _short(data):
    return hashlib.sha256(data).digest()[:6].hex()


def fields(certificate):
    """As ``device.fields``."""
    return " ".join(
        (
            f"{certificate.serial_number:02x}".lstrip("0"),
            _short(certificate.issuer.public_bytes()),
            _short(certificate.subject.public_bytes()),
            _short(_key_bits(certificate.public_key())),
            _short(certificate.tbs_certificate_bytes),
            _short(certificate.signature),
            str(int(certificate.not_valid_before_utc.timestamp())),
            str(int(certificate.not_valid_after_utc.timestamp())),
        )
    )


def _key_bits(key):
    """What the BIT STRING of a key holds."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def check_signature(key, case):
    """Raises unless one of the allowed schemes takes the signature."""
    digest, sign = bytes.fromhex(case["digest"]), bytes.fromhex(case["sign"])
    prehashed = utils.Prehashed(SHA256)
    last = Refused("no scheme for this key")
    for scheme in case["schemes"]:
        try:
            if isinstance(key, rsa.RSAPublicKey) and scheme in RSA_PADDINGS:
                return key.verify(sign, digest, RSA_PADDINGS[scheme], prehashed)
            if isinstance(key, ec.EllipticCurvePublicKey):
                if not isinstance(key.curve, ec.SECP256R1):
                    raise Refused("another curve")
                if scheme == "ECDSA_DER":
                    return key.verify(sign, digest, ec.ECDSA(prehashed))
                if scheme == "ECDSA_RAW" and len(sign) == 64:
                    r, s = (int.from_bytes(half, "big") for half in (sign[:32], sign[32:]))
                    encoded = utils.encode_dss_signature(r, s)
                    return key.verify(encoded, digest, ec.ECDSA(prehashed))
        except InvalidSignature as error:
            last = error
    raise last


RSA_PADDINGS = {
    "RSA_PKCS1": padding.PKCS1v15(),
    "RSA_PSS": padding.PSS(padding.MGF1(SHA256), 32),
    "RSA_PSS_ANY_SALT": padding.PSS(padding.MGF1(SHA256), padding.PSS.AUTO),
}


def check_signer(certificate, roots, now_s):
    """The rules for a signer of firmware."""
    check_time(certificate, now_s)
    check_signs(certificate)
    check_critical(certificate)
    certificate.public_key()
    if certificate.public_bytes(Encoding.DER) in roots:
        return
    for der in roots:
        try:
            root = Loaded(der)
            check_time(root, now_s)
            check_issues(root)
            check_critical(root)
            certificate.verify_directly_issued_by(root.certificate)
            if certificate.issuer.public_bytes() != root.subject.public_bytes():
                raise Refused("names")
            return
        except (Refused, *REFUSALS):
            pass
    raise Refused("no root vouches for it")


def check_root(certificate, now_s):
    """The rules for a root to be installed."""
    check_time(certificate, now_s)
    check_critical(certificate)
    try:
        check_issues(certificate)
    except Refused:
        check_signs(certificate)
    certificate.verify_directly_issued_by(certificate.certificate)


def check_time(certificate, now_s):
    """Valid at that second."""
    now = datetime.datetime.fromtimestamp(now_s, datetime.timezone.utc)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused("not valid then")


def check_critical(certificate):
    """No critical extension that nobody looks at."""
    for each in certificate.extensions:
        if each.critical and not isinstance(each.value, KNOWN):
            raise Refused("critical extension")


def _extension(certificate, kind):
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _check_purpose(certificate):
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    wanted = (ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
    if purposes is not None and not any(each in wanted for each in purposes):
        raise Refused("purpose")


def check_signs(certificate):
    """It may sign firmware."""
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise Refused("usage")
    _check_purpose(certificate)


def check_issues(certificate):
    """It may sign certificates."""
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise Refused("no CA")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise Refused("usage")
    _check_purpose(certificate)
