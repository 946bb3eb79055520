"""The link to the central system: connect, pump texts both ways, come back after a loss.

May import: ``firmware.ocpp16`` by argument, ``ws``, ``transport``, ``backoff``, ``ticks``.
"""

import asyncio

from backoff import Backoff
from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import TransportError
from ws.client import connect
from ws.errors import WsError

_FIRST_MS = const(1000)
_LONGEST_MS = const(60000)
_PUMP_MS = const(50)
_STABLE_MS = const(10000)  # a link that held so long starts the back-off anew


class Link:
    """Keeps ``charge_point`` connected to ``url``.

    ``tls``: a context or None for plain ws; ``headers``: pairs for the handshake;
    ``network_up()`` says whether trying makes sense.
    """

    def __init__(self, charge_point, url, tls, headers, identity, network_up, log):
        self._charge_point = charge_point
        self._url = url
        self._tls = tls
        self._headers = headers
        self._network_up = network_up
        self._log = log
        self._backoff = Backoff(identity.encode(), _FIRST_MS, _LONGEST_MS)
        self._socket = None

    async def run(self):
        """The task, for ever."""
        while True:
            if self._network_up():
                await self._session()
                wait_ms = self._backoff.next_ms()
            else:
                wait_ms = _FIRST_MS
            await sleep_ms(wait_ms)

    async def _session(self):
        """One connection from the handshake to its end."""
        try:
            self._socket = await connect(self._url, headers=self._headers, tls=self._tls)
        except (WsError, TransportError) as error:
            self._log("link: %s" % error)
            return
        began_ms = ticks_ms()
        self._log("link: connected")
        self._charge_point.connected(began_ms)
        reader = asyncio.create_task(self._read())
        try:
            await self._pump()
        except (WsError, TransportError) as error:
            self._log("link: %s" % error)
        finally:
            reader.cancel()
            await self.close()
            self._charge_point.disconnected(ticks_ms())
        if ticks_diff(ticks_ms(), began_ms) >= _STABLE_MS:
            self._backoff.reset()

    async def _read(self):
        socket = self._socket
        try:
            while True:
                self._charge_point.receive(await socket.recv(), ticks_ms())
        except (WsError, TransportError):
            pass  # the pump sees that the socket is closed

    async def _pump(self):
        socket, outgoing = self._socket, self._charge_point.outgoing
        pinged_ms = ticks_ms()
        while not socket.closed:
            while outgoing:
                await socket.send(outgoing.pop(0))
            now_ms = ticks_ms()
            interval_ms = self._charge_point.configuration.number("WebSocketPingInterval") * 1000
            silent_ms = ticks_diff(now_ms, socket.last_receive_ms)
            if interval_ms and silent_ms > 2 * interval_ms:
                self._log("link: no sign of life for %d s" % (silent_ms // 1000))
                return
            if interval_ms and min(silent_ms, ticks_diff(now_ms, pinged_ms)) >= interval_ms:
                pinged_ms = now_ms
                await socket.ping()
            await sleep_ms(_PUMP_MS)
        self._log("link: closed, %s" % socket.closed)

    async def close(self):
        """Say goodbye, before a reset for example; safe at any time."""
        socket, self._socket = self._socket, None
        if socket:
            try:
                await socket.close()
            except (WsError, TransportError):
                pass  # it is gone either way
