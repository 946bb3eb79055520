"""What can be wrong with a certificate or a signature. May import: built-ins only."""


class PkiError(Exception):
    """Base of all; ``reason`` is one readable line."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class DerError(PkiError):
    """Bytes that are not the one DER encoding of anything. Never leaves ``pki``."""


class InvalidCertificate(PkiError):
    """A certificate, or a key in one, that can't be trusted for what it is meant for."""


class InvalidSignature(PkiError):
    """The signature is not by that key over that digest in an allowed scheme."""
