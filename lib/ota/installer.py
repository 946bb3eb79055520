"""An update file, streamed into a slot: header checked first, then sector by sector.

Push interface without I/O of its own: the caller reads bytes into ``space()`` and reports
them with ``advance(count)``. Nothing is erased before the header has passed every check,
and the slot is published only after the SHA-256 of the stream and of what was written.
May import: ``loader.header``, ``ota.manifest``.
"""

import binascii
import hashlib

from loader.header import PREFIX_SIZE, SECTOR_SIZE, Header, HeaderError, read_prefix
from ota.manifest import Manifest, ManifestError, Refused, check


class Installer:
    """One attempt to fill ``slot``. ``buffer``: 4096 bytes, kept by the caller.

    ``verify_signature(header)`` raises Refused; it runs after the device checks and before
    the erase. None: signatures are not checked.
    """

    def __init__(self, slot, device, buffer, total=None, verify_signature=None):
        self.manifest = None
        self._slot = slot
        self._device = device
        self._buffer = memoryview(buffer)
        self._total = total  # bytes of the whole file, where the transfer tells
        self._verify_signature = verify_signature
        self._head = memoryview(bytearray(PREFIX_SIZE))
        self._header = None
        self._hasher = None
        self._filled = 0  # of the head or of the sector in the buffer
        self._sectors = 0
        self._left = 0  # payload bytes not yet written

    def space(self):
        """Where the next bytes belong: a view, empty when the file is complete."""
        if self._header is None:
            return self._head[self._filled :]
        return self._buffer[self._filled : min(SECTOR_SIZE, self._left)]

    def advance(self, count):
        """``count`` bytes were put into ``space()``.

        Raises Refused (content), SlotFull, OSError (storage).
        """
        self._filled += count
        if self._header is None:
            if self._filled == len(self._head):
                self._head_filled()
        elif self._filled == min(SECTOR_SIZE, self._left):
            self._sector_filled()

    def _head_filled(self):
        try:
            if len(self._head) == PREFIX_SIZE:
                self._grow_head()
                return
            self._header = Header(bytes(self._head))
            self.manifest = Manifest(self._header)
        except (HeaderError, ManifestError) as error:
            self._header = None
            raise Refused(str(error))
        check(self.manifest, self._device)
        if self._verify_signature:
            self._verify_signature(self._header)
        self._head = None
        self._hasher = hashlib.sha256()
        self._filled = 0
        self._left = self._header.payload_size
        self._slot.erase()

    def _grow_head(self):
        size, _, _, payload_size, _ = read_prefix(self._head)
        if self._total is not None and self._total != size + payload_size:
            raise Refused("file of %d bytes, not %d" % (self._total, size + payload_size))
        grown = bytearray(size)
        grown[:PREFIX_SIZE] = bytes(self._head)
        self._head = memoryview(grown)

    def _sector_filled(self):
        sector = self._buffer[: self._filled]
        if binascii.crc32(sector) & 0xFFFFFFFF != self._header.sector_crc(self._sectors):
            self.abandon()
            raise Refused("sector %d is damaged" % self._sectors)
        self._hasher.update(sector)
        self._slot.append(sector)
        self._sectors += 1
        self._left -= self._filled
        self._filled = 0

    def finish(self):
        """The transfer has ended: check all, publish. A generator, one step a sector.

        Raises Refused when the file is incomplete or any digest is wrong.
        """
        if self._header is None or self._left:
            self.abandon()
            raise Refused("file ends early")
        self._slot.close()
        if self._hasher.digest() != self._header.digest:
            raise Refused("payload digest is wrong")
        matches = False
        for matches in self._slot.compare(self._header):
            yield
        if not matches:
            raise Refused("what was written does not read back")
        self._slot.publish(self._header.data)

    def abandon(self):
        """Stop here; the slot stays unpublished."""
        self._slot.close()
