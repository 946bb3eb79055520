"""What can go wrong with a WebSocket. May import: built-ins only."""


class WsError(Exception):
    """Base of all; its text is one readable line."""


class HandshakeError(WsError):
    """The server did not open the WebSocket; ``status`` is its HTTP status, 0 without one.

    ``retry_after`` is the text of that field, or None.
    """

    def __init__(self, reason, status=0, retry_after=None):
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after


class ConnectionClosed(WsError):
    """The WebSocket is closed: by the server, or after an error with ``code`` (1006: lost)."""

    def __init__(self, code, reason=""):
        super().__init__("closed %d %s" % (code, reason))
        self.code = code
        self.reason = reason
