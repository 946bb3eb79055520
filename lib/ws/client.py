"""The WebSocket on a socket: one reader, any number of senders, nothing lost by a cancel.

May import: ``ws``, ``httpc`` (addresses), ``transport``, ``ticks``.
"""

import transport
from httpc.errors import UrlError
from httpc.url import parse
from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import TransportError
from ws.errors import ConnectionClosed, HandshakeError, WsError
from ws.frames import BINARY, TEXT
from ws.handshake import Handshake
from ws.protocol import CLOSED, FAILED, Protocol

# How long the server has to answer our Close, and to end the connection after its own.
_CLOSE_MS = const(2000)


async def connect(
    url,
    subprotocols=("ocpp1.6",),
    headers=(),
    tls=None,
    max_message_bytes=65536,
    timeout_ms=10000,
    binary=False,
):
    """An open WebSocket to ``url`` (wss://, which needs ``tls``, or ws://).

    ``headers``: pairs to add to the request. ``timeout_ms`` bounds all of it, and later each wait
    of a send. A binary message is answered with 1003 unless ``binary``. Raises HandshakeError,
    TransportError.
    """
    start = ticks_ms()
    try:
        target = parse(url, ("wss", "ws"))
    except UrlError as error:
        raise HandshakeError(error.reason) from None
    if target.is_secure and not tls:
        raise HandshakeError("wss needs a CA certificate")
    handshake = Handshake(target, subprotocols, headers)
    core = Protocol(handshake, max_message_bytes)
    stream = await transport.connect(
        target.host, target.port, tls if target.is_secure else None, timeout_ms, handshake.request
    )
    opened = False
    try:
        while not core.next_event():
            left_ms = max(0, timeout_ms - ticks_diff(ticks_ms(), start))
            count = await stream.readinto(core.space(), left_ms)
            if not count:
                raise HandshakeError("connection ended in the handshake")
            core.received(count)
        opened = True
        return WebSocket(stream, core, handshake.subprotocol, timeout_ms, binary)
    finally:
        if not opened:
            stream.abort()


class WebSocket:
    """``subprotocol`` agreed on; ``last_receive_ms`` (ticks) when any bytes last came;
    ``closed`` the ConnectionClosed that ended it, or None."""

    def __init__(self, stream, core, subprotocol, timeout_ms, binary):
        self.subprotocol = subprotocol
        self.last_receive_ms = ticks_ms()
        self.closed = None
        self._stream = stream
        self._core = core
        self._timeout_ms = timeout_ms
        self._binary = binary
        self._is_reading = False

    async def recv(self):
        """The next message, a str (or bytes with ``binary``). One task at a time.

        Pings are answered in here: always have a task in recv(). Cancelling loses nothing.
        Raises ConnectionClosed.
        """
        while True:
            event = await self._event()
            if event[0] == TEXT or event[0] == BINARY:
                if event[0] == TEXT or self._binary:
                    return event[1]
                self._core.close(1003, "text only")

    async def _event(self):
        if self.closed:
            raise self.closed
        if self._is_reading:
            raise WsError("another task is in recv()")
        self._is_reading = True
        core = self._core
        try:
            while True:
                if core.outgoing:
                    await self._flush()
                event = core.next_event()
                if not event:
                    count = await self._stream.readinto(core.space())
                    if not count:
                        raise self._end(1006, "connection lost")
                    core.received(count)
                    self.last_receive_ms = ticks_ms()
                elif event[0] == CLOSED or event[0] == FAILED:
                    raise await self._linger(event[1], event[2])
                else:
                    return event
        except TransportError as error:
            raise self._end(1006, error.reason) from None
        finally:
            self._is_reading = False

    async def _linger(self, code, reason):
        # The server ends the TCP connection (RFC 6455, section 7.1.1); it gets a moment for it.
        closed = self.closed = ConnectionClosed(code, reason)
        start = ticks_ms()
        try:
            await self._flush()
            view = memoryview(bytearray(64))
            while await self._stream.readinto(view, _CLOSE_MS):
                if ticks_diff(ticks_ms(), start) > _CLOSE_MS:
                    break
        except TransportError:
            pass
        finally:
            self._stream.abort()
        return closed

    def _end(self, code, reason):
        if not self.closed:
            self.closed = ConnectionClosed(code, reason)
        self._stream.abort()
        return self.closed

    async def _flush(self):
        outgoing = self._core.outgoing
        while outgoing:
            await self._stream.write(outgoing.pop(0), self._timeout_ms)

    async def send(self, data):
        """Send a str (or bytes). It goes out whole even if this is cancelled after it began.

        Raises ConnectionClosed.
        """
        await self._say(self._core.message, data)

    async def ping(self, payload=b""):
        """Send a ping; its answer moves ``last_receive_ms``. Raises ConnectionClosed."""
        await self._say(self._core.ping, payload)

    async def _say(self, queue, data):
        if self.closed:
            raise self.closed
        try:
            queue(data)
            await self._flush()
        except TransportError as error:
            raise self._end(1006, error.reason) from None

    async def close(self, code=1000, reason=""):
        """Close cleanly if the server plays along, within about 2 s; safe to call again."""
        start = ticks_ms()
        try:
            if not self.closed:
                self._core.close(code, reason)
                await self._flush()
            while not self.closed or self._is_reading:
                if ticks_diff(ticks_ms(), start) > _CLOSE_MS:
                    break
                if self._is_reading:
                    await sleep_ms(10)  # the task in recv() gets the server's Close
                else:
                    await self._drain(_CLOSE_MS)
        except (TransportError, WsError):
            pass
        finally:
            self._end(code, reason)
            await self._stream.close()

    async def _drain(self, timeout_ms):
        core = self._core
        event = core.next_event()
        if event:
            if event[0] == CLOSED or event[0] == FAILED:
                await self._linger(event[1], event[2])
            return
        count = await self._stream.readinto(core.space(), timeout_ms)
        if not count:
            raise self._end(1006, "connection lost")
        core.received(count)
