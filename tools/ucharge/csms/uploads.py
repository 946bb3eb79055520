"""What chargers upload (GetDiagnostics): taken by PUT, kept in memory, with faults."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

_CHUNK = 1024
MAX_BYTES = 4 << 20


@dataclass
class Upload:
    """One PUT as it came; ``data`` is what arrived of it."""

    at_s: float
    name: str
    status: int = 0
    data: bytes = b""
    content_type: str = ""

    @property
    def is_good(self):
        """Whether it arrived whole and was accepted."""
        return 200 <= self.status < 300

    def save(self, folder):
        """Write it into ``folder``, under the last part of its name; the file's path."""
        path = Path(folder) / (self.name.rpartition("/")[2].lstrip(".") or "upload")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.data)
        return path


class Uploads:
    """Answers PUT requests. ``taken``: every Upload in order; on_upload: called with each one.

    fault: a Fault of `firmware_host` or None: status (after the whole body), truncate_at (the
    connection ends after so many bytes), stall_at with stall_s, rate_bytes_s, times.
    """

    def __init__(self, on_upload=None):
        self.taken = []
        self.fault: Any = None
        self._on_upload = on_upload

    def good(self):
        """The uploads that arrived whole and were accepted."""
        return [upload for upload in self.taken if upload.is_good]

    async def serve(self, request):
        """The handler of a PUT."""
        fault = self._take_fault()
        upload = Upload(time.monotonic(), request.match_info["name"])
        upload.content_type = request.headers.get("Content-Type", "")
        self.taken.append(upload)
        if (request.content_length or 0) > MAX_BYTES:
            upload.status = 413
        else:
            await self._receive(request, upload, fault)
            upload.status = (fault and fault.status) or 201
        if self._on_upload:
            self._on_upload(upload)
        return web.Response(status=upload.status)

    async def _receive(self, request, upload, fault):
        started = time.monotonic()
        async for chunk in request.content.iter_chunked(_CHUNK):
            upload.data += chunk
            if fault is None:
                continue
            if fault.truncate_at is not None and len(upload.data) >= fault.truncate_at:
                request.transport.abort()
                raise ConnectionResetError("cut by a fault")
            if fault.stall_at is not None and len(upload.data) >= fault.stall_at:
                fault.stall_at = None
                await asyncio.sleep(fault.stall_s)
            if fault.rate_bytes_s:
                ahead_s = len(upload.data) / fault.rate_bytes_s - (time.monotonic() - started)
                await asyncio.sleep(max(0.0, ahead_s))

    def _take_fault(self):
        fault = self.fault
        if fault is None or fault.times is None:
            return fault
        fault.times -= 1
        return fault if fault.times >= 0 else None
