"""The link to the central system: connect, pump texts both ways, come back after a loss.

May import: ``firmware.ocpp16`` by argument, ``ws``, ``httpc``, ``transport``, ``reconnect``,
``ocppj``, ``ticks``, ``loader.modules``.
"""

import asyncio

import httpc.errors  # noqa: F401 stays when the rest goes: its classes are caught elsewhere
from httpc import OPENING
from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY
from reconnect import DEAD, FIRST_MS, PING, Reconnect
from ticks import sleep_ms, ticks_ms
from transport import TransportError
from ws.errors import HandshakeError, WsError

_PUMP_MS = const(50)
# Texts to send, until which more are taken in.
_MOST_WAITING = const(8)
# Of one message: more than ocppj takes (16,384 characters), so more than a board needs; it is
# there twice, as bytes and as text, when it has come.
MAX_MESSAGE_BYTES = const(16384)


class Link:
    """Keeps ``charge_point`` connected to ``url``.

    ``tls``: a context or None for plain ws; ``headers``: pairs for the handshake;
    ``network_up()`` says whether trying makes sense; ``resolver``: see transport.connect.
    """

    def __init__(self, charge_point, url, tls, headers, identity, network_up, log, resolver=None):
        self._charge_point = charge_point
        self._url = url
        self._tls = tls
        self._headers = headers
        self._network_up = network_up
        self._log = log
        self._resolver = resolver
        self._reconnect = Reconnect(identity.encode())
        self._socket = None
        self._is_closed = False
        self._is_stale = False  # what was given here is no more
        self.is_fresh = False  # connected, and not about to do so anew
        self.failures = 0  # to connect, in a row
        self._is_held = False
        self._is_busy = False  # connecting or connected

    async def run(self):
        """The task, until ``close``. Raises what taking a message raises, but NO_MEMORY: to be
        without memory is to lose the connection."""
        wait_ms = self._reconnect.first_ms
        while not self._is_closed:
            await sleep_ms(wait_ms)
            wait_ms = _PUMP_MS if self._is_held else FIRST_MS
            self._is_busy = self._network_up() and not self._is_held and not self._is_closed
            try:
                if self._is_busy:
                    wait_ms = await self._session()
            except NO_MEMORY:
                pass
            finally:
                self._is_busy = False

    async def hold(self):
        """Give up the connection and its heap until `release`."""
        self._is_held = True
        while self._is_busy:
            await sleep_ms(_PUMP_MS)
        forget("ws.frames", "ws.protocol", "ws.websocket")

    def release(self):
        """Connect again."""
        self._is_held = False

    def renew(self, at_once):
        """Load URL, headers and TLS anew; ``at_once``: and connect with them."""
        self._is_stale = True
        if at_once:
            self.is_fresh = False
            self.failures = 0

    def trust(self):
        """The TLS context, or None. Raises TransportError."""
        if self._is_stale:
            from firmware.credentials import load

            self._url, self._headers, self._tls = load(self._charge_point)
            self._is_stale = False
        return self._tls

    async def _session(self):
        """One connection from the handshake to its end; milliseconds to wait after it."""
        reconnect = self._reconnect
        try:
            socket = await self._open()
        except HandshakeError as error:
            return self._failed(error, reconnect.failed(error.status, error.retry_after))
        except (TransportError,) + NO_MEMORY as error:
            return self._failed(error, reconnect.failed())
        self.failures = 0
        self.is_fresh = not self._is_stale  # renewed while it was opening
        now_ms = ticks_ms()
        reconnect.opened(now_ms)
        reader = None
        try:
            self._log("link: connected")
            self._charge_point.connected(now_ms)
            self._socket = socket
            reader = asyncio.create_task(self._read(socket))
            reason = await self._pump(socket, reader)
        except (WsError, TransportError) + NO_MEMORY as error:
            reason = str(error)
        finally:
            if reader:
                reader.cancel()
            try:
                await socket.close()
            finally:
                self._socket = None
                self.is_fresh = False
                now_ms = ticks_ms()
                self._charge_point.disconnected(now_ms)
        return self._note(reason, reconnect.closed(now_ms))

    async def _open(self):
        # Loads module by module, so that the other tasks have their turns meanwhile.
        try:
            import httpc.url

            await sleep_ms(0)
            import httpc.exchange  # noqa: F401

            await sleep_ms(0)
            from ws.client import connect

            tls = self.trust()
            return await connect(
                self._url,
                headers=self._headers,
                tls=tls,
                max_message_bytes=MAX_MESSAGE_BYTES,
                resolver=self._resolver,
            )
        finally:
            forget("ws.client", *OPENING)

    def _failed(self, error, wait_ms):
        self.failures += 1
        if self.failures == 1:
            try:
                from firmware.link_failure import tell

                tell(self._charge_point, error)
            except NO_MEMORY:
                pass  # it may be what has failed
        return self._note(error, wait_ms)

    def _note(self, reason, wait_ms):
        self._log("link: %s; again in %d s" % (reason, (wait_ms + 999) // 1000))
        return wait_ms

    async def _read(self, socket):
        # Ends with the connection.
        try:
            while True:
                text = await socket.recv()
                while len(self._charge_point.outgoing) >= _MOST_WAITING:
                    await sleep_ms(_PUMP_MS)  # it asks faster than it reads
                self._charge_point.receive(text, ticks_ms())
        except (WsError, TransportError):
            pass

    async def _pump(self, socket, reader):
        """Send what there is to send, and pings; why the connection is to end."""
        outgoing = self._charge_point.outgoing
        while not reader.done():
            if self._is_held:
                return "makes room for an update"
            while outgoing:
                await socket.send(outgoing.pop(0))
            if not self.is_fresh:
                return "new credentials"
            verdict = self._reconnect.check(
                ticks_ms(),
                socket.last_receive_ms,
                self._charge_point.configuration.number("WebSocketPingInterval") * 1000,
            )
            if verdict == DEAD:
                return "no answer to a ping"
            if verdict == PING:
                await socket.ping()
            await sleep_ms(_PUMP_MS)
        await reader  # raises what ended it, unless that was the connection
        return str(socket.closed)

    async def close(self):
        """Say goodbye for good, before a reset; safe at any time."""
        self._is_closed = True
        if self._socket:
            await self._socket.close()
