"""An HTTPS server for update files, on PyPI ``aiohttp``: Range, ETag, counters and faults.

It takes what chargers upload, too.
"""

import asyncio
import hashlib
import socket
import time
import urllib.parse
from dataclasses import dataclass

from aiohttp import web

from ucharge.csms.uploads import Uploads

_CHUNK = 8192


@dataclass
class Fault:
    """What goes wrong with one file.

    status: answer with this HTTP status; truncate_at: close the connection after so many body
    bytes; stall_at + stall_s: pause there; length_delta: Content-Length lies by so many bytes;
    rate_bytes_s: no faster than this, chunk_bytes at a time; excess: so many bytes follow what
    Content-Length promised; location: redirect there; etag: instead of the file's own.
    times: only the first so many requests (None: all).
    """

    status: int = 0
    truncate_at: "int | None" = None
    stall_at: "int | None" = None
    stall_s: float = 3600.0
    length_delta: int = 0
    rate_bytes_s: int = 0
    chunk_bytes: int = _CHUNK
    excess: int = 0
    location: str = ""
    etag: str = ""
    times: "int | None" = None


@dataclass
class Request:
    """One request as it was served; ``sent`` grows while it is."""

    at_s: float
    name: str
    status: int = 0
    start: int = 0
    total: int = 0
    sent: int = 0
    is_complete: bool = False
    is_broken_off: bool = False  # by the client


class FirmwareHost:
    """``async with FirmwareHost(tls) as host:`` serves what ``publish`` was given.

    ``uploads`` (an Uploads) has what was PUT, under any name.
    name: what chargers reach it by; on_progress: called with each Request when it starts, grows
    and ends; rate_bytes_s: no faster than this (0: as fast as it goes), since on loopback a whole
    image would vanish into the socket's buffers at once.
    """

    def __init__(
        self,
        tls=None,
        host="127.0.0.1",
        port=0,
        name=None,
        on_progress=None,
        rate_bytes_s=0,
        on_upload=None,
    ):
        self.requests = []
        self.uploads = Uploads(on_upload)
        self.faults = {}  # file name -> Fault
        self._files = {}
        self._tls = tls
        self._rate_bytes_s = rate_bytes_s
        self._host = host
        self._name = name or host
        self._port = port
        self._listeners = [on_progress] if on_progress else []
        self._runner = None

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()

    async def start(self):
        """Listen; after ``stop`` on the same port again. Raises OSError."""
        app = web.Application()
        app.router.add_get("/{name:.*}", self._serve)
        app.router.add_put("/{name:.*}", self.uploads.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, ssl_context=self._tls)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self):
        """Close the port and what is being served."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @property
    def port(self):
        """The port listened on."""
        return self._port

    def url(self, name):
        """The location of the file ``name``, there or not."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{self._name}:{self._port}/{urllib.parse.quote(name)}"

    def publish(self, name, data, fault=None):
        """Serve ``data`` as ``name`` (replacing it) and return its location."""
        self._files[name] = data
        self.faults.pop(name, None)
        if fault:
            self.faults[name] = fault
        return self.url(name)

    def listen(self, on_progress):
        """Call ``on_progress(request)`` from now on, too."""
        self._listeners.append(on_progress)

    def bytes_sent(self, name):
        """Body bytes sent for ``name`` in all requests together."""
        return sum(request.sent for request in self.requests if request.name == name)

    def _tell(self, request):
        for listener in self._listeners:
            listener(request)

    def _take_fault(self, name):
        fault = self.faults.get(name)
        if fault is None or fault.times is None:
            return fault or Fault()
        if fault.times <= 0:
            return Fault()
        fault.times -= 1
        return fault

    async def _serve(self, http_request):
        name = http_request.match_info["name"]
        request = Request(time.monotonic(), name)
        self.requests.append(request)
        fault = self._take_fault(name)
        data = self._files.get(name)
        if fault.location:
            request.status = 302
            self._tell(request)
            return web.Response(status=302, headers={"Location": fault.location})
        if fault.status or data is None:
            request.status = fault.status or 404
            self._tell(request)
            return web.Response(status=request.status, text=f"{request.status}\n")
        etag = fault.etag or f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Accept-Ranges": "bytes"}
        wanted = _wanted_range(http_request.headers, len(data), etag)
        request.total = len(data)
        if wanted is None:
            request.status = 416
            self._tell(request)
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
        request.start, stop = wanted
        request.status = 200
        if (request.start, stop) != (0, len(data)) or _asks_range(http_request.headers, etag):
            request.status = 206
            headers["Content-Range"] = f"bytes {request.start}-{stop - 1}/{len(data)}"
        body = data[request.start : stop]
        response = web.StreamResponse(status=request.status, headers=headers)
        response.content_type = "application/octet-stream"
        response.content_length = max(0, len(body) + fault.length_delta)
        # A small buffer: what is counted as sent has nearly reached the charger.
        socket_ = http_request.transport.get_extra_info("socket")
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _CHUNK)
        http_request.transport.set_write_buffer_limits(high=_CHUNK)
        await response.prepare(http_request)
        self._tell(request)
        await self._send_body(response, http_request, request, body, fault)
        return response

    async def _send_body(self, response, http_request, request, body, fault):
        end = len(body) if fault.truncate_at is None else min(len(body), fault.truncate_at)
        if fault.length_delta < 0:
            end = min(end, len(body) + fault.length_delta)
        started = time.monotonic()
        try:
            while request.sent < end:
                chunk = body[request.sent : _next_stop(request.sent, end, fault)]
                await response.write(chunk)
                request.sent += len(chunk)
                self._tell(request)
                if request.sent == fault.stall_at:
                    await asyncio.sleep(fault.stall_s)
                rate_bytes_s = fault.rate_bytes_s or self._rate_bytes_s
                if rate_bytes_s:
                    ahead_s = request.sent / rate_bytes_s - (time.monotonic() - started)
                    await asyncio.sleep(max(0.0, ahead_s))
        except ConnectionError:
            request.is_broken_off = True
            self._tell(request)
            return
        if end < len(body) or fault.length_delta:
            if http_request.transport is not None:
                # a lie about the length ends with the connection, as it does in the field
                http_request.transport.close()
            return
        if fault.excess:
            http_request.transport.write(bytes(fault.excess))
        await response.write_eof()
        request.is_complete = True
        self._tell(request)


def _next_stop(sent, end, fault):
    stop = min(end, sent + fault.chunk_bytes)
    if fault.stall_at is not None and sent < fault.stall_at:
        stop = min(stop, fault.stall_at)
    return stop


def _asks_range(headers, etag):
    return "Range" in headers and headers.get("If-Range", etag) == etag


def _wanted_range(headers, size, etag):
    """(start, stop) of the body wanted; all of it without a Range; None for 416.

    If-Range with another ETag means: the file changed, send all of it (RFC 9110, 13.1.5).
    """
    if not _asks_range(headers, etag):
        return 0, size
    unit, _, spec = headers["Range"].partition("=")
    first, _, last = spec.partition("-")
    if unit.strip() != "bytes" or "," in spec:
        return 0, size
    try:
        if not first:
            return max(0, size - int(last)), size
        start, stop = int(first), int(last) + 1 if last else size
    except ValueError:
        return 0, size
    return (start, min(stop, size)) if start < size and start < stop else None
