"""The stream on CPython, over asyncio's own. Never imported on a device.

May import: ``transport``.
"""

import asyncio
import socket
import ssl

from transport.errors import (
    ConnectError,
    ResolveError,
    TransportClosed,
    TransportError,
    TransportTimeout,
)
from transport.tls import handshake_error


async def resolve(host, port):
    """(family, address) for a connect. Raises ResolveError."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ResolveError(f"no address for {host} ({error})") from None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return found[0][0], found[0][4]


async def connect(host, port, tls=None, timeout_ms=10000, first=b""):
    """As transport.device.connect."""
    try:
        return await asyncio.wait_for(_connect(host, port, tls, first), timeout_ms / 1000)
    except asyncio.TimeoutError:
        raise TransportTimeout("can't connect: no answer") from None


async def _connect(host, port, tls, first):
    _, address = await resolve(host, port)
    options = {"ssl": tls, "server_hostname": host} if tls else {}
    try:
        reader, writer = await asyncio.open_connection(address[0], address[1], **options)
    except ssl.SSLCertVerificationError as error:
        raise handshake_error(error.verify_message) from None
    except ssl.SSLError as error:
        raise handshake_error(str(error)) from None
    except OSError as error:
        raise ConnectError(f"can't connect: {error}") from None
    stream = Stream(reader, writer)
    if first:
        done = False
        try:
            await stream.write(first)
            done = True
        finally:
            if not done:
                stream.abort()
    return stream


class Stream:
    """As transport.device.Stream."""

    def __init__(self, reader, writer):
        self._reader = reader
        self._writer = writer
        self._closed = False

    def _check(self):
        if self._closed:
            raise TransportClosed("connection is closed")

    def try_readinto(self, view):
        self._check()

    async def readinto(self, view, timeout_ms=None):
        self._check()
        try:
            if timeout_ms is None:
                data = await self._reader.read(len(view))
            else:
                data = await asyncio.wait_for(self._reader.read(len(view)), timeout_ms / 1000)
        except asyncio.TimeoutError:
            raise TransportTimeout("nothing received in time") from None
        except OSError as error:
            self.abort()
            raise TransportClosed(f"connection lost: {error}") from None
        if not data:
            self._check()
        view[: len(data)] = data
        return len(data)

    async def write(self, data, timeout_ms=10000):
        self._check()
        self._writer.write(bytes(data))
        try:
            await asyncio.wait_for(self._writer.drain(), timeout_ms / 1000)
        except asyncio.TimeoutError:
            self.abort()
            raise TransportTimeout("nothing sent in time") from None
        except OSError as error:
            self.abort()
            raise TransportClosed(f"connection lost: {error}") from None

    async def close(self):
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        try:
            await asyncio.wait_for(self._writer.wait_closed(), 1)
        except (asyncio.TimeoutError, OSError, TransportError):
            pass
        finally:
            self._writer.transport.abort()

    def abort(self):
        self._closed = True
        self._writer.transport.abort()
