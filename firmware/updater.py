"""The update job's hands: all of them that stay loaded. What they do is in ``update_attempt`` and
``update_work``.

May import: all of the image; what only an update needs is imported late and dropped.
"""

from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY
from ticks import sleep_ms

_POLL_MS = const(100)
_CODE = const(("firmware.update_attempt", "firmware.update_source", "firmware.update_work"))


class Updater:
    """Acts on the phase of ``update``'s job.

    ``slots`` maps "a" and "b" to slots, ``record()`` gives the boot record in force,
    ``device(capacity, floor)`` an ``ota.manifest.Device``, ``get(url, offset, etag)`` awaits an
    ``httpc`` response, ``now_s()`` gives Unix time, ``reset()`` ends this boot, ``trust()``
    gives an ``update_trust.Trust``, ``network_up()`` says whether trying makes sense; ``link``:
    the `Link`, whose heap a download may need, or None.
    """

    def __init__(
        self, update, files, slots, record, device, get, now_s, reset, log,
        trust, network_up=None, link=None,
    ):  # fmt: skip
        self.update = update
        self.files = files
        self.slots = slots
        self.record = record
        self.device = device
        self.get = get
        self.now_s = now_s
        self.reset = reset
        self.log = log
        self.trust = trust
        self.network_up = network_up
        self.link = link
        self._is_judging = False

    async def run(self, errand):
        """The task: for ever, or until the reset. ``errand()`` awaits what else needs a
        connection of its own: heap is there for one."""
        while True:
            await self.step()
            await errand()
            await sleep_ms(_POLL_MS)

    async def step(self):
        """What the job's phase asks for now, to its end."""
        job = self.update.job
        phase = None if job is None else job.phase
        is_up = self.network_up is None or self.network_up()
        if self.update.check or phase == "installing" or (phase == "downloading" and is_up):
            try:
                if self.update.check:
                    from firmware.update_work import check

                    await check(self)
                elif phase == "installing":
                    from firmware.update_work import install

                    await install(self, job)
                else:
                    from firmware.update_attempt import attempt

                    await attempt(self, job)
            except NO_MEMORY as error:  # not even its code fits
                self.log("update: %r" % error)
                if job and job.phase == "downloading":
                    job.transport_failed("out of memory", self.now_s())
            finally:
                if not self._is_judging:
                    forget(*_CODE)

    async def judge(self):
        """Answer the request of a signed update that waits, beside what `run` is doing."""
        offer = self.update.offer
        if offer is None or self._is_judging:
            return
        self._is_judging = True
        status = "Rejected"
        try:
            from firmware.update_work import judge

            status = await judge(self, offer)
        except NO_MEMORY as error:
            self.log("update: %r" % error)
        finally:
            self.update.offer = None
            self._is_judging = False
            forget("firmware.update_trust", *_CODE)
        offer["reply"]({"status": status})
