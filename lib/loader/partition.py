"""A slot in an OTA partition of the ESP32: interpreter and application as one unit.

The payload is a stock app image with the ROMFS image behind it, in what set_boot and the boot
loader ignore. Random access by sector, so an interrupted download can go on. Loaded on the
ESP32 only. May import: ``loader``; ``esp32.Partition`` by argument.
"""

import binascii
import errno
import hashlib
import json
import struct

from loader.header import SECTOR_SIZE, HeaderError
from loader.otadata import NEW, PENDING, VALID, BootLoader
from loader.record import CONFIRMED, REJECTED, SLOTS, TRIAL
from loader.slots import Slot, SlotFull, SlotInUse, settle

_SIZE = 3  # in Partition.info()
_IMAGE_MAGIC = 0xE9
_DESCRIPTION_MAGIC = 0xABCD5432
_MOST_SEGMENTS = 16
_FIRST_SEGMENT = 24


def open_slots(files, partition_class):
    """Slot name -> PartitionSlot. Raises OSError: no two OTA partitions."""
    boot_loader = BootLoader(partition_class)
    return {name: PartitionSlot(files, name, boot_loader) for name in SLOTS}


class PartitionSlot(Slot):
    """Slot ``name``: "a" is ota_0, "b" is ota_1. Writing the running one raises SlotInUse."""

    kind = "esp32"
    attempts = 1  # the boot loader counts no others

    def __init__(self, files, name, boot_loader):
        super().__init__(files, name)
        self._boot_loader = boot_loader
        self._partition = boot_loader.partitions[name]
        self._sector = None  # what is written, and then read back

    # -- the boot loader ----------------------------------------------------------------

    def _runs(self):
        return self._boot_loader.running == self.name

    def state(self):
        """As ``Slot``."""
        if not self._runs():
            return None
        return {PENDING: TRIAL, VALID: CONFIRMED}.get(self._boot_loader.state(), REJECTED)

    def keep(self):
        """As ``Slot``. Raises OSError; SlotInUse where another slot runs."""
        if not self._runs():
            raise SlotInUse("slot %s does not run" % self.name)
        self._boot_loader.confirm()

    def start_next(self):
        """As ``Slot``. Raises OSError: the boot loader finds no whole image here."""
        self._boot_loader.start_next(self.name)

    # -- what it holds ------------------------------------------------------------------

    def verifies(self):
        """As ``Slot``; of the running slot the boot loader has verified the interpreter."""
        if self._verified is None:
            tail = self._tail(self.header())
            if tail is None:
                self._verified = False
            elif self._runs():
                self._verified = settle(self._compare(*tail))
            else:
                self._verified = self.matches(self.header())
        return bool(self._verified)

    def compare(self, header, buffer=None):
        """As ``matches`` in steps: yields None a sector, at last True or False."""
        return self._compare(0, header.payload_size, header.digest, buffer)

    def _compare(self, start, size, digest, buffer=None):
        if start + size > self.capacity():
            yield False
            return
        file = PartitionFile(self._partition, start, size)
        view = memoryview(buffer or bytearray(SECTOR_SIZE))
        hasher = hashlib.sha256()
        try:
            while True:
                count = file.readinto(view)
                if not count:
                    break
                hasher.update(view[:count])
                yield None
        except OSError:
            yield False
            return
        yield hasher.digest() == digest

    @staticmethod
    def _tail(header):
        """(offset, size, SHA-256) of the ROMFS image, or None: no sound header."""
        if header is None:
            return None
        try:
            fields = json.loads(header.manifest())
            offset, size = fields["romfs_offset"], fields["romfs_size"]
            digest = binascii.unhexlify(fields["romfs_sha256"])
        except (ValueError, KeyError, TypeError):
            return None
        if not (isinstance(offset, int) and isinstance(size, int) and 0 <= offset and 0 < size):
            return None
        return (offset, size, digest) if offset + size <= header.payload_size else None

    def open_image(self, header=None):
        """As ``FileSlot.open_image``."""
        tail = self._tail(header or self.header())
        if tail is None:
            raise OSError(errno.ENOENT)
        return PartitionFile(self._partition, tail[0], tail[1]), tail[1]

    # -- writing an image ---------------------------------------------------------------

    def capacity(self):
        """Largest payload in bytes that fits."""
        return self._partition.info()[_SIZE]

    def erase(self):
        """Begin anew. What is there goes only when ``append`` has seen a sound first sector.

        Raises SlotInUse.
        """
        self._refuse_mounted()
        self.close()
        self._written = 0

    def resume(self, header, take=None, buffer=None):
        """Begin behind the sectors that hold what ``header`` says; returns their number.

        ``take(view)`` is given each; ``buffer``: a sector of the caller's. A last sector that is
        not whole is written again. Raises SlotInUse, OSError.
        """
        self.erase()
        if self.header() is not None:  # holds an image, not the beginning of one
            return 0
        view = memoryview(buffer or bytearray(SECTOR_SIZE))
        count = 0
        while count < min(header.payload_size, self.capacity()) // SECTOR_SIZE:
            self._partition.readblocks(count, view, 0)
            if binascii.crc32(view) & 0xFFFFFFFF != header.sector_crc(count):
                break
            if take:
                take(view)
            count += 1
        self._written = count * SECTOR_SIZE
        return count

    def append(self, view):
        """Write the next bytes of the payload, a sector at a time; only the last may be short.

        Raises SlotInUse, SlotFull, HeaderError, OSError.
        """
        self._refuse_mounted()
        if self._written % SECTOR_SIZE:
            raise ValueError("short sector before the last")
        if self._written + len(view) > self.capacity():
            raise SlotFull("no room left in slot " + self.name)
        if self._sector is None:
            self._sector = bytearray(SECTOR_SIZE)  # before anything is erased
        if not self._written:
            check_first_sector(view, self._boot_loader.chip_id, self.capacity())
            self.forget()
        for at in range(0, len(view), SECTOR_SIZE):
            self._write(view[at : at + SECTOR_SIZE])

    def _write(self, view):
        block, sector = self._written // SECTOR_SIZE, memoryview(self._sector)
        sector[: len(view)] = view
        for at in range(len(view), SECTOR_SIZE):
            sector[at] = 0xFF
        self._partition.ioctl(6, block)
        self._partition.writeblocks(block, sector, 0)
        self._partition.readblocks(block, sector, 0)
        if sector[: len(view)] != view:
            raise OSError(errno.EIO)
        self._written += len(view)

    def close(self):
        """End writing."""
        self._sector = None

    def _refuse_mounted(self):
        """The chip aborts on a write to the running partition, and the fallback of an image
        that is not confirmed must stay."""
        if self.mounted or self._runs():
            raise SlotInUse("slot %s is running" % self.name)
        if self._boot_loader.state() in (NEW, PENDING):
            raise SlotInUse("slot %s is the fallback of a trial" % self.name)


