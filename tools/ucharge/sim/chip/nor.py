"""NOR flash with its real rules, as a block device for VfsLfs2; runs on both interpreters.

May import: built-ins. Erase sets a 4 KiB sector to 0xFF; programming works in 256-byte pages
and only clears bits; a rule broken raises its own error. Every erase and every programmed page
counts as one operation, and ``cut_at`` takes the power away at the n-th of them.
"""

SECTOR_BYTES = 4096
PAGE_BYTES = 256
_EINVAL = -22


class FlashError(Exception):
    """A rule of NOR flash was broken by the code that drives it."""


class AddressError(FlashError):
    """The access lies outside the flash."""


class AlignmentError(FlashError):
    """A program operation does not start and end on a 256-byte page."""


class NotErasedError(FlashError):
    """A program operation would have to set a bit that is 0."""


class PowerCut(BaseException):
    """The power is gone. A BaseException, so that no handler of the code under test keeps it."""


class MemoryCells:
    """Flash contents in a bytearray: campaigns of power cuts in one process."""

    def __init__(self, sectors, data=None):
        self.data = bytearray(b"\xff" * (sectors * SECTOR_BYTES)) if data is None else data

    def readinto(self, address, view):
        view[:] = memoryview(self.data)[address : address + len(view)]

    def write(self, address, view):
        # MicroPython has no slice store from a memoryview into a bytearray on every build.
        memoryview(self.data)[address : address + len(view)] = view


class FileCells:
    """Flash contents in a file, written through: what is in the file is what is in the flash."""

    def __init__(self, path, sectors):
        try:
            self._file = _open_unbuffered(path, "r+b")
        except OSError:
            with open(path, "wb") as file:
                for _ in range(sectors):
                    file.write(b"\xff" * SECTOR_BYTES)
            self._file = _open_unbuffered(path, "r+b")

    def readinto(self, address, view):
        self._file.seek(address)
        self._file.readinto(view)

    def write(self, address, view):
        self._file.seek(address)
        self._file.write(view)

    def close(self):
        self._file.close()


def _open_unbuffered(path, mode):
    try:
        return open(path, mode, buffering=0)
    except TypeError:  # MicroPython files are unbuffered and know no such argument
        return open(path, mode)


class NorFlash:
    """A flash of ``sectors`` 4 KiB sectors over ``cells`` (MemoryCells or FileCells).

    ``operations`` counts erases and programmed pages. The operation numbered ``cut_at`` (from 1)
    does not happen, or with ``torn`` happens in part (the part of 1 that is done; True: half);
    then PowerCut is raised, and again by every
    later access. ``on_cut()`` is called before the first raise (a chip ends its process there),
    ``on_operation(count, is_erase)`` before every operation. ``program_bytes``: programming
    starts and ends at a multiple of it (the ESP32's driver takes any bytes: 1).
    """

    def __init__(
        self,
        cells,
        sectors,
        cut_at=None,
        torn=False,
        operations=0,
        on_cut=None,
        on_operation=None,
        program_bytes=PAGE_BYTES,
    ):
        self.cells = cells
        self.sectors = sectors
        self.cut_at = cut_at
        self.torn = torn
        self.operations = operations
        self.erases = 0
        self.on_cut = on_cut
        self.on_operation = on_operation
        self._program_bytes = program_bytes
        self._off = False
        self._page = memoryview(bytearray(PAGE_BYTES))
        self._blank = b"\xff" * PAGE_BYTES

    def power_on(self, cut_at=None, torn=False):
        """Power the flash again after a cut, with the next cut to come, if any."""
        self._off = False
        self.cut_at = cut_at
        self.torn = torn

    # The block-device protocol (extended interface: offsets within a block).

    def readblocks(self, block, buf, offset=0):
        """Read ``len(buf)`` bytes at ``block`` * 4096 + ``offset``."""
        address = self._address(block, offset, len(buf))
        self.cells.readinto(address, memoryview(buf))

    def writeblocks(self, block, buf, offset=None):
        """Program ``buf``; the two-argument form erases the blocks first, as rp2.Flash does."""
        address = self._address(block, offset or 0, len(buf))
        if offset is None:
            for sector in range(block, block + (len(buf) + SECTOR_BYTES - 1) // SECTOR_BYTES):
                self.erase(sector)
        self.program(address, buf)

    def ioctl(self, operation, argument):
        """MP_BLOCKDEV_IOCTL_*; a negative errno for what is not known."""
        if operation in (1, 2, 3):  # init, deinit, sync: nothing is held back
            return 0
        if operation == 4:
            return self.sectors
        if operation == 5:
            return SECTOR_BYTES
        if operation == 6:
            self.erase(argument)
            return 0
        return _EINVAL

    # The flash itself.

    def erase(self, sector):
        """Set sector number ``sector`` to 0xFF."""
        address = self._address(sector, 0, SECTOR_BYTES)
        is_cut = self._begin(True)
        # A torn erase leaves the end of the sector as it was.
        end = address + (self._torn(SECTOR_BYTES, PAGE_BYTES) if is_cut else SECTOR_BYTES)
        if not is_cut or self.torn:
            while address < end:
                self.cells.write(address, self._blank)
                address += PAGE_BYTES
        if is_cut:
            self._cut()
        self.erases += 1

    def program(self, address, data):
        """Clear bits: each 256-byte page that ``data`` touches is one operation."""
        if address % self._program_bytes or len(data) % self._program_bytes:
            raise AlignmentError("program of %d bytes at 0x%x" % (len(data), address))
        view = memoryview(data)
        while len(view):
            count = PAGE_BYTES - address % PAGE_BYTES
            self._program_page(address, view[:count])
            address += count
            view = view[count:]

    def _program_page(self, address, view):
        old = self._page[: len(view)]
        self.cells.readinto(address, old)
        if old != self._blank[: len(view)]:
            for index in range(len(view)):
                if old[index] & view[index] != view[index]:
                    raise NotErasedError("byte 0x%x is not erased" % (address + index))
        is_cut = self._begin(False)
        if not is_cut:
            self.cells.write(address, view)
            return
        if self.torn:
            self._tear(address, view)
        self._cut()

    def _tear(self, address, view):
        # A part of the bytes as wanted, then one of which some bits only were cleared.
        done = self._torn(len(view), 1)
        page = self._page[: len(view)]
        page[:done] = view[:done]
        page[done] &= view[done] | 0x55
        self.cells.write(address, page)

    def _torn(self, size, unit):
        """Bytes of ``size`` that are done before the tear: whole units, and never all."""
        part = 0.5 if self.torn is True else self.torn
        return min(int(size * part), size - unit) // unit * unit

    def _begin(self, is_erase):
        if self._off:
            raise PowerCut
        self.operations += 1
        if self.on_operation:
            self.on_operation(self.operations, is_erase)
        return self.operations == self.cut_at

    def _cut(self):
        self._off = True
        if self.on_cut:
            self.on_cut()
        raise PowerCut

    def _address(self, block, offset, length):
        if self._off:
            raise PowerCut
        address = block * SECTOR_BYTES + offset
        if address < 0 or address + length > self.sectors * SECTOR_BYTES:
            raise AddressError("%d bytes at 0x%x" % (length, address))
        return address
