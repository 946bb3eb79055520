"""A slot in a raw region of the RP2's flash, mapped into memory: modules run in place.

For builds that have VfsRom and a ``_boot.py`` of their own: the stock one makes its file system
over all of the storage, in silence. Random access by sector, so an interrupted download can go on.
May import: ``loader``; ``rp2.Flash`` by argument.
"""

import binascii
import errno
import hashlib

from loader.header import SECTOR_SIZE
from loader.record import SLOTS
from loader.slots import Slot, SlotFull


def open_slots(files, regions, flash_class, view=memoryview):
    """Slot name -> RegionSlot. ``regions``: [start, length] of each, in bytes from the beginning
    of the storage area. Raises ValueError: not whole sectors, or outside."""
    return {
        name: RegionSlot(files, name, flash_class(start=start, len=size), view)
        for name, (start, size) in zip(SLOTS, regions)
    }


class RegionSlot(Slot):
    """Slot ``name`` in ``flash``, an rp2.Flash. ``view(flash)`` gives its bytes without a copy."""

    def __init__(self, files, name, flash, view=memoryview):
        super().__init__(files, name)
        self._flash = flash
        self._view = view
        self._sector = None  # what is written, and then read back

    def memory_view(self):
        """The ROMFS image where it lies. Raises OSError: there is none."""
        header = self.header()
        if header is None:
            raise OSError(errno.ENOENT)
        return self._view(self._flash)[: header.payload_size]

    def open_image(self):
        """As ``FileSlot.open_image``, for a build without VfsRom."""
        view = self.memory_view()
        return ViewFile(view), len(view)

    def compare(self, header, buffer=None):
        """As ``matches`` in steps: yields None a sector, at last True or False. Reads in place."""
        size = header.payload_size
        if size > self.capacity():
            yield False
            return
        view = self._view(self._flash)
        hasher = hashlib.sha256()
        for at in range(0, size, SECTOR_SIZE):
            hasher.update(view[at : min(at + SECTOR_SIZE, size)])
            yield None
        yield hasher.digest() == header.digest

    def capacity(self):
        """Largest payload in bytes that fits."""
        return self._flash.ioctl(4, 0) * SECTOR_SIZE

    def erase(self):
        """Begin anew; each sector goes when it is written. Raises SlotInUse."""
        self._refuse_mounted()
        self.close()
        self._written = 0

    def resume(self, header, take=None):
        """Begin behind the sectors that hold what ``header`` says; returns their number.

        ``take(view)`` is given each. A last sector that is not whole is written again. Raises
        SlotInUse.
        """
        self.erase()
        if self.header() is not None:  # holds an image, not the beginning of one
            return 0
        view = self._view(self._flash)
        count = 0
        while count < min(header.payload_size, self.capacity()) // SECTOR_SIZE:
            sector = view[count * SECTOR_SIZE : (count + 1) * SECTOR_SIZE]
            if binascii.crc32(sector) & 0xFFFFFFFF != header.sector_crc(count):
                break
            if take:
                take(sector)
            count += 1
        self._written = count * SECTOR_SIZE
        return count

    def append(self, view):
        """Write the next bytes of the payload, a sector at a time; only the last may be short.

        Raises SlotInUse, SlotFull, OSError.
        """
        self._refuse_mounted()
        if self._written % SECTOR_SIZE:
            raise ValueError("short sector before the last")
        if self._written + len(view) > self.capacity():
            raise SlotFull("no room left in slot " + self.name)
        if self._sector is None:
            self._sector = bytearray(SECTOR_SIZE)  # before anything is erased
        if not self._written:
            self.forget()
        for at in range(0, len(view), SECTOR_SIZE):
            self._write(view[at : at + SECTOR_SIZE])

    def _write(self, view):
        # Always a whole sector: a length that is no multiple of 256 would program what lies behind
        # it. And read back: the port ignores what the flash says.
        block, sector = self._written // SECTOR_SIZE, memoryview(self._sector)
        sector[: len(view)] = view
        for at in range(len(view), SECTOR_SIZE):
            sector[at] = 0xFF
        self._flash.ioctl(6, block)
        self._flash.writeblocks(block, sector, 0)
        self._flash.readblocks(block, sector, 0)
        if sector[: len(view)] != view:
            raise OSError(errno.EIO)
        self._written += len(view)

    def close(self):
        """End writing."""
        self._sector = None


class ViewFile:
    """The bytes of ``view`` as a binary file for reading."""

    def __init__(self, view):
        self._view = view
        self._at = 0

    def seek(self, at):
        """Go to ``at``; returns it."""
        self._at = at
        return at

    def readinto(self, buffer):
        """Fill ``buffer`` as far as the bytes go; returns the count, 0 at the end."""
        count = max(0, min(len(buffer), len(self._view) - self._at))
        memoryview(buffer)[:count] = self._view[self._at : self._at + count]
        self._at += count
        return count

    def close(self):
        """Nothing to close."""
