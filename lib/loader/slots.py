"""A slot: a store of bytes that holds one image, its header and the mark "proven".

Header and mark are files (``/slots/x.mf``, ``x.ok``). ``FileSlot`` keeps the payload in one
too (``x.rom``). Append-only: LittleFS rewrites in place at sixteen times the erases. The header
file is published last, so a slot is staged whole or not at all.
May import: built-ins, ``loader.header``.
"""

import binascii
import hashlib
import json
import struct

from loader.header import MAX_HEADER_SIZE, SECTOR_SIZE, Header, HeaderError

FLUSH_EVERY = 32768  # 35 erases for 120 KB; each 4 KiB would cost 59
_RESERVE = 163840  # left free for what /state may grow to while an image is written: queue, logs
_OK = "<4s32s3H"
_OK_MAGIC = b"uCOK"
_OK_SIZE = struct.calcsize(_OK) + 4


class SlotInUse(Exception):
    """The mounted slot would have been written or removed."""


class SlotFull(Exception):
    """The image does not fit into the slot."""


class Slot:
    """Slot ``name`` ("a" or "b"): its header and its mark "proven" on ``files``.

    Where the payload lies is the business of the classes derived from it: ``compare``,
    ``capacity``, ``append``, ``erase``, ``open_image``. ``mounted`` makes it read-only.
    """

    kind = "app"  # of the update files it takes
    attempts = 0  # trial boots already counted when a trial is armed

    def __init__(self, files, name):
        self.name = name
        self.mounted = False
        self._files = files
        self._path = "/slots/" + name
        self._written = 0
        self._verified: bool | None = None

    # -- a boot loader below ours (ESP32) -------------------------------------------------

    def state(self) -> "int | None":
        """How a boot loader that started this slot sees it; None where it did not.

        In the words of ``loader.record``: TRIAL, any reset takes it back; CONFIRMED;
        REJECTED, it runs for want of another.
        """

    def keep(self):
        """A boot loader learns that this slot runs for good."""

    def start_next(self):
        """Have the next reset start this slot."""

    # -- what it holds ------------------------------------------------------------------

    def header(self):
        """The published Header, or None: nothing staged, or damaged."""
        data = self._files.read(self._path + ".mf", MAX_HEADER_SIZE)
        if data is None:
            return None
        try:
            return Header(data)
        except HeaderError:
            return None

    def version(self, name="version"):
        """Version of the image as a tuple; (0, 0, 0) where there is none to read.

        ``name``: another version in its manifest, "floor".
        """
        header = self.header()
        if header:
            try:
                major, minor, patch = json.loads(header.manifest())[name]
                return (int(major), int(minor), int(patch))
            except (ValueError, KeyError, TypeError):
                pass
        return (0, 0, 0)

    def digest(self):
        """SHA-256 the payload should have; zeros where there is no header."""
        header = self.header()
        return header.digest if header else bytes(32)

    def verifies(self):
        """True when the payload's bytes match the header; read once a boot."""
        if self._verified is None:
            header = self.header()
            self._verified = bool(header) and self.matches(header)
        return bool(self._verified)

    def distrust(self):
        """Whatever its bytes say, this slot does not start; for this boot."""
        self._verified = False

    def matches(self, header):
        """Read the payload back and compare its SHA-256 with ``header``'s."""
        return settle(self.compare(header))

    def compare(self, header, buffer=None):
        """As ``matches`` in steps: yields None a sector, at last True or False.

        ``buffer``: a sector of the caller's, where heap is short.
        """
        yield None
        yield False

    def _mark(self):
        """(digest, floor) of the mark "proven", or None."""
        data = self._files.read(self._path + ".ok", _OK_SIZE)
        if data is None or len(data) != _OK_SIZE:
            return None
        if struct.pack("<I", binascii.crc32(data[:-4]) & 0xFFFFFFFF) != data[-4:]:
            return None
        magic, digest, major, minor, patch = struct.unpack_from(_OK, data, 0)
        return (digest, (major, minor, patch)) if magic == _OK_MAGIC else None

    def marked(self):
        """True when the mark "proven" is for the image that the header names."""
        mark = self._mark()
        return mark is not None and mark[0] == self.digest()

    def proven(self):
        """True when this very image was confirmed once and still verifies."""
        return self.marked() and self.verifies()

    def floor(self):
        """The version floor at the time this slot was confirmed."""
        mark = self._mark()
        return mark[1] if mark else (0, 0, 0)

    def mark_proven(self, floor):
        """Record that the image in this slot was confirmed under ``floor``."""
        self._files.write(self._path + ".ok", proven_mark(self.digest(), floor))

    def publish(self, header_data):
        """Declare the written payload whole: it belongs to ``header_data``."""
        self._refuse_mounted()
        self.close()
        self._verified = None
        self._files.write(self._path + ".mf", header_data)

    def close(self):
        """End writing; what was appended is on the flash afterwards."""

    def forget(self):
        """The image is no longer staged, proven or verified."""
        self._verified = None
        for suffix in (".ok", ".mf"):
            self._files.remove(self._path + suffix)

    def _refuse_mounted(self):
        if self.mounted:
            raise SlotInUse("slot %s is running" % self.name)


