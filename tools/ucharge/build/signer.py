"""Signs update files: P-256, SHA-256, raw r || s as the device reads it."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding


class Signer:
    """The firmware signing key and certificate of a ``KeyFolder``."""

    size = 64

    def __init__(self, keys):
        self._key = keys.key("signing")
        self.certificate_der = keys.certificate("signing").public_bytes(Encoding.DER)

    def sign(self, data):
        """The 64-byte signature of ``data``; deterministic (RFC 6979), so builds reproduce."""
        der = self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(der)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def is_signed_by(data, signature, certificate):
    """True when ``signature`` (raw r || s) over ``data`` is by ``certificate``'s key."""
    if len(signature) != Signer.size:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        certificate.public_key().verify(
            utils.encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature:
        return False
    return True


def is_issued_by(certificate, root):
    """True when ``root``'s key signed ``certificate``."""
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
