"""Addresses of the kinds https, http, wss and ws (RFC 3986, less what a charger never needs).

Pure. May import: ``httpc.errors``.
"""

from httpc.errors import UrlError
from micropython import const

_MAX_LENGTH = const(2048)


class Url:
    """``scheme``, ``host`` (no brackets), ``port``, ``path`` (with the query, starts with '/'),
    ``is_secure``, ``authority`` (the value of the Host field)."""

    def __init__(self, scheme, is_secure, host, port, path):
        self.scheme = scheme
        self.is_secure = is_secure
        self.host = host
        self.path = path
        default = 443 if self.is_secure else 80
        self.port = port or default
        self.authority = "[" + host + "]" if ":" in host else host
        if self.port != default:
            self.authority += ":%d" % port


def parse(text, secure, plain=None):
    """The Url in ``text``, of the scheme ``secure`` or, if given, ``plain``. Raises UrlError."""
    if not isinstance(text, str) or len(text) > _MAX_LENGTH:
        raise UrlError("too long")
    for char in text:
        if not "!" <= char <= "~" or char == "\\":
            raise UrlError("character")
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    if not rest or scheme not in (secure, plain):
        raise UrlError("not " + secure)
    rest, fragment, _ = rest.partition("#")
    if fragment and secure == "wss":  # RFC 6455, section 3
        raise UrlError("fragment")
    end = len(rest)
    for mark in "/?":
        if mark in rest[:end]:
            end = rest.find(mark)
    host, port = _split(rest[:end].lower())
    path = rest[end:]
    if path[:1] != "/":
        path = "/" + path
    if port and not (port.isdigit() and len(port) < 6 and 0 < int(port) < 65536):
        raise UrlError("port")
    return Url(scheme, scheme == secure, host, int(port or 0), path)


def _split(authority):
    if "@" in authority:
        raise UrlError("user or password")
    bracket = authority[:1] == "["
    if bracket:
        host, end, port = authority[1:].partition("]")
        is_bad = not end or ":" not in host or port[:1] not in ("", ":")
        port = port[1:]
    else:
        host, _, port = authority.partition(":")
        is_bad = not host
    for char in host:
        if not (char.isalpha() or char.isdigit() or char in (":." if bracket else "-._")):
            is_bad = True
    if is_bad or len(host) > 253:
        raise UrlError("host")
    return host, port


def redirect(base, location):
    """The Url that ``location``, met at ``base``, leads to: https only. Raises UrlError, also for
    a place that is relative to the path, which no server met so far has sent.
    """
    if location[:1] == "/":
        origin = "" if location[:2] == "//" else "//" + base.authority
        location = base.scheme + ":" + origin + location
    elif "://" not in location.partition("?")[0]:
        raise UrlError("relative redirect")
    return parse(location, "https")
