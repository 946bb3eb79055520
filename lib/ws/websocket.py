"""The WebSocket on a socket: one reader, any number of senders, nothing lost by a cancel.

May import: ``ws``, ``transport``, ``ticks``.
"""

from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import TransportError
from ws.errors import ConnectionClosed, WsError
from ws.protocol import Protocol

# Of ws.protocol's events; imported they would cost bytes.
_TEXT = const(1)
_BINARY = const(2)
_CLOSED = const(17)

# How long closing may take: to send the Close, to get the server's, to see the connection ended.
# The last is not for nothing: a TLS server may wait for our end, and its close_notify can be
# swallowed by a read.
_CLOSE_MS = const(1500)


class WebSocket:
    """``subprotocol`` agreed on; ``last_receive_ms`` (ticks) when any bytes last came;
    ``closed`` the ConnectionClosed that ended it, or None. Set ``binary`` to take such messages:
    they are answered with 1003 otherwise.

    ``received``: what came on ``stream`` behind the handshake.
    """

    def __init__(self, stream, received, subprotocol, max_message_bytes, timeout_ms):
        self.subprotocol = subprotocol
        self.last_receive_ms = ticks_ms()
        self.closed = None
        self.binary = False
        self._stream = stream
        self._core = core = Protocol(max_message_bytes)
        core.space()[: len(received)] = received
        core.received(len(received))
        self._timeout_ms = timeout_ms
        self._is_reading = False
        self._closing_ms = None  # when closing began

    async def recv(self):
        """The next message, a str (or bytes with ``binary``). One task at a time.

        Pings are answered in here: always have a task in recv(). Cancelling loses nothing.
        Raises ConnectionClosed.
        """
        while True:
            kind, data = await self._event()
            if kind == _TEXT or (kind == _BINARY and self.binary):
                return data
            if kind == _BINARY:
                self._core.close(1003, "text only")

    async def _event(self):
        # The core's next event. At the end the socket is closed, then ConnectionClosed raised.
        if self.closed:
            raise self.closed
        if self._is_reading:
            raise WsError("another task is in recv()")
        self._is_reading = True
        core = self._core
        try:
            while True:
                await self._flush()
                was_closing = core.close_sent
                event = core.next_event()
                if event:
                    if event[0] < _CLOSED:
                        return event
                    self.closed = ConnectionClosed(*event[1:])
                    if was_closing:
                        raise self.closed
                    continue  # the server is to end the connection (section 7.1.1)
                left_ms = self._left_ms(None)
                count = left_ms != 0 and await self._stream.readinto(core.space(), left_ms)
                if not count:
                    raise self._end("connection lost")
                core.received(count)
                self.last_receive_ms = ticks_ms()
        except (TransportError, MemoryError) as error:
            raise self._end(error)
        finally:
            self._is_reading = False
            if self.closed:
                self._stream.abort()

    def _left_ms(self, while_open):
        # How long to wait: once a Close went out, what is left of the time for that.
        if not self._core.close_sent:
            return while_open
        now_ms = ticks_ms()
        if self._closing_ms is None:
            self._closing_ms = now_ms
        return max(0, _CLOSE_MS - ticks_diff(now_ms, self._closing_ms))

    def _end(self, reason):
        if not self.closed:
            self.closed = ConnectionClosed(1006, str(reason))
        self._stream.abort()
        return self.closed

    async def _flush(self):
        outgoing = self._core.outgoing
        while outgoing:
            await self._stream.write(outgoing.pop(0), self._left_ms(self._timeout_ms))

    async def send(self, data):
        """Send a str (or bytes). It goes out whole even if this is cancelled after it began.

        Raises ConnectionClosed; also when it is not out in time, or there is no memory for it.
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
        except (TransportError, MemoryError) as error:
            raise self._end(error)

    async def close(self, code=1000, reason=""):
        """Close cleanly if the server plays along, within 1.5 s; safe to call again.

        A task in recv() gets ConnectionClosed.
        """
        try:
            if not self.closed:
                self._core.close(code, reason)
                await self._flush()
            while (not self.closed or self._is_reading) and self._left_ms(0):
                if self._is_reading:
                    await sleep_ms(10)  # that task gets the server's Close
                else:
                    await self._event()
        except (TransportError, ConnectionClosed, MemoryError):
            pass
        finally:
            self._end("closed")
