"""Addresses of the kinds https, http, wss and ws (RFC 3986, less what a charger never needs).

Pure. May import: ``httpc.errors``.
"""

from httpc.errors import UrlError
from micropython import const

_MAX_LENGTH = const(2048)
_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}
_NAME = "abcdefghijklmnopqrstuvwxyz0123456789-._"
_IPV6 = "0123456789abcdef:."


class Url:
    """``scheme``, ``host`` (no brackets), ``port``, ``path`` (with the query, starts with '/')."""

    def __init__(self, scheme, host, port, path):
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path

    @property
    def is_secure(self):
        """Whether the connection is to be TLS."""
        return self.scheme in ("https", "wss")

    @property
    def authority(self):
        """The value of the Host field."""
        host = "[" + self.host + "]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else "%s:%d" % (host, self.port)


def parse(text, schemes):
    """The Url in ``text``, whose scheme must be one of ``schemes``. Raises UrlError."""
    if not isinstance(text, str) or not 0 < len(text) <= _MAX_LENGTH:
        raise UrlError("address is empty or too long")
    for char in text:
        if not "!" <= char <= "~" or char == "\\":
            raise UrlError("address has a character that is not allowed")
    scheme, mark, rest = text.partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in schemes or scheme not in _PORTS:
        raise UrlError("address must start with " + " or ".join(s + "://" for s in schemes))
    rest, mark, _ = rest.partition("#")
    if mark and scheme in ("ws", "wss"):
        raise UrlError("address of a WebSocket has a fragment")  # RFC 6455, section 3
    end = len(rest)
    for mark in "/?":
        found = rest.find(mark)
        if 0 <= found < end:
            end = found
    host, port = _authority(rest[:end].lower(), _PORTS[scheme])
    path = rest[end:]
    return Url(scheme, host, port, path if path.startswith("/") else "/" + path)


def _authority(text, default_port):
    if "@" in text:
        raise UrlError("address has a user or password in it")
    if text.startswith("["):
        host, mark, port = text[1:].partition("]")
        allowed = _IPV6
        if not mark or ":" not in host or (port and port[0] != ":"):
            raise UrlError("address has a bad IPv6 host")
        port = port[1:] if port else None
    else:
        host, mark, port = text.partition(":")
        allowed = _NAME
        port = port if mark else None
    if not host or len(host) > 253:
        raise UrlError("address has no host")
    for char in host:
        if char not in allowed:
            raise UrlError("address has a bad host")
    if not port:
        return host, default_port
    if len(port) > 5 or not port.isdigit() or not 0 < int(port) < 65536:
        raise UrlError("address has a bad port")
    return host, int(port)


def redirect(base, location):
    """The Url that ``location``, met at ``base``, leads to: https only. Raises UrlError."""
    if location.startswith("/") and not location.startswith("//"):
        location = "%s://%s%s" % (base.scheme, base.authority, location)
    return parse(location, ("https",))
