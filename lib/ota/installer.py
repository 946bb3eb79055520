"""An update file, streamed into a slot: header checked first, then sector by sector.

Push interface without I/O of its own: the caller reads bytes into ``space()`` and reports
them with ``advance(count)``. Once the header has passed every check here, ``is_asking`` is True:
the caller judges who signed it and calls ``begin`` (or ``resume``); nothing is erased before.
``check`` holds the stream and what was written against the header, ``publish`` makes it count.
May import: ``loader.header``, ``ota.errors``; late ``ota.manifest``.
"""

import binascii
import hashlib

from loader.header import PREFIX_SIZE, SECTOR_SIZE, Header, HeaderError, read_prefix
from ota.errors import Refused


class Installer:
    """One attempt to fill ``slot``. ``buffer``: 4096 bytes, kept by the caller.

    ``header`` of the file and ``version`` of its image, once they have passed the checks against
    ``device`` (an ``ota.manifest.Device``). ``total``: bytes of the whole file, where the transfer
    tells. ``hash_file``: the file's own SHA-256 is wanted.
    """

    def __init__(self, slot, device, buffer, total=None, hash_file=False):
        self.header = None
        self.version = (0, 0, 0)
        self.is_asking = False
        self._slot = slot
        self._device = device
        self._buffer = memoryview(buffer)
        self._total = total
        self._head = memoryview(bytearray(PREFIX_SIZE))
        self._hasher = hashlib.sha256()
        self._file_hasher = hashlib.sha256() if hash_file else None
        self._filled = 0  # of the head or of the sector in the buffer
        self._sectors = 0
        self._left = 0  # payload bytes not yet written

    def space(self):
        """Where the next bytes belong: a view, empty when the file is complete."""
        if self.header is None:
            return self._head[self._filled :]
        return self._buffer[self._filled : min(SECTOR_SIZE, self._left)]

    def advance(self, count):
        """``count`` bytes were put into ``space()``.

        Raises Refused (content), SlotFull, OSError (storage).
        """
        self._filled += count
        if self.header is None:
            if self._filled == len(self._head):
                if len(self._head) == PREFIX_SIZE:
                    self._grow_head()
                else:
                    self.take_head(bytes(self._head))
        elif self._filled == min(SECTOR_SIZE, self._left):
            self._sector_filled()

    def _grow_head(self):
        try:
            size, _, _, payload_size, _ = read_prefix(self._head)
        except HeaderError as error:
            raise Refused(str(error))
        if self._total is not None and self._total != size + payload_size:
            raise Refused("file of %d bytes, not %d" % (self._total, size + payload_size))
        grown = bytearray(size)
        grown[:PREFIX_SIZE] = bytes(self._head)
        self._head = memoryview(grown)

    def take_head(self, data):
        """``data`` is the whole header. Raises Refused."""
        from ota.manifest import Manifest, ManifestError, check

        try:
            header = Header(data)
            manifest = Manifest(header)
        except (HeaderError, ManifestError) as error:
            raise Refused(str(error))
        check(manifest, self._device)
        self.version = manifest.version
        self.header = header
        self._device = self._head = None
        self.is_asking = True

    def begin(self):
        """Empty the slot for the payload. Raises SlotInUse, OSError."""
        self._start()
        self._slot.erase()

    def resume(self):
        """Go on behind the sectors of this very image that the slot holds; how many they are.

        Raises SlotInUse, OSError.
        """
        self._start()
        self._sectors = self._slot.resume(self.header, self._hash, self._buffer)
        self._left = max(0, self._left - self._sectors * SECTOR_SIZE)
        return self._sectors

    def _start(self):
        if self._file_hasher:
            self._file_hasher.update(self.header.data)
        self.is_asking = False
        self._filled = 0
        self._left = self.header.payload_size

    @property
    def offset(self):
        """Bytes of the file that need not be fetched again."""
        return self.header.size + self.header.payload_size - self._left

    def _hash(self, sector):
        self._hasher.update(sector)
        if self._file_hasher:
            self._file_hasher.update(sector)

    def _sector_filled(self):
        sector = self._buffer[: self._filled]
        if binascii.crc32(sector) & 0xFFFFFFFF != self.header.sector_crc(self._sectors):
            self.abandon()
            raise Refused("sector %d is damaged" % self._sectors)
        self._hash(sector)
        self._slot.append(sector)
        self._sectors += 1
        self._left -= self._filled
        self._filled = 0

    def check(self):
        """The transfer has ended: is all here, and as it should be? A generator, one step a
        sector.

        Raises Refused when the file is incomplete or any digest is wrong.
        """
        if self.header is None or self.is_asking or self._left:
            self.abandon()
            raise Refused("file ends early")
        self._slot.close()
        if self._hasher.digest() != self.header.digest:
            raise Refused("payload digest is wrong")
        matches = False
        for matches in self._slot.compare(self.header, self._buffer):
            yield
        if not matches:
            raise Refused("what was written does not read back")

    def file_digest(self):
        """SHA-256 of the whole file, where ``hash_file`` was asked for; once, after ``check``."""
        return self._file_hasher.digest()

    def publish(self):
        """The slot holds this image from now on. Raises OSError."""
        self._slot.publish(self.header.data)

    def abandon(self):
        """Stop here; the slot stays unpublished."""
        self._slot.close()
