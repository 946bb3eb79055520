"""X.509 certificates: what is known of one after ``fields`` has read it.

May import: ``pki.errors``; late ``pki.fields``, ``pki.keys``.
"""

import gc
import sys

from pki.errors import DerError, InvalidCertificate

MAX_SIZE = 4096  # more than a PEM text of 5500 characters can hold
DIGITAL_SIGNATURE = 0x80
KEY_CERT_SIGN = 0x04


class Certificate:
    """The certificate ``der`` (bytes). Raises InvalidCertificate: not v3, not strict DER, ...

    usage: first byte of keyUsage, None where absent. signs_code: False where an extended key
    usage leaves that out.
    """

    digest: bytes  # SHA-256 of the part that is signed
    algorithm: bytes  # AlgorithmIdentifier, DER
    signature: bytes
    serial: bytes  # big-endian
    issuer: bytes  # names in DER, compared byte for byte
    subject: bytes
    not_before_s: int  # Unix time, both inclusive
    not_after_s: int
    key_info: bytes  # SubjectPublicKeyInfo, DER

    def __init__(self, der):
        from pki.fields import read

        gc.collect()  # see ``forget``
        self.der = bytes(der)
        self.is_ca = False
        self.usage = None
        self.signs_code = True
        try:
            if len(self.der) > MAX_SIZE:
                raise DerError("larger than %d bytes" % MAX_SIZE)
            read(self)
        except DerError as error:
            raise InvalidCertificate(error.reason)

    def key(self):
        """The public key, for ``verify.signature``. Raises InvalidCertificate."""
        from pki.keys import load

        return load(self.key_info)


def forget():
    """Give the heap of the code that reads DER back, which comes again with the next use.

    Keys, and steps of a verification once begun, need it no more.
    """
    package = sys.modules["pki"]
    for name in ("fields", "times", "keys", "der"):
        if sys.modules.pop("pki." + name, None):
            delattr(package, name)
    gc.collect()  # what comes next must not be spread between garbage: nothing moves it later
