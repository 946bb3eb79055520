"""Opening a connection on MicroPython: find, connect, put TLS on it. Needed to connect only.

May import: ``transport``, ``ticks``.
"""

import errno
import gc
import select
import socket

from ticks import sleep_ms, ticks_diff, ticks_ms
from transport.device import Stream, keep_room, pause_ms
from transport.errors import ConnectError, ResolveError, TlsError

# What to look for in mbedtls's report -> kind, reason. It lists every fault; the first match
# here is the one reported. transport.host has OpenSSL's.
_FAULTS = (
    ("expired", "date", "expired, or the clock is wrong"),
    ("future", "date", "not yet valid: is the clock set?"),
    ("trusted CA", "ca", "not signed by the trusted CA"),
    ("expected CN", "name", "is for another host"),
)


async def connect(host, port, tls, timeout_ms, first, resolver):
    """As transport.connect."""
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
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            raise ConnectError("can't connect: %s" % error)
        stream.use(sock)  # whatever fails from here on, abort() finds it
        await _connect(sock, address, timeout_ms - ticks_diff(ticks_ms(), start))
        if tls:
            stream.use(_wrapped(sock, tls, host))
        if first:
            await stream.write(first, timeout_ms - ticks_diff(ticks_ms(), start))
        connected = True
        return stream
    finally:
        if not connected:
            stream.abort()


async def _connect(sock, address, timeout_ms):
    try:
        sock.setblocking(False)
        sock.connect(address)
    except OSError as error:
        if error.errno != errno.EINPROGRESS:
            raise ConnectError("can't connect: %s" % error)
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    start = ticks_ms()
    while not poller.poll(0):
        await sleep_ms(pause_ms(start, timeout_ms, "connect"))
    if poller.poll(0)[0][1] != select.POLLOUT:
        raise ConnectError("can't connect: refused or unreachable")


def _wrapped(sock, tls, host):
    Stream.room = None
    gc.collect()  # mbedtls wants one block of 16 KB
    try:
        return tls.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    except (OSError, ValueError, MemoryError) as error:
        keep_room()
        raise TlsError("TLS can't start: %s" % error)


def refused(report):
    """The TlsError for mbedtls's ``report`` about the server's certificate."""
    for mark, kind, reason in _FAULTS:
        if mark in report:
            return TlsError("certificate " + reason, kind)
    return TlsError(report.strip())
