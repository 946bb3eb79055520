"""Stands in for MicroPython's rp2 module: what firmware may touch of it.

May import: built-ins, network, wires. Raw flash is refused where all of it belongs to the file
system, as on stock builds; ``power_on`` gives a build that keeps some of it apart.
"""

import network
from wires import IllegalUse

country = network.country

_SECTOR_BYTES = 4096
_PAGE_BYTES = 256
STRAY = b"\xa5"  # what lies in RAM behind a buffer

_flash = None


def power_on(flash):
    """``flash``, a NorFlash of 256-byte pages, is the storage area; None: the file system's."""
    global _flash
    _flash = flash


def bootsel_button():
    return 0


class Flash:
    """A part of the storage area. As measured: no call reports a failure, and a length that is no
    multiple of 256 programs what lies behind the data as well."""

    def __init__(self, *, start=-1, len=-1):
        if _flash is None:
            raise IllegalUse("rp2.Flash: the file system owns the flash")
        whole = _flash.sectors * _SECTOR_BYTES
        if (start, len) == (-1, -1):
            start, len = 0, whole
        if start < 0 or len <= 0 or start % _SECTOR_BYTES or len % _SECTOR_BYTES:
            raise ValueError
        if start + len > whole:
            raise ValueError
        self._start = start
        self._size = len

    def readblocks(self, block, buf, offset=0):
        _flash.readblocks(0, buf, self._at(block, offset, len(buf)))

    def writeblocks(self, block, buf, offset=None):
        size = len(buf)
        at = self._at(block, offset or 0, size)
        if at % _PAGE_BYTES:
            raise IllegalUse("program at 0x%x: not the start of a page" % at)
        if offset is None:
            if size % _SECTOR_BYTES:
                raise IllegalUse("erase of %d bytes" % size)
            for sector in range(at // _SECTOR_BYTES, (at + size) // _SECTOR_BYTES):
                _flash.erase(sector)
        rest = -size % _PAGE_BYTES
        _flash.program(at, bytes(buf) + STRAY * rest)

    def ioctl(self, operation, argument):
        if operation == 4:
            return self._size // _SECTOR_BYTES
        if operation == 5:
            return _SECTOR_BYTES
        if operation == 6:
            _flash.erase(self._at(argument, 0, _SECTOR_BYTES) // _SECTOR_BYTES)
        return 0

    def view(self):
        """In the place of ``memoryview(flash)``, which a class of Python can't offer."""
        data = bytearray(self._size)
        _flash.readblocks(0, data, self._start)
        return memoryview(bytes(data))

    def _at(self, block, offset, size):
        at = block * _SECTOR_BYTES + offset
        if at < 0 or at + size > self._size:
            raise IllegalUse("%d bytes at 0x%x: outside of this part" % (size, at))
        return self._start + at
