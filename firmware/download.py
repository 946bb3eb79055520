"""One download of an update file into a slot. Loaded for the download only.

May import: ``httpc``, ``transport``, ``ota``, ``loader``, ``firmware``, ``ticks``. Where a try
before this one left the file's head (``/state/job.head``) and sectors in the slot, it goes on
behind them, if the server still has the same file.
"""

from firmware.ocpp16.update_job_file import HEAD
from firmware.ocpp16.update_statuses import OWN
from httpc.errors import HttpError, StatusError
from loader.header import MAX_HEADER_SIZE, HeaderError
from loader.slots import SlotFull, SlotInUse
from micropython import const
from ota.installer import Installer
from ota.manifest import Refused
from ticks import sleep_ms
from transport import TlsError, TransportError

__all__ = ("REFUSALS", "Download", "HttpError", "TlsError", "TransportError")
# What another try would not mend: the content, the room, the storage.
REFUSALS = (Refused, SlotFull, SlotInUse, HeaderError, OSError)
_SECTOR = const(4096)


class Download:
    """One try for ``job`` (an UpdateJob). ``edge``: the `Updater`; ``judge`` says who may sign.

    Its buffer is allocated before anything is erased.
    """

    def __init__(self, edge, job, slot, judge):
        self._edge = edge
        self._job = job
        self._slot = slot
        self._judge = judge
        self._generation = job.generation
        self._buffer = bytearray(_SECTOR)
        self._installer = None
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
        response = None
        try:
            offset = await self._go_on()
            installer = self._installer
            if installer is None or installer.space():
                response = await self._ask(offset)
                await self._fill(response)
            installer = self._installer
            if self.is_cancelled:
                return None
            for _ in installer.check():
                await sleep_ms(0)
            await self._judge.file(installer)
            if self.is_cancelled:
                return None
            installer.publish()
            return installer.manifest.version
        finally:
            if self._installer is not None:
                self._installer.abandon()
            if response is not None:
                await response.close()

    def _new_installer(self, total=None):
        edge, slot = self._edge, self._slot
        floor = edge.record().floor
        if self._job.kind == OWN:  # whatever the index said: never back, nor the same again
            major, minor, patch = edge.update.version
            floor = max(floor, (major, minor, patch + 1))
        device = edge.device(slot.capacity(), floor)
        hash_file = self._judge.wants_file
        self._installer = Installer(slot, device, self._buffer, total, hash_file)
        return self._installer

    async def _go_on(self):
        """How much of the file is here already, from a try before this one."""
        job = self._job
        head = self._edge.files.read(HEAD, MAX_HEADER_SIZE) if job.etag else None
        if head is None:
            return 0
        installer = self._new_installer()
        installer.take_head(head)
        await self._judge.header(installer.header)
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
        installer = self._installer
        space = installer.space()
        while space:
            count = await response.readinto(space)
            if not count or self.is_cancelled:
                break
            installer.advance(count)
            if installer.is_asking:
                await self._judge.header(installer.header)
                if self.is_cancelled:
                    break
                self._keep_head(response.etag)
                installer.begin()
            elif installer.header is not None:
                self._tell(installer)
            space = installer.space()
            await sleep_ms(0)  # a fast host would starve the other tasks

    def _keep_head(self, etag):
        job, installer = self._job, self._installer
        if etag and etag[:1] != '"':
            etag = None  # a weak one: parts under it may be of different files
        job.version = installer.manifest.version
        if etag or job.etag:
            if etag:
                self._edge.files.write(HEAD, installer.header.data)
            job.begun(etag or "")

    def _tell(self, installer):
        header = installer.header
        percent = 100 * installer.offset // (header.size + header.payload_size)
        self._job.progress = percent
        if percent // 10 != self._told // 10:
            self._told = percent
            self._edge.log("update: %d %%" % percent)
