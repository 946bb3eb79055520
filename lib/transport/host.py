"""The stream on CPython, over asyncio's own. Never imported on a device.

May import: ``transport``.
"""

import asyncio
import socket
import ssl
import tempfile

from transport.errors import (
    ConnectError,
    ResolveError,
    TlsError,
    TransportClosed,
    TransportTimeout,
)

# OpenSSL's X509_V_ERR_...: 9 not yet valid, 10 expired, 62 host name, 64 IP address.
_FAULTS = {
    9: ("certificate not yet valid: is the clock set?", "date"),
    10: ("certificate expired, or the clock is wrong", "date"),
    62: ("certificate is for another host", "name"),
    64: ("certificate is for another host", "name"),
}
_HANDSHAKE = "TLS handshake: %s; client certificate? no TLS 1.2?"
_UNTRUSTED = ("certificate not signed by the trusted CA", "ca")


async def connect(host, port, tls=None, timeout_ms=10000, first=b"", resolver=None):
    """As transport.connect."""
    # Not wait_for: before Python 3.12 it loses a cancel that comes just when this is done.
    opening = asyncio.ensure_future(_connect(host, port, tls, first, resolver))
    try:
        done, _ = await asyncio.wait((opening,), timeout=timeout_ms / 1000)
    except asyncio.CancelledError:
        _give_up(opening)
        raise
    if not done:
        _give_up(opening)
        raise TransportTimeout("time-out: connect")
    return opening.result()


def _give_up(opening):
    def drop(task):
        if not task.cancelled() and not task.exception():
            task.result().abort()

    opening.cancel()
    opening.add_done_callback(drop)


class SSLContext(ssl.SSLContext):
    """Like the device's: TLS 1.2 alone, the client's certificate and key in DER."""

    def __init__(self, _protocol):
        self.maximum_version = ssl.TLSVersion.TLSv1_2

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        """As on the device; OpenSSL wants a file. Raises ValueError, OSError."""
        if not keyfile:
            raise ValueError("no key")
        certificate = ssl.DER_cert_to_PEM_cert(certfile)
        problem = None
        # What the key is written in is not told by its bytes' beginning: each is tried.
        for label in ("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"):
            key = ssl.DER_cert_to_PEM_cert(keyfile).replace("CERTIFICATE", label)
            with tempfile.NamedTemporaryFile("w") as file:
                file.write(key + certificate)
                file.flush()
                try:
                    return super().load_cert_chain(file.name)
                except OSError as error:
                    problem = error
        raise ValueError(problem)


async def _resolve(host, port):
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise ResolveError(f"no address for {host}")
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return found[0][4]


async def _connect(host, port, tls, first, resolver):
    address = await _resolve(await resolver.resolve(host) if resolver else host, port)
    options = {"ssl": tls, "server_hostname": host} if tls else {}
    try:
        reader, writer = await asyncio.open_connection(address[0], address[1], **options)
    except ssl.SSLCertVerificationError as error:
        raise TlsError(*_FAULTS.get(error.verify_code, _UNTRUSTED))
    except ssl.SSLError as error:
        raise TlsError(_HANDSHAKE % error)
    except (ConnectionResetError, ConnectionAbortedError, BrokenPipeError) as error:
        if tls:
            raise TlsError(_HANDSHAKE % error)
        raise ConnectError(f"connection lost: {error}")
    except OSError as error:
        raise ConnectError(f"can't connect: {error}")
    stream = Stream(reader, writer)
    done = False
    try:
        if first:
            await stream.write(first)
        done = True
        return stream
    finally:
        if not done:
            stream.abort()


class Stream:
    """As transport.device.Stream."""

    def __init__(self, reader, writer):
        self._reader = reader
        self._writer = writer
        self._drain = asyncio.Lock()  # before Python 3.12 only one task may wait in drain()
        self._closed = False

    def try_readinto(self, view):
        """None: asyncio has no reading without waiting."""

    async def readinto(self, view, timeout_ms=None):
        """As on the device."""
        self._check()
        limit_s = None if timeout_ms is None else timeout_ms / 1000
        try:
            data = await asyncio.wait_for(self._reader.read(len(view)), limit_s)
        except asyncio.TimeoutError:
            raise TransportTimeout("time-out: read")
        except OSError as error:
            raise self._lost(error)
        if not data:
            self._check()
        view[: len(data)] = data
        return len(data)

    async def write(self, data, timeout_ms=10000):
        """As on the device. Once begun, asyncio sends the rest whatever happens to the caller."""
        self._check()
        self._writer.write(bytes(data))
        # Not wait_for: before Python 3.12 it loses a cancel that comes just when this is done.
        drained = asyncio.ensure_future(self._drained())
        try:
            done, _ = await asyncio.wait((drained,), timeout=timeout_ms / 1000)
            if not done:
                raise TransportTimeout("time-out: write")
            drained.result()
        except OSError as error:
            raise TransportClosed(f"connection lost: {error}")
        finally:
            drained.cancel()

    async def _drained(self):
        async with self._drain:
            await self._writer.drain()

    def _check(self):
        if self._closed:
            raise TransportClosed("connection is closed")

    def _lost(self, error):
        if self._closed:
            return TransportClosed("connection is closed")
        self.abort()
        return TransportClosed(f"connection lost: {error}")

    def abort(self):
        """As on the device."""
        self._closed = True
        self._writer.transport.abort()
