"""One device in one process: real LittleFS on a NOR flash, the real loader and updater.

The power is cut by an exception out of the flash; then the file system is mounted afresh
and the loader starts as after a power-on. Runs on real MicroPython only.
"""

import asyncio
import gc

import vfs
from chip.nor import MemoryCells, NorFlash, PowerCut

import samples
from firmware.ocpp16.update_job import UpdateJob
from firmware.updater import Updater
from loader import record, verdict
from loader.choose import choose
from loader.files import Files
from loader.record import CONFIRMED, TRIAL, Record, other
from loader.resets import HARD, POWER_ON, WATCHDOG
from loader.slots import FileSlot

SECTORS = 48
_ROOT = "/d"
_NOW_S = 1770000000
_MAX_BOOTS = 30
_QUIET_TURNS = 4
_EIO = -5


class Reset(BaseException):
    """machine.reset()."""


class Flash(NorFlash):
    """NOR flash with a third kind of cut: just after an operation, before its caller goes on."""

    cut_after = None

    def erase(self, sector):
        super().erase(sector)
        self._cut_when_due()

    def _program_page(self, address, view):
        super()._program_page(address, view)
        self._cut_when_due()

    def _cut_when_due(self):
        if self.operations == self.cut_after:
            self._cut()


class Port:
    """One boot's way to the flash.

    Files of an earlier mount are closed by the garbage collector whenever it likes; on a
    real board they would be gone with the power, so their port is dead.
    """

    def __init__(self, flash):
        self.flash = flash
        self.is_on = True

    def readblocks(self, block, buf, offset=0):
        return self.flash.readblocks(block, buf, offset) if self.is_on else _EIO

    def writeblocks(self, block, buf, offset=0):
        return self.flash.writeblocks(block, buf, offset) if self.is_on else _EIO

    def ioctl(self, operation, argument):
        return self.flash.ioctl(operation, argument) if self.is_on else _EIO


class Download:
    """An httpc response over bytes."""

    def __init__(self, data):
        self.total = len(data)
        self._data = data
        self._at = 0

    async def readinto(self, view):
        count = min(len(view), self.total - self._at)
        view[:count] = self._data[self._at : self._at + count]
        self._at += count
        return count

    async def close(self):
        pass


class Bench:
    """A device with ``image`` in slot a, confirmed; ``snapshot`` is its flash."""

    def __init__(self, factory):
        self.flash = Flash(MemoryCells(SECTORS), SECTORS)
        vfs.VfsLfs2.mkfs(self.flash, progsize=256)
        self._port = None
        files = self._mount()
        files.mkdir("/slots")
        files.mkdir("/state")
        slot = FileSlot(files, "a")
        slot.append(factory.payload)
        slot.publish(factory.file[: -len(factory.payload)])
        slot.mark_proven((0, 0, 0))
        first = Record(CONFIRMED, "a", "b")
        first.version, first.digest = slot.version(), slot.digest()
        record.write(files, first)
        self._snapshot = bytes(self.flash.cells.data)

    def _mount(self):
        if self._port:
            self._port.is_on = False
            vfs.umount(_ROOT)
        self._port = Port(self.flash)
        vfs.mount(vfs.VfsLfs2(self._port, progsize=256), _ROOT)
        return Files(_ROOT)

    def run(self, world, cut_at=None, mode="clean"):
        """From the factory's flash until all is quiet; returns the operations counted.

        The power goes at operation ``cut_at``: instead of it ("clean"), in the middle of it
        ("torn") or right after it ("after"). Raises model.Violation.
        """
        self.flash.cells.data[:] = self._snapshot
        self.flash.operations = 0
        self.flash.cut_after = cut_at if mode == "after" else None
        self.flash.power_on(None if mode == "after" else cut_at, mode == "torn")
        cause = POWER_ON
        for _ in range(_MAX_BOOTS):
            try:
                cause = self._boot(world, cause)
            except PowerCut:
                self.flash.cut_after = None
                self.flash.power_on()
                cause = POWER_ON
            if cause is None:
                return self.flash.operations
        raise RuntimeError("not quiet after %d boots" % _MAX_BOOTS)

    def _boot(self, world, cause):
        """One boot to its end; the next reset's cause, None when all is quiet."""
        files = self._mount()
        slots = {name: FileSlot(files, name) for name in "ab"}
        held, decision = choose(files, slots, cause, 0, lambda: None)
        contents = {name: files.read("/slots/%s.rom" % name, 1 << 20) for name in "ab"}
        image = world.booted(held, decision, slots, contents)
        if image.hangs:
            return WATCHDOG
        slots[decision.slot].mounted = True
        try:
            Application(files, slots, held, world, image).run()
        except Reset:
            return HARD
        return None


class Application:
    """The update side of the image, with everything answered at once."""

    def __init__(self, files, slots, held, world, image):
        self.files = files
        self.slots = slots
        self.record = held
        self.world = world
        self.image = image
        self.job = UpdateJob(files, lambda text: None, self._new_id)
        self.updater = Updater(
            self.job,
            files,
            slots,
            lambda: self.record,
            lambda capacity, floor: samples.device(capacity, floor),
            self._get,
            lambda: _NOW_S,
            self._reset,
            lambda text: None,
        )

    def _new_id(self):
        return 1000 + self.world.current

    async def _get(self, url):
        return Download(self.world.updates[int(url)][0].file)

    def _reset(self):
        raise Reset

    def run(self):
        """Until nothing happens any more and no update is asked for."""
        self.job.settle(self.record, self.slots[other(self.record.home)])
        quiet = 0
        while quiet < _QUIET_TURNS:
            quiet += 1
            if self._turn():
                quiet = 0
            elif quiet == _QUIET_TURNS and self.world.settle(self.record, self.image):
                quiet = 0
        gc.collect()

    def _turn(self):
        """Do one thing; True if there was one."""
        world, job = self.world, self.job
        if self.record.state == TRIAL:
            world.confirming(self.record.digest)
            self.record = verdict.confirm(self.files, self.record, self.slots, self.image.floor)
            world.confirmed(self.record)
            job.settle(self.record, self.slots[other(self.record.home)])
            return True
        if world.asked():
            job.request(str(world.current), _NOW_S, 0, 0)
            world.acknowledge()
            return True
        status = job.next_status()
        if status:
            world.report(status)
            job.status_answered(status)
            return True
        before = job.phase
        job.tick(_NOW_S, False)
        if job.phase == before:  # else: report the step first
            asyncio.run(self.updater.step())
        return job.phase != before
