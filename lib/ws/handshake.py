"""The opening handshake of a client (RFC 6455, section 4.1). Pure but for the random key.

May import: ``httpc`` (head and errors).
"""

import binascii
import hashlib
import os

from httpc.errors import BadResponse
from httpc.head import Head
from ws.errors import HandshakeError

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_WANTED = (
    b"upgrade",
    b"connection",
    b"sec-websocket-accept",
    b"sec-websocket-protocol",
    b"sec-websocket-extensions",
    b"retry-after",
)


class Handshake:
    """``request`` is what to send; fed with the answer, ``subprotocol`` is the one agreed on.

    ``url`` is an httpc.url.Url, ``subprotocols`` the names offered, ``headers`` more pairs of name
    and value.
    """

    def __init__(self, url, subprotocols=(), headers=()):
        key = binascii.b2a_base64(os.urandom(16))[:-1]
        self._accept = binascii.b2a_base64(hashlib.sha1(key + _GUID).digest())[:-1].decode()
        self._offered = subprotocols
        self._head = Head(_WANTED)
        self.subprotocol = None
        lines = [
            "GET %s HTTP/1.1" % url.path,
            "Host: " + url.authority,
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: " + key.decode(),
        ]
        if subprotocols:
            lines.append("Sec-WebSocket-Protocol: " + ", ".join(subprotocols))
        for name, value in headers:
            line = "%s: %s" % (name, value)
            if min(line) < " ":
                raise HandshakeError("header has a control character")
            lines.append(line)
        lines.append("\r\n")
        self.request = "\r\n".join(lines).encode()

    def feed(self, data, start, end):
        """As httpc.head.Head.feed. Raises HandshakeError."""
        try:
            return self._head.feed(data, start, end)
        except BadResponse as error:
            raise HandshakeError(error.reason)

    @property
    def done(self):
        """Whether the answer is complete: then call check()."""
        return self._head.done

    def check(self):
        """Judge the answer. Raises HandshakeError."""
        head = self._head
        fields = head.fields
        status = head.status
        if status != 101:
            retry_after = fields.get(b"retry-after")
            raise HandshakeError("server answered %d" % status, status, retry_after)
        wrong = None
        if head.version != 11:
            wrong = "HTTP version"
        elif fields.get(b"upgrade", "").lower() != "websocket":
            wrong = "Upgrade"
        elif not _has_token(fields.get(b"connection", ""), "upgrade"):
            wrong = "Connection"
        elif fields.get(b"sec-websocket-accept") != self._accept:
            wrong = "Sec-WebSocket-Accept"
        elif b"sec-websocket-extensions" in fields:
            wrong = "Sec-WebSocket-Extensions"
        else:
            self.subprotocol = fields.get(b"sec-websocket-protocol")
            if self._offered:
                if self.subprotocol not in self._offered:
                    wrong = "Sec-WebSocket-Protocol"
            elif self.subprotocol is not None:
                wrong = "Sec-WebSocket-Protocol"
        if wrong:
            raise HandshakeError("server's %s is missing or wrong" % wrong, status)


def _has_token(text, token):
    for part in text.lower().split(","):
        if part.strip() == token:
            return True
    return False
