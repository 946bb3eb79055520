"""What can go wrong with a connection. May import: built-ins only."""


class TransportError(Exception):
    """Base of all; its text is one readable line."""


class ResolveError(TransportError):
    """The host name has no address, or no name server answered."""


class ConnectError(TransportError):
    """The server could not be reached, or refused."""


class TlsError(TransportError):
    """The TLS handshake failed.

    ``kind``: 'name' (certificate of another host), 'date' (expired, not yet valid, or the clock
    is not set), 'ca' (not signed by the trusted CA), 'client' (this side's own certificate can't
    be used), or 'protocol' (anything else).
    """

    def __init__(self, reason, kind="protocol"):
        super().__init__(reason)
        self.kind = kind


class TransportTimeout(TransportError):
    """No progress in the time allowed."""


class TransportClosed(TransportError):
    """The connection was lost, or has been closed on this side."""
