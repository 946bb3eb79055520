"""Opens a WebSocket (RFC 6455, section 4.1). Needed to connect only; what stays is ws.websocket.

May import: ``ws``, ``httpc``.
"""

import binascii
import hashlib
import os

from httpc.errors import HttpError
from httpc.exchange import Head, exchange
from httpc.url import parse
from ws.errors import HandshakeError
from ws.websocket import WebSocket

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_WANTED = (
    b"upgrade",
    b"connection",
    b"sec-websocket-accept",
    b"sec-websocket-protocol",
    b"sec-websocket-extensions",
    b"retry-after",
)


async def connect(
    url,
    subprotocols=("ocpp1.6",),
    headers=(),
    tls=None,
    max_message_bytes=65536,
    timeout_ms=10000,
    resolver=None,
):
    """An open WebSocket to ``url`` (wss://, which needs ``tls``, or ws://).

    ``headers``: pairs to add to the request. ``timeout_ms`` bounds all of it, and later each wait
    of a send. Raises HandshakeError, TransportError.
    """
    handshake = Handshake(subprotocols, headers)
    try:
        stream, rest = await exchange(
            "GET", parse(url, "wss", "ws"), tls, handshake.lines, handshake, timeout_ms, resolver
        )
    except HttpError as error:
        raise HandshakeError(str(error))
    try:
        return WebSocket(stream, rest, handshake.subprotocol, max_message_bytes, timeout_ms)
    except MemoryError:
        stream.abort()
        raise


class Handshake(Head):
    """``lines`` are the fields to send; fed with the answer until ``done``, then to be checked,
    which gives the ``subprotocol`` agreed on. Pure but for the random key.

    ``subprotocols`` are the names offered, ``headers`` more pairs of name and value.
    """

    def __init__(self, subprotocols=(), headers=()):
        super().__init__(_WANTED)
        key = _base64(os.urandom(16))
        self._accept = _base64(hashlib.sha1((key + _GUID).encode()).digest())
        self._offered = subprotocols
        self.subprotocol = None
        self.lines = [
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: " + key,
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


def _base64(data):
    return binascii.b2a_base64(data)[:-1].decode()