class PartitionFile:
    """``size`` bytes of a partition from ``start`` on, as a binary file for reading."""

    def __init__(self, partition, start, size):
        self._partition = partition
        self._start = start
        self._size = size
        self._at = 0

    def seek(self, at):
        """Go to ``at``; returns it."""
        self._at = at
        return at

    def readinto(self, buffer):
        """Fill ``buffer`` as far as the file goes; returns the count, 0 at the end."""
        count = min(len(buffer), self._size - self._at)
        if count <= 0:
            return 0
        block, offset = divmod(self._start + self._at, SECTOR_SIZE)
        self._partition.readblocks(block, memoryview(buffer)[:count], offset)
        self._at += count
        return count

    def close(self):
        """Nothing to close."""


def check_first_sector(data, chip_id, capacity):
    """Whether ``data``, the first 4 KiB, can begin an app image for this chip.

    Raises HeaderError. All of it is verified by set_boot; this is before the erase.
    """
    if len(data) < 2 * _FIRST_SEGMENT or data[0] != _IMAGE_MAGIC:
        raise HeaderError("no app image")
    if not 0 < data[1] <= _MOST_SEGMENTS:
        raise HeaderError("app image with %d segments" % data[1])
    made_for = data[12] | data[13] << 8
    if made_for != chip_id:
        raise HeaderError("app image for chip %d, not %d" % (made_for, chip_id))
    if data[23] != 1:
        raise HeaderError("app image without SHA-256")
    if struct.unpack_from("<I", data, _FIRST_SEGMENT + 8)[0] != _DESCRIPTION_MAGIC:
        raise HeaderError("app image without description")
    at = _FIRST_SEGMENT
    for _ in range(data[1]):
        if at + 8 > len(data):
            break  # the headers behind the first sector are set_boot's affair
        at += 8 + struct.unpack_from("<I", data, at + 4)[0]
        if at > capacity:
            raise HeaderError("app image larger than the slot")
