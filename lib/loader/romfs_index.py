"""Walks a ROMFS image: is it sound, and where does every file lie?

The container: records of a variable-length kind, length and payload, nested for folders.
Loaded for a mount, and before an image is installed. May import: ``loader.romfs``.
"""

from loader.romfs import Index, RomfsError

_DATA = 2
_POINTER = 3
_DIRECTORY = 4
_FILE = 5
_MAX_ENTRIES = 256
_MAX_RECORDS = 1024  # of any kind, in all: a hostile image must not outlast the watchdog
_MAX_NAME = 64
_MAX_PATH = 128  # with it the index has at most 33 KB, whatever an image says
_WINDOW = 256


class _Reader:
    """Numbers and names out of ``file`` through one small window."""

    def __init__(self, file):
        self._file = file
        self._window = bytearray(_WINDOW)
        self._base = 0
        self._held = 0

    def byte(self, at):
        if not self._base <= at < self._base + self._held:
            self._file.seek(at)
            self._base, self._held = at, self._file.readinto(self._window) or 0
            if not self._held:
                raise RomfsError("ends at %d" % at)
        return self._window[at - self._base]

    def uint(self, at):
        """(value, next offset) of the big-endian base-128 number at ``at``."""
        value = 0
        for _ in range(5):
            byte = self.byte(at)
            at += 1
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value, at
        raise RomfsError("number too long at %d" % at)

    def name(self, at, end):
        """(name, next offset); only plain names, no path."""
        size, at = self.uint(at)
        if not 0 < size <= _MAX_NAME or at + size > end:
            raise RomfsError("bad name length at %d" % at)
        raw = bytes(self.byte(at + i) for i in range(size))
        if raw in (b".", b"..") or any(not 33 <= c <= 126 or c == 47 for c in raw):
            raise RomfsError("bad name at %d" % at)
        return raw.decode(), at + size


def index(file, image_size):
    """The Index of the image in ``file``. Raises as ``walk``."""
    found = Index()
    for _ in walk(file, image_size, found):
        pass
    return found


def walk(file, image_size, found):
    """Note every file and folder of the image in ``file`` in ``found``; a generator, a record a
    step.

    Raises RomfsError on anything out of form or out of bounds.
    """
    reader = _Reader(file)
    if bytes(reader.byte(i) for i in range(3)) != b"\xd2\xcd\x31":
        raise RomfsError("not a ROMFS image")
    size, at = reader.uint(3)
    if at + size > image_size:
        raise RomfsError("image is cut short")
    pending = [("/", at, at + size)]
    left = _MAX_RECORDS
    while pending:
        folder, at, end = pending.pop()
        while at < end:
            kind, at = reader.uint(at)
            size, at = reader.uint(at)
            stop = at + size
            if stop > end:
                raise RomfsError("record exceeds its folder at %d" % at)
            left -= 1
            if not left or len(found) > _MAX_ENTRIES:
                raise RomfsError("too many records")
            if kind in (_DIRECTORY, _FILE):
                name, inner = reader.name(at, stop)
                path = folder + name
                if len(path) > _MAX_PATH:
                    raise RomfsError("path too long at %d" % at)
                if kind == _DIRECTORY:
                    found.add(path + "/")
                    pending.append((path + "/", inner, stop))
                else:
                    found.add(path, *_data(reader, inner, stop, image_size))
            at = stop
            yield


def _data(reader, at, end, image_size):
    """(offset, size) of a file's contents, from the record at ``at``."""
    kind, at = reader.uint(at)
    size, at = reader.uint(at)
    if at + size <= end:
        if kind == _DATA:
            return at, size
        if kind == _POINTER:
            size, at = reader.uint(at)
            offset, at = reader.uint(at)
            if offset + size <= image_size:
                return offset, size
    raise RomfsError("bad file data at %d" % at)
