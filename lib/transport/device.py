"""The stream on MicroPython: one non-blocking socket, with or without TLS on it. What makes one
is ``transport.opening``, which goes when it has.

Not asyncio.open_connection: it leaks its socket when the connect or the TLS wrap fails, and its
poller forgets a waiting reader when a writer of the same stream is cancelled. So only the
reader waits on the poller; a write that can't go on, a connect and a read with a time-out look
again every few milliseconds. May import: ``transport``, ``ticks``.
"""

import asyncio
from asyncio import core  # pyright: ignore[reportAttributeAccessIssue]

from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport.errors import TlsError, TransportClosed, TransportError, TransportTimeout

_LOOK_MS = const(4)
# A peer that always has data ready must not keep the other tasks from running.
_TURN_MS = const(10)
# mbedtls takes 23 KB for a connection, its input of 16.7 KB in one piece. Once the heap is broken
# up there may be none left, whatever is free: so between TLS connections their room is kept.
_ROOM = const(17 << 10)


def _wait_readable(sock):
    yield core._io_queue.queue_read(sock)


def pause_ms(start_ms, timeout_ms, what):
    """How long to sleep between two looks at a socket. Raises TransportTimeout where nothing
    came of ``what`` in time."""
    waited_ms = ticks_diff(ticks_ms(), start_ms)
    if waited_ms >= timeout_ms:
        raise TransportTimeout("time-out: " + what)
    return min(waited_ms, _LOOK_MS)  # at first often: a fast peer is soon ready


class Stream:
    """A connection. One task may read; any number may write: writes go out in order, whole.

    ``secure`` counts those with TLS, ``room`` is kept for the next of them.
    """

    secure = 0
    room: "bytearray | None" = None

    def __init__(self):
        self._raw = None
        self._sock = None  # the raw one or the TLS socket on it, while there is one
        self._handshaking = False
        self._pending = []  # views still to go out; mbedtls wants a refused one again, unchanged
        self._finisher = None
        self._turn_ms = ticks_ms()

    def use(self, sock):
        """Go over ``sock``: first the plain socket, then a TLS socket on it, whose handshake runs
        with the first write, without blocking."""
        self._sock = sock
        if self._raw is None:
            self._raw = sock
        else:
            self._handshaking = True
            Stream.secure += 1

    def _do(self, is_read, view):
        # readinto or write, once, without waiting.
        sock = self._sock
        if not sock:
            raise TransportClosed("connection is closed")
        try:
            return sock.readinto(view) if is_read else sock.write(view)
        except ValueError as report:
            from transport.opening import refused

            error = refused(str(report))
        except OSError as cause:
            if not self._handshaking:
                raise TransportClosed("connection lost: %s" % cause)
            # The server's reason is not told; these are what a good one has most often.
            error = TlsError("TLS handshake: %s; client certificate? no TLS 1.2?" % cause)
        self.abort()
        raise error

    def try_readinto(self, view):
        """Bytes read into ``view``, 0 at the end of the stream, None if ``readinto`` is needed.

        For the inner loop of a download: with more in it, its frame would come from the heap.
        """
        try:
            if self._sock and ticks_diff(ticks_ms(), self._turn_ms) <= _TURN_MS:
                return self._sock.readinto(view)
        except (OSError, ValueError):
            pass  # readinto meets it too, and says what it is

    async def readinto(self, view, timeout_ms=None):
        """Read at least one byte into ``view`` (a memoryview); 0 at the end of the stream.

        Cancelling loses nothing. Raises TransportTimeout, TransportClosed, TlsError.
        """
        start = ticks_ms()
        if ticks_diff(start, self._turn_ms) > _TURN_MS:
            self._turn_ms = start
            await sleep_ms(0)
        count = self._do(True, view)
        while count is None:
            if timeout_ms is None:
                await _wait_readable(self._sock)  # pyright: ignore[reportGeneralTypeIssues]
            else:
                await sleep_ms(pause_ms(start, timeout_ms, "read"))
            self._turn_ms = ticks_ms()
            count = self._do(True, view)
        return count

    async def write(self, data, timeout_ms=10000):
        """Send all of ``data``, which must not change until it is out.

        When cancelled, what was begun still goes out whole. Raises TransportTimeout when it is
        not all out in ``timeout_ms``, TransportClosed, TlsError: nothing more can be sent then.
        """
        if len(data):
            self._pending.append(memoryview(data))
        try:
            await self._pump(timeout_ms)
        except asyncio.CancelledError:
            if self._pending and (self._finisher is None or self._finisher.done()):
                self._finisher = asyncio.create_task(self._finish(timeout_ms))
            raise

    async def _finish(self, timeout_ms):
        try:
            await self._pump(timeout_ms)
        except (TransportError, MemoryError):
            self.abort()  # the next read or write says so

    async def _pump(self, timeout_ms):
        # Several tasks may be in here: between two awaits each leaves the queue consistent.
        pending = self._pending
        start = ticks_ms()
        while pending:
            view = pending[0]
            count = self._do(False, view)
            if not count:
                await sleep_ms(pause_ms(start, timeout_ms, "write"))
                continue
            self._handshaking = False
            if count == len(view):
                pending.pop(0)
            else:
                pending[0] = view[count:]

    def abort(self):
        """Close the connection; safe to call again. A waiting reader gets TransportClosed."""
        sock = self._sock
        if sock is None:
            return
        self._sock = None
        # The poller would go on watching the closed descriptor, or the next socket of its number.
        queue = core._io_queue
        waiting = queue.map.get(id(sock))
        if waiting:
            queue._dequeue(sock)
            if waiting[0]:
                core._task_queue.push(waiting[0])
        sock.close()
        self._raw.close()  # after a failed handshake mbedtls has let go of it
        if sock is not self._raw:
            Stream.secure -= 1
            keep_room()
        self._raw = None


def keep_room():
    """Keep what the next TLS connection needs, where there is none and memory for it."""
    if not Stream.secure and not Stream.room:
        try:
            Stream.room = bytearray(_ROOM)
        except MemoryError:
            pass
