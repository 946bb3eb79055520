"""One device in one process: real LittleFS on a NOR flash, the real loader and updater.

The power is cut by an exception out of the flash; then the file system is mounted afresh
and the loader starts as after a power-on. Runs on real MicroPython only.
"""

import asyncio
import gc

from chips import CHIPS
from model import World
from nor import PowerCut

import samples
from firmware.ocpp16.update import Update
from firmware.update_trust import Trust
from firmware.updater import Updater
from loader import record, verdict
from loader.choose import choose
from loader.decide import RUN, SWITCH
from loader.record import CONFIRMED, TRIAL, Record, other
from loader.resets import CRASHED, HARD, POWER_ON, WATCHDOG
from ocppj import CallError

_NOW_S = 1770000000
_MAX_BOOTS = 30
_QUIET_TURNS = 4
_CRASH_LOG = b"Traceback (most recent call last):\n" + b"x" * 400


class Reset(BaseException):
    """machine.reset()."""


class Download:
    """An httpc response over bytes, from ``offset`` on."""

    def __init__(self, data, offset):
        self.total = len(data)
        self.etag = '"%d"' % len(data)
        self.offset = offset
        self._data = data
        self._at = offset

    async def readinto(self, view):
        count = min(len(view), self.total - self._at)
        view[:count] = self._data[self._at : self._at + count]
        self._at += count
        return count

    async def close(self):
        pass


class Bench:
    """A device as ``scenario`` begins; runs it afresh each time."""

    def __init__(self, scenario, family):
        self._scenario = scenario
        self.chip = CHIPS[family]()
        self.flash = self.chip.flash
        files = self.chip.mount()
        files.mkdir("/slots")
        files.mkdir("/state")
        slots = self.chip.provision(files, scenario.slots, scenario.home)
        for name, image in scenario.slots.items():
            slots[name].mark_proven(image.floor)
        first = Record(CONFIRMED, scenario.home, other(scenario.home))
        home = slots[scenario.home]
        first.version, first.digest, first.floor = home.version(), home.digest(), home.floor()
        record.write(files, first)
        self._snapshot = bytes(self.flash.cells.data)

    def run(self, cuts=()):
        """From the first flash until all is quiet; returns the operations counted.

        ``cuts``: (operations since the cut before, mode); the power goes instead of that
        operation ("clean"), in the middle of it ("torn") or right after it ("after").
        Raises model.Violation.
        """
        world = World(self._scenario)
        self.flash.cells.data[:] = self._snapshot
        self.flash.operations = 0
        cuts = list(cuts)
        self._power_on(cuts)
        cause, flags = POWER_ON, 0
        for _ in range(_MAX_BOOTS):
            try:
                cause, flags = self._boot(world, cause, flags)
            except PowerCut:
                self._power_on(cuts)
                world.power_cut()
                cause, flags = POWER_ON, 0
            if cause is None:
                return self.flash.operations
        raise RuntimeError("not quiet after %d boots" % _MAX_BOOTS)

    def _power_on(self, cuts):
        later, mode = cuts.pop(0) if cuts else (None, None)
        at = None if later is None else self.flash.operations + later
        self.flash.power_on_until(at, mode)

    def _boot(self, world, cause, flags):
        """One boot to its end; the next one's cause and flags, (None, 0) when all is quiet."""
        chip = self.chip
        chip.start()
        files = chip.mount()
        chip.check_start(files)
        slots = chip.slots(files)
        held, decision = choose(files, slots, cause, flags, lambda: None)
        if decision.action == SWITCH:
            return HARD, 0
        if decision.action == RUN:
            chip.check_run(decision)
        image = world.booted(held, decision, slots, chip.contents(files, slots))
        if image.hangs:
            return WATCHDOG, 0
        if image.crashes:
            world.crashed()
            files.write("/state/crash.log", _CRASH_LOG)
            return HARD, CRASHED
        slots[decision.slot].mounted = True
        try:
            Application(chip, files, slots, held, world, image).run()
        except Reset:
            return HARD, 0
        return None, 0


class Application:
    """The update side of the image, with everything answered at once."""

    def __init__(self, chip, files, slots, held, world, image):
        self.chip = chip
        self.files = files
        self.slots = slots
        self.record = held
        self.world = world
        self.image = image
        self.update = Update(files, _say_nothing, _say_nothing, self._new_id)
        self.updater = Updater(
            self.update,
            files,
            slots,
            lambda: self.record,
            lambda capacity, floor: samples.device(capacity, floor, chip.kind, chip.board),
            self._get,
            lambda: _NOW_S,
            self._reset,
            _say_nothing,
            lambda: Trust(allow_unsigned=True),
        )

    def _new_id(self):
        return 1000 + self.world.current

    async def _get(self, url, offset, etag):
        download = Download(self.world.updates[int(url)].image.file, offset)
        if offset and etag != download.etag:
            raise RuntimeError("goes on with another file")
        return download

    def _reset(self):
        raise Reset

    def run(self):
        """Until nothing happens any more and no update is asked for."""
        self.update.settle(self.record, self.slots[other(self.record.home)])
        quiet = 0
        while quiet < _QUIET_TURNS:
            quiet += 1
            if self._turn():
                quiet = 0
            elif quiet == _QUIET_TURNS and self._settle():
                quiet = 0
        gc.collect()

    def _settle(self):
        return self.world.settle(
            self.record, self.image, self.slots, self.chip.contents(self.files, self.slots)
        )

    def _turn(self):
        """Do one thing; True if there was one."""
        world = self.world
        if self.record.state == TRIAL:
            if self.image.rejects:
                verdict.reject(self.files, self.record, "selftest")
                raise Reset
            world.confirming(self.record.digest)
            self.record = verdict.confirm(self.files, self.record, self.slots, self.image.floor)
            world.confirmed(self.record)
            self.update.settle(self.record, self.slots[other(self.record.home)])
            return True
        if world.asked() and self._request():
            return True
        job = self.update.job
        if job is None:
            return False
        status = job.next_status()
        if status:
            world.report(status)
            job.status_answered(job.report_number)
            return True
        if job.events:
            job.event_told()
            return True
        before = job.phase
        job.tick(_NOW_S, False)
        if job.phase == before:  # else: report the step first
            asyncio.run(self.updater.step())
        return job.phase != before

    def _request(self):
        """UpdateFirmware; False while the job does not take it."""
        try:
            self.update.request(str(self.world.current), _NOW_S, 0, 0)
        except CallError:
            return False
        self.world.acknowledge()
        return True


def _say_nothing(text):
    pass
