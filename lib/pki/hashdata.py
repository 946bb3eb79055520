"""A root certificate's CertificateHashData (OCPP 1.6 security whitepaper), SHA-256.

May import: ``pki.der``, ``pki.keys``.
"""

import binascii
import hashlib

from pki.der import Reader
from pki.keys import split


def hash_data(root):
    """CertificateHashData of ``root`` (``x509.Certificate``), whose issuer is itself."""
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": _hash(root.issuer),
        "issuerKeyHash": _hash(split(Reader(root.key_info))[1]),
        "serialNumber": binascii.hexlify(root.serial).decode().lstrip("0"),
    }


def _hash(data):
    return binascii.hexlify(hashlib.sha256(data).digest()).decode()
