"""A NOR flash whose power can go at any operation, and one boot's way to it.

The power is cut by an exception out of the flash; then the file system is mounted afresh. Runs
on real MicroPython only, where LittleFS is the real one. May import: the simulator's flash.
"""

import vfs
from nor import NorFlash

_EIO = -5
RP2_PROGRAM_BYTES = 256
# The part of an operation that is done when the power goes. 0 would be no tear.
_TORN = {"begun": 0.001, "torn": True, "nearly": 0.999}


class Flash(NorFlash):
    """NOR flash with a third kind of cut: just after an operation, before its caller goes on."""

    cut_after = None

    def power_on_until(self, operation, mode):
        """Power on; the power goes again at that operation (None: not at all).

        ``mode``: instead of it ("clean"), when it has begun ("begun"), in its midst ("torn"),
        before its last bytes ("nearly") or right after it ("after").
        """
        self.cut_after = operation if mode == "after" else None
        self.power_on(None if mode == "after" else operation, _TORN.get(mode, False))

    @property
    def is_armed(self):
        """Whether the power is still to go."""
        return (self.cut_at or self.cut_after or 0) > self.operations

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


def make(flash, program_bytes=RP2_PROGRAM_BYTES):
    """A new LittleFS on ``flash``, or on a partition of it."""
    vfs.VfsLfs2.mkfs(flash, progsize=program_bytes)


def mount(flash, root, before=None, program_bytes=RP2_PROGRAM_BYTES):
    """Mount ``flash`` at ``root``; gives its Port. ``before``: the last boot's, which dies."""
    if before:
        unmount(before, root)
    port = Port(flash)
    vfs.mount(vfs.VfsLfs2(port, progsize=program_bytes), root)
    return port


def unmount(port, root):
    """``port`` dies, and what is mounted at ``root`` with it."""
    port.is_on = False
    vfs.umount(root)
