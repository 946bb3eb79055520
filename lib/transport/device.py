"""The stream on MicroPython: one non-blocking socket, with or without TLS on it.

Not asyncio.open_connection: it leaks its socket when the connect or the TLS wrap fails, and its
poller forgets a waiting reader when a writer of the same stream is cancelled. So only the
reader waits on the poller; a write that can't go on, a connect and a read with a time-out look
again every few milliseconds. May import: ``transport``, ``ticks``.
"""

import asyncio
import errno
import gc
import select
import socket
from asyncio import core  # pyright: ignore[reportAttributeAccessIssue]

from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport.errors import (
    ConnectError,
    ResolveError,
    TlsError,
    TransportClosed,
    TransportError,
    TransportTimeout,
)

_LOOK_MS = const(4)
# A peer that always has data ready must not keep the other tasks from running.
_TURN_MS = const(10)
# What to look for in mbedtls's report -> kind, reason. It lists every fault; the first match
# here is the one reported. transport.host has OpenSSL's.
_FAULTS = (
    ("expired", "date", "expired, or the clock is wrong"),
    ("future", "date", "not yet valid: is the clock set?"),
    ("trusted CA", "ca", "not signed by the trusted CA"),
    ("expected CN", "name", "is for another host"),
)


async def connect(host, port, tls=None, timeout_ms=10000, first=b"", resolver=None):
    """A Stream to host:port; ``tls`` is a context of make_tls or None for plain TCP.

    ``first`` is what the client says first: it is sent within the same time-out, and with it the
    TLS handshake is done when connect returns. Without ``resolver``, a ``resolver.Resolver``,
    the built-in one finds a name's address, and blocks. Raises a TransportError.
    """
    start = ticks_ms()
    place = await resolver.resolve(host, timeout_ms) if resolver else host
    family = socket.AF_INET6 if ":" in place else socket.AF_INET
    try:
        address = socket.getaddrinfo(place, port, family, socket.SOCK_STREAM)[0][-1]
    except (OSError, IndexError):
        raise ResolveError("no address for " + host)
    stream = Stream()
    connected = False
    try:
        await stream.open(family, address, timeout_ms - ticks_diff(ticks_ms(), start))
        if tls:
            stream.secure(tls, host)
        if first:
            await stream.write(first, timeout_ms - ticks_diff(ticks_ms(), start))
        connected = True
        return stream
    finally:
        if not connected:
            stream.abort()


def _wait_readable(sock):
    yield core._io_queue.queue_read(sock)


def _refused(report):
    # The TlsError for mbedtls's report about the server's certificate.
    for mark, kind, reason in _FAULTS:
        if mark in report:
            return TlsError("certificate " + reason, kind)
    return TlsError(report.strip())


def _pause_ms(start_ms, timeout_ms, what):
    # How long to sleep between two looks at a socket; gives up when nothing came of it in time.
    waited_ms = ticks_diff(ticks_ms(), start_ms)
    if waited_ms >= timeout_ms:
        raise TransportTimeout("time-out: " + what)
    return min(waited_ms, _LOOK_MS)  # at first often: a fast peer is soon ready


class Stream:
    """A connection. One task may read; any number may write: writes go out in order, whole."""

    def __init__(self):
        self._raw = None
        self._sock = None  # the raw one or the TLS socket on it, while there is one
        self._handshaking = False
        self._pending = []  # views still to go out; mbedtls wants a refused one again, unchanged
        self._finisher = None
        self._turn_ms = ticks_ms()

    async def open(self, family, address, timeout_ms):
        """Connect. Raises ConnectError, TransportTimeout; to be aborted then."""
        try:
            # Kept at once: whatever fails from here on, abort() finds it.
            self._sock = self._raw = raw = socket.socket(family, socket.SOCK_STREAM)
            raw.setblocking(False)
            raw.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise ConnectError("can't connect: %s" % error)
        poller = select.poll()
        poller.register(self._raw, select.POLLOUT)
        start = ticks_ms()
        while not poller.poll(0):
            await sleep_ms(_pause_ms(start, timeout_ms, "connect"))
        if poller.poll(0)[0][1] != select.POLLOUT:
            raise ConnectError("can't connect: refused or unreachable")

    def secure(self, tls, host):
        """Put TLS on the connection; the handshake runs with the first write, without blocking."""
        gc.collect()  # mbedtls wants one block of 16 KB
        try:
            self._sock = tls.wrap_socket(
                self._raw, server_hostname=host, do_handshake_on_connect=False
            )
        except (OSError, ValueError, MemoryError) as error:
            raise TlsError("TLS can't start: %s" % error)
        self._handshaking = True

    def _do(self, is_read, view):
        # readinto or write, once, without waiting.
        sock = self._sock
        if not sock:
            raise TransportClosed("connection is closed")
        try:
            return sock.readinto(view) if is_read else sock.write(view)
        except ValueError as report:
            error = _refused(str(report))
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
                await sleep_ms(_pause_ms(start, timeout_ms, "read"))
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
                await sleep_ms(_pause_ms(start, timeout_ms, "write"))
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
        self._raw = None
