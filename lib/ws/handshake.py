"""The opening handshake of a client (RFC 6455, section 4.1). Pure but for the random key.

May import: ``httpc`` (head and errors).
"""

import binascii
import hashlib
import os

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


class Handshake(Head):
    """``request`` is what to send; fed with the answer until ``done``, then to be checked, which
    gives the ``subprotocol`` agreed on.

    ``url`` is an httpc.url.Url, ``subprotocols`` the names offered, ``headers`` more pairs of name
    and value.
    """

    def __init__(self, url, subprotocols=(), headers=()):
        key = binascii.b2a_base64(os.urandom(16))[:-1]
        self._accept = binascii.b2a_base64(hashlib.sha1(key + _GUID).digest())[:-1].decode()
        self._offered = subprotocols
        super().__init__(_WANTED)
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

    def check(self):
        """Judge the answer. Raises HandshakeError."""
        fields = self.fields
        status = self.status
        if status != 101:
            retry_after = fields.get(b"retry-after")
            raise HandshakeError("server answered %d" % status, status, retry_after)
        tokens = [part.strip() for part in fields.get(b"connection", "").lower().split(",")]
        self.subprotocol = fields.get(b"sec-websocket-protocol")
        for name, is_right in (
            ("HTTP version", self.version == 11),
            ("Upgrade", fields.get(b"upgrade", "").lower() == "websocket"),
            ("Connection", "upgrade" in tokens),
            ("Accept", fields.get(b"sec-websocket-accept") == self._accept),
            ("Extensions", b"sec-websocket-extensions" not in fields),
            ("Protocol", self.subprotocol in (self._offered or (None,))),
        ):
            if not is_right:
                raise HandshakeError("server's %s is missing or wrong" % name, status)
