"""One download of an update file into a slot. Loaded for the download only.

May import: ``httpc``, ``transport``, ``ota``, ``loader``, ``firmware``, ``ticks``. Where a try
before this one left the file's head (``/state/job.head``) and sectors in the slot, it goes on
behind them, if the server still has the same file.

One thing after the other, each dropped before the next: connection, signatures, the image's own
form. Who made the file is to be known before the erase, so behind its head; where there is no heap
for that beside the connection, the connection goes, and another one fetches the rest.
"""

import gc
import hashlib

from firmware.ocpp16.update_job_file import HEAD
from firmware.ocpp16.update_statuses import OWN
from httpc import OPENING
from httpc.errors import HttpError, StatusError
from loader.header import MAX_HEADER_SIZE, SECTOR_SIZE, HeaderError
from loader.modules import forget
from loader.slots import SlotFull, SlotInUse
from micropython import const
from ota.errors import Refused
from ota.installer import Installer
from ticks import sleep_ms
from transport import TlsError, TransportError

__all__ = ("REFUSALS", "Download", "HttpError", "TlsError", "TransportError")
# What another try would not mend: the content, the room, the storage.
REFUSALS = (Refused, SlotFull, SlotInUse, HeaderError, OSError)
# Free bytes that a signature is to be checked with beside a connection: lib/pki takes 25 KB on the
# 64-bit unix port, and the other tasks allocate meanwhile. The edge's judge_bytes goes before it.
_JUDGE_BYTES = const(45056)
_MOST_HEADS = const(3)


class Download:
    """One try for ``job`` (an UpdateJob); ``is_signed``: it has a signature over the whole file.
    ``edge``: the `Updater`.

    Its buffer is allocated before anything is erased.
    """

    def __init__(self, edge, job, slot, is_signed):
        self._edge = edge
        self._job = job
        self._slot = slot
        self._is_signed = is_signed
        self._generation = job.generation
        self._buffer = bytearray(SECTOR_SIZE)
        self._installer = None
        self._response = None
        self._judged = None  # digest of the head whose signature is good
        self._told = 0  # per cent

    @property
    def is_cancelled(self):
        """Whether the job wants this try no longer."""
        job = self._job
        return self._edge.update.job is not job or job.generation != self._generation

    async def run(self):
        """Fill and publish the slot; the image's version, or None when cancelled.

        Raises HttpError or TransportError (worth another try) or one of REFUSALS.
        """
        try:
            await self._fetch()
            await self._disconnect()
            installer = self._installer
            if self.is_cancelled:
                return None
            for _ in installer.check():
                await sleep_ms(0)
            if self._is_signed:
                await self._judge("file", installer.file_digest(), self._job.credentials())
            from firmware.image_check import steps

            for _ in steps(self._slot, installer.header):
                await sleep_ms(0)
            if self.is_cancelled:
                return None
            installer.publish()
            return installer.version
        finally:
            if self._installer is not None:
                self._installer.abandon()
            await self._disconnect()

    async def _fetch(self):
        offset = await self._go_on()
        heads = _MOST_HEADS
        while self._installer is None or self._installer.space():
            self._response = response = await self._ask(offset)
            if await self._fill(response):
                return
            if not heads:
                raise HttpError("another file each time")
            heads -= 1
            etag = response.etag
            response = None
            await self._disconnect()
            self._edge.log("update: the signature is checked without the connection")
            await self._judge_head()
            if self.is_cancelled:
                return
            offset = 0
            if self._keep_head(etag):
                self._installer.begin()
                offset = self._installer.offset
            else:
                self._installer = None  # the head comes once more, and is known then

    async def _disconnect(self):
        response, self._response = self._response, None
        if response is not None:
            await response.close()
        response = None
        forget("httpc.client", *OPENING)
        gc.collect()

    async def _judge(self, name, *about):
        from firmware import update_trust

        try:
            await getattr(update_trust, name)(self._edge, *about)
        finally:
            update_trust = None
            forget("firmware.update_trust")

    async def _judge_head(self):
        forget("ota.manifest")
        header = self._installer.header
        await self._judge("header", header)
        self._judged = _digest(header)

    def _new_installer(self, total=None):
        edge, slot = self._edge, self._slot
        floor = edge.record().floor
        if self._job.kind == OWN:  # whatever the index said: never back, nor the same again
            major, minor, patch = edge.update.version
            floor = max(floor, (major, minor, patch + 1))
        device = edge.device(slot.capacity(), floor)
        self._installer = Installer(slot, device, self._buffer, total, self._is_signed)
        return self._installer

    async def _go_on(self):
        """How much of the file is here already, from a try before this one."""
        job = self._job
        head = self._edge.files.read(HEAD, MAX_HEADER_SIZE) if job.etag else None
        if head is None:
            return 0
        installer = self._new_installer()
        installer.take_head(head)
        await self._judge_head()
        sectors = installer.resume()
        job.goes_on(sectors)
        self._edge.log("update: goes on behind sector %d" % sectors)
        return installer.offset

    async def _ask(self, offset):
        job = self._job
        try:
            response = await self._edge.get(job.location, offset, job.etag or None)
        except StatusError:
            if offset:
                job.begun("")  # not that part: the next try asks for all of it
            raise
        if offset == 0 or response.offset != offset:
            if offset:
                self._edge.log("update: starts over, the file is another one")
            if self._installer is not None:
                self._installer.abandon()
            self._new_installer(response.total)
        return response

    async def _fill(self, response):
        # False where the head has come that can't be judged beside the connection.
        installer = self._installer
        space = installer.space()
        while space:
            count = await response.readinto(space)
            if not count or self.is_cancelled:
                break
            installer.advance(count)
            if installer.is_asking:
                if self._judged != _digest(installer.header):
                    if _free_bytes() < getattr(self._edge, "judge_bytes", _JUDGE_BYTES):
                        return False
                    await self._judge_head()
                    if self.is_cancelled:
                        break
                self._keep_head(response.etag)
                installer.begin()
            elif installer.header is not None:
                self._tell(installer)
            space = installer.space()
            await sleep_ms(0)  # a fast host would starve the other tasks
        return True

    def _keep_head(self, etag):
        # Whether another connection can go on behind it.
        job, installer = self._job, self._installer
        if etag and etag[:1] != '"':
            etag = None  # a weak one: parts under it may be of different files
        job.version = installer.version
        if etag or job.etag:
            if etag:
                self._edge.files.write(HEAD, installer.header.data)
            job.begun(etag or "")
        return bool(job.etag)

    def _tell(self, installer):
        header = installer.header
        percent = 100 * installer.offset // (header.size + header.payload_size)
        self._job.progress = percent
        if percent // 10 != self._told // 10:
            self._told = percent
            self._edge.log("update: %d %%" % percent)


def _digest(header):
    return hashlib.sha256(header.data).digest()


def _free_bytes():
    gc.collect()
    return gc.mem_free() if hasattr(gc, "mem_free") else 1 << 30  # CPython's is not told