class FileSlot(Slot):
    """A slot whose payload is a file; the loader itself mounts it."""

    _file = None  # while it is written

    def compare(self, header, buffer=None):
        """As ``matches`` in steps: yields None a sector, at last True or False.

        ``buffer``: a sector of the caller's, where heap is short.
        """
        if self._files.size(self._path + ".rom") != header.payload_size:
            yield False
            return
        view = memoryview(buffer or bytearray(SECTOR_SIZE))
        hasher = hashlib.sha256()
        try:
            with self._files.open(self._path + ".rom", "rb") as file:
                while True:
                    count = file.readinto(view)
                    if not count:
                        break
                    hasher.update(view[:count])
                    yield None
        except OSError:
            yield False
            return
        yield hasher.digest() == header.digest

    def capacity(self):
        """Largest payload in bytes that fits, what the slot holds now given back."""
        held = self._files.size(self._path + ".rom") or 0
        return max(0, self._files.free_bytes() + held - _RESERVE)

    def erase(self):
        """Forget the image. Raises SlotInUse, OSError."""
        self._refuse_mounted()
        self.close()
        self.forget()
        self._files.remove(self._path + ".rom")
        self._written = 0

    def resume(self, header, take=None, buffer=None):
        """Begin behind the sectors that hold what ``header`` says; returns their number.

        ``take(view)`` is given each; ``buffer``: as of ``compare``. What can't be gone on with is
        erased: an image, or a last sector that is not whole (a file can't be cut short). Raises
        SlotInUse, OSError.
        """
        self._refuse_mounted()
        self.close()
        size = self._files.size(self._path + ".rom") or 0
        count = 0
        if self.header() is None and size <= header.payload_size:
            for _ in self._good_sectors(header, buffer):
                count += 1
        if min(count * SECTOR_SIZE, header.payload_size) != size:
            count = 0
        if not count:
            self.erase()
            return 0
        self._verified = None
        self._written = size
        if take:
            for sector in self._good_sectors(header, buffer):
                take(sector)
        return count

    def _good_sectors(self, header, buffer):
        view = memoryview(buffer or bytearray(SECTOR_SIZE))
        count = 0
        try:
            with self._files.open(self._path + ".rom", "rb") as file:
                while count * SECTOR_SIZE < header.payload_size:
                    sector = view[: file.readinto(view)]
                    if binascii.crc32(sector) & 0xFFFFFFFF != header.sector_crc(count):
                        break
                    count += 1
                    yield sector
        except OSError:
            pass

    def append(self, view):
        """Write the next bytes of the payload. Raises SlotInUse, SlotFull, OSError."""
        self._refuse_mounted()
        if self._file is None:
            self._file = self._files.open(self._path + ".rom", "ab")
        try:
            self._file.write(view)
            self._written += len(view)
            if self._written % FLUSH_EVERY < len(view):
                self._file.flush()
        except OSError as error:
            self.close()
            if error.errno != 28:
                raise
            self.erase()  # others need the room
            raise SlotFull("no room left in slot " + self.name)

    def close(self):
        """End writing; what was appended is on the flash afterwards."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def open_image(self, header=None):
        """(the ROMFS image as a binary file for reading, its size). Raises OSError.

        ``header``: of an image that is written but not published; None: the published one.
        """
        header = header or self.header()
        return self._files.open(self._path + ".rom", "rb"), header.payload_size


def settle(steps) -> bool:
    """The last of ``compare``'s steps: True or False."""
    result = False
    for result in steps:
        pass
    return bool(result)


def proven_mark(digest, floor):
    """Bytes of the mark "proven" for the image ``digest`` (32 bytes)."""
    body = struct.pack(_OK, _OK_MAGIC, digest, *floor)
    return body + struct.pack("<I", binascii.crc32(body) & 0xFFFFFFFF)
