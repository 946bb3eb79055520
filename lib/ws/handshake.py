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
    """``lines`` are the fields to send; fed with the answer until ``done``, then to be checked,
    which gives the ``subprotocol`` agreed on.

    ``subprotocols`` are the names offered, ``headers`` more pairs of name and value.
    """

    def __init__(self, subprotocols=(), headers=()):
        key = binascii.b2a_base64(os.urandom(16))[:-1]
        self._accept = binascii.b2a_base64(hashlib.sha1(key + _GUID).digest())[:-1].decode()
        self._offered = subprotocols
        super().__init__(_WANTED)
        self.subprotocol = None
        self.lines = [
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: " + key.decode(),
        ]
        if subprotocols:
            self.lines.append("Sec-WebSocket-Protocol: " + ", ".join(subprotocols))
        self.lines += ["%s: %s" % pair for pair in headers]

    def check(self):
        """Judge the answer. Raises HandshakeError."""
        upgrade, connection, accept, self.subprotocol, extensions, retry_after = self.values
        status = self.status
        if status != 101:
            raise HandshakeError("server answered %d" % status, status, retry_after)
        tokens = [part.strip() for part in (connection or "").lower().split(",")]
        for name, is_right in (
            ("HTTP version", self.version == 11),
            ("Upgrade", (upgrade or "").lower() == "websocket"),
            ("Connection", "upgrade" in tokens),
            ("Accept", accept == self._accept),
            ("Extensions", extensions is None),
            ("Protocol", self.subprotocol in (self._offered or (None,))),
        ):
            if not is_right:
                raise HandshakeError("server's %s is missing or wrong" % name, status)
