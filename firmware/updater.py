"""The update job's hands: downloads into the free slot, arms the trial, resets.

The only place that writes images. Its buffer is allocated before anything is erased.
May import: all of the image; what only a download needs is imported late and dropped.
"""

from firmware.ocpp16 import update_job as jobs
from httpc import OPENING
from loader.modules import forget
from loader.record import other
from micropython import const
from ocppj import NO_MEMORY
from ticks import sleep_ms, ticks_diff, ticks_ms

_POLL_MS = const(100)
_SECTOR = const(4096)
# What only a download needs.
_RARE = const(
    (
        "firmware.download",
        "httpc.client",
        "ota.installer",
        "ota.manifest",
    )
)
_REPORT_WAIT_MS = const(10000)  # how long "Installing" may stay unanswered before the reset


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

    async def run(self, errand):
        """The task: for ever, or until the reset. ``errand()`` awaits what else needs a
        connection of its own: heap is there for one."""
        while True:
            await self.step()
            await errand()
            await sleep_ms(_POLL_MS)

    async def step(self):
        """What the job's phase asks for now, to its end."""
        if self._job.phase == jobs.DOWNLOADING:
            await self._attempt()
        elif self._job.phase == jobs.INSTALLING:
            await self._install()

    async def _attempt(self):
        """One try at the download, its outcome told to the job."""
        job = self._job
        generation = job.generation
        try:
            from firmware.download import REFUSALS, HttpError, TransportError, fill
        except NO_MEMORY as error:
            self._transport_failed(_text(error))
            return
        slot = self._slots[other(self._record().home)]
        tell = argument = None
        try:
            argument = await fill(
                slot,
                job.location,
                self._get,
                self._device(slot.capacity(), self._record().floor),
                bytearray(_SECTOR),
                lambda: job.generation != generation,
            )
            tell = job.staged if argument else None
        except (HttpError, TransportError) + NO_MEMORY as error:
            tell, argument = self._transport_failed, _text(error)
        except REFUSALS as error:
            tell, argument = job.content_refused, _text(error)
        finally:
            forget(*_RARE, *OPENING)
        if tell and job.generation == generation:
            tell(argument)

    def _transport_failed(self, reason):
        self._job.transport_failed(reason, self._now_s())

    async def _install(self):
        """Wait until "Installing" is answered, then record the trial and reset."""
        job = self._job
        since_ms = ticks_ms()
        while job.next_status() and ticks_diff(ticks_ms(), since_ms) < _REPORT_WAIT_MS:
            await sleep_ms(_POLL_MS)
        from loader import verdict
        from loader.record import RecordError

        try:
            job.armed()
            verdict.arm(
                self._files,
                self._record(),
                self._slots,
                job.version,
                jobs.KIND_PLAIN,
                job.id,
            )
        except (OSError, RecordError) as error:
            job.install_failed("storage: " + _text(error))
            return
        self._log("update: trial armed, resetting")
        self._reset()


def _text(error):
    return "%s: %s" % (type(error).__name__, error)
