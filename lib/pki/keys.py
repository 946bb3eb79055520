"""The public key in a SubjectPublicKeyInfo: RSA or P-256, nothing else.

Only the module of the key's kind is loaded. May import: ``pki.der``, ``pki.errors``,
``pki.p256``, ``pki.rsa``.
"""

from pki.der import SEQUENCE, Reader
from pki.errors import DerError, InvalidCertificate

# AlgorithmIdentifier: id-ecPublicKey on prime256v1; rsaEncryption with NULL
_P256 = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
_RSA = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"


def load(key_info):
    """The key in ``key_info`` (DER): ``p256.Key`` or ``rsa.Key``. Raises InvalidCertificate."""
    try:
        algorithm, bits = split(Reader(bytes(key_info)))
        if algorithm == _P256:
            from pki.p256 import Key
        elif algorithm == _RSA:
            from pki.rsa import Key
        else:
            raise InvalidCertificate("key is neither RSA nor P-256")
        return Key(bits)
    except DerError as error:
        raise InvalidCertificate("public key: " + error.reason)


def algorithm_of(reader):
    """The AlgorithmIdentifier that is next in ``reader``, as DER. Raises DerError."""
    at = reader.at
    fields = reader.take(SEQUENCE)
    fields.oid()
    tag = fields.next_tag()
    if tag is not None:
        fields.take(tag)
    fields.close()
    return reader.since(at)


def split(reader):
    """(AlgorithmIdentifier, key bits) of the key in ``reader``. Raises DerError."""
    fields = reader.only(SEQUENCE)
    algorithm = algorithm_of(fields)
    bits = fields.octets()
    fields.close()
    return algorithm, bits
