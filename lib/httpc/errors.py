"""What can go wrong with a request, beside the connection. May import: built-ins only."""


class HttpError(Exception):
    """Base of all; its text is one readable line."""


class UrlError(HttpError):
    """The address is malformed, or its scheme is not allowed here."""

    def __init__(self, reason):
        super().__init__("bad address: " + reason)


class StatusError(HttpError):
    """The server answered with ``status``, which is not the one needed."""

    def __init__(self, status):
        super().__init__("server answered %d" % status)
        self.status = status


class BadResponse(HttpError):
    """The answer breaks HTTP, or lacks what this client needs."""


class Changed(BadResponse):
    """The part is of another version of the file than the one asked for."""


class Truncated(HttpError):
    """The connection ended before the announced end of the body."""
