"""The update job's hands: downloads into the free slot, arms the trial, resets.

The only place that writes images. Buffers are allocated once, before the first erase.
May import: all of the image; ``httpc``'s errors late, they are rare code.
"""

from firmware.ocpp16 import update_job as jobs
from loader import verdict
from loader.decide import other
from loader.slots import SlotFull
from ota.installer import Installer
from ota.manifest import Refused
from ticks import sleep_ms, ticks_diff, ticks_ms

_POLL_MS = 100
_REPORT_WAIT_MS = 10000  # how long "Installing" may stay unanswered before the reset


class Updater:
    """Acts on ``job.phase``.

    ``slots`` maps "a" and "b" to slots, ``record()`` gives the boot record in force,
    ``device(capacity, floor)`` an ``ota.manifest.Device``, ``get(url)`` awaits an
    ``httpc`` response, ``now_s()`` gives Unix time or None, ``reset()`` ends this boot.
    """

    def __init__(self, job, files, slots, record, device, get, now_s, reset, log):
        self._job = job
        self._files = files
        self._slots = slots
        self._record = record
        self._device = device
        self._get = get
        self._now_s = now_s
        self._reset = reset
        self._log = log
        self._buffer = bytearray(4096)

    async def run(self):
        """The task: for ever, or until the reset."""
        while True:
            await self.step()
            await sleep_ms(_POLL_MS)

    async def step(self):
        """What the job's phase asks for now, to its end."""
        if self._job.phase == jobs.DOWNLOADING:
            await self._attempt()
        elif self._job.phase == jobs.INSTALLING:
            await self._install()

    def _target(self):
        return self._slots[other(self._record().home)]

    async def _attempt(self):
        from httpc.errors import HttpError
        from transport import TransportError

        job = self._job
        generation = job.generation
        try:
            version = await self._download(generation)
        except (HttpError, TransportError, MemoryError) as error:
            if job.generation == generation:
                job.transport_failed(_text(error), self._now_s())
        except (Refused, SlotFull) as error:
            if job.generation == generation:
                job.content_refused(_text(error))
        except OSError as error:
            if job.generation == generation:
                job.content_refused("storage: " + _text(error))
        else:
            if version and job.generation == generation:
                job.staged(version)

    async def _download(self, generation):
        """Fill the free slot; returns the image's version, or None when cancelled."""
        job = self._job
        slot = self._target()
        response = await self._get(job.location)
        installer = None
        try:
            installer = Installer(
                slot,
                self._device(slot.capacity(), self._record().floor),
                self._buffer,
                response.total,
            )
            space = installer.space()
            while space:
                count = await response.readinto(space)
                if not count or job.generation != generation:
                    break
                installer.advance(count)
                space = installer.space()
            if job.generation != generation:
                return None
            for _ in installer.finish():
                await sleep_ms(0)
            self._log("update: %s is staged in slot %s" % (installer.manifest.version, slot.name))
            return installer.manifest.version
        finally:
            if installer:
                installer.abandon()
            await response.close()

    async def _install(self):
        """Wait until "Installing" is answered, then record the trial and reset."""
        job = self._job
        since_ms = ticks_ms()
        while job.next_status() and ticks_diff(ticks_ms(), since_ms) < _REPORT_WAIT_MS:
            await sleep_ms(_POLL_MS)
        job.armed()
        verdict.arm(
            self._files,
            self._record(),
            self._slots,
            job.version,
            jobs.KIND_PLAIN,
            job.id,
        )
        self._log("update: trial armed, resetting")
        self._reset()


def _text(error):
    return "%s: %s" % (type(error).__name__, error)
