"""A small read-only ROMFS file system in Python, for slots that no C VfsRom can map.

The container is MicroPython's own (``extmod/vfs_rom.c``): records of a variable-length kind,
length and payload, nested for directories. All of it is walked and bounded once, at mount;
after that a file is an offset and a size. May import: built-ins.
"""

import errno
import io
from array import array

_DATA = 2
_POINTER = 3
_DIRECTORY = 4
_FILE = 5
_MAX_ENTRIES = 256
_MAX_NAME = 64
_WINDOW = 256
_EROFS = 30  # MicroPython's errno does not name it


class RomfsError(Exception):
    """The image is no well-formed ROMFS; the text says where."""


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


class Index:
    """Where every file lies: one text of paths, a line each, and two arrays of numbers.

    A dict of tuples would hold four times the heap for as long as the image runs. Folders
    end in "/"; "/" itself is always there.
    """

    def __init__(self):
        self._paths = "\n/\n"
        self._offsets = array("I", (0,))
        self._sizes = array("I", (0,))

    def __len__(self):
        return len(self._offsets)

    def add(self, path, offset=0, size=0):
        """Note ``path``. Raises RomfsError when it is there already."""
        if "\n%s\n" % path in self._paths or "\n%s/\n" % path.rstrip("/") in self._paths:
            raise RomfsError("twice: " + path)
        self._paths += path + "\n"
        self._offsets.append(offset)
        self._sizes.append(size)

    def find(self, path):
        """(offset, size) of ``path``, or None."""
        at = self._paths.find("\n%s\n" % path)
        if at < 0:
            return None
        number = self._paths[:at].count("\n")
        return self._offsets[number], self._sizes[number]

    def paths(self):
        """Every path, folders with their "/"."""
        return self._paths[1:-1].split("\n")


def index(file, image_size):
    """Walk the image in ``file``: its Index.

    Raises RomfsError on anything out of form or out of bounds.
    """
    reader = _Reader(file)
    if bytes(reader.byte(i) for i in range(3)) != b"\xd2\xcd\x31":
        raise RomfsError("not a ROMFS image")
    size, at = reader.uint(3)
    if at + size > image_size:
        raise RomfsError("image is cut short")
    found = Index()
    pending = [("/", at, at + size)]
    while pending:
        folder, at, end = pending.pop()
        while at < end:
            kind, at = reader.uint(at)
            size, at = reader.uint(at)
            stop = at + size
            if stop > end or len(found) > _MAX_ENTRIES:
                raise RomfsError("record exceeds its folder at %d" % at)
            if kind in (_DIRECTORY, _FILE):
                name, inner = reader.name(at, stop)
                path = folder + name
                if kind == _DIRECTORY:
                    found.add(path + "/")
                    pending.append((path + "/", inner, stop))
                else:
                    found.add(path, *_data(reader, inner, stop, image_size))
            at = stop
    return found


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


class RomfsFile(io.IOBase):
    """An open file; reads share the image's one file object."""

    def __init__(self, image, offset, size):
        self._image = image
        self._at = offset
        self._end = offset + size

    def readinto(self, buffer):
        """Fill ``buffer`` as far as the file goes; returns the count, 0 at the end."""
        count = min(len(buffer), self._end - self._at)
        if count <= 0:
            return 0
        self._image.seek(self._at)
        count = self._image.readinto(memoryview(buffer)[:count])
        self._at += count
        return count

    def ioctl(self, request, _argument):
        """Stream requests: 4 closes, 11 asks for the best read size."""
        if request == 4:
            return 0
        if request == 11:
            return _WINDOW
        return -errno.EINVAL


class RomfsVfs:
    """What ``vfs.mount`` needs, over an image in a seekable binary ``file``."""

    def __init__(self, file, image_size):
        """Index the image. Raises RomfsError, OSError."""
        self._file = file
        self._index = index(file, image_size)

    def mount(self, _readonly, _mkfs):
        """Called by ``vfs.mount``; nothing to do."""

    def umount(self):
        """Close the image's file."""
        self._file.close()

    def getcwd(self):
        """There is one folder to be in."""
        return "/"

    def chdir(self, path):
        """Only the root. Raises OSError(ENOENT)."""
        if path.strip("/"):
            raise OSError(errno.ENOENT)

    def stat(self, path):
        """As ``os.stat``. Raises OSError(ENOENT)."""
        path = "/" + path.strip("/")
        found, mode = self._index.find(path), 0x8000
        if found is None or path == "/":
            found, mode = self._index.find(path.rstrip("/") + "/"), 0x4000
        if found is None:
            raise OSError(errno.ENOENT)
        return (mode, 0, 0, 0, 0, 0, found[1], 0, 0, 0)

    def open(self, path, mode):
        """A RomfsFile. Raises OSError(EROFS) for any mode that writes, OSError(ENOENT)."""
        if mode not in ("r", "rb", "rt"):
            raise OSError(_EROFS)
        found = self._index.find("/" + path.strip("/")) if path.strip("/") else None
        if found is None:
            raise OSError(errno.ENOENT)
        return RomfsFile(self._file, *found)

    def ilistdir(self, path):
        """Entries of a folder as ``os.ilistdir`` gives them."""
        prefix = ("/" + path.strip("/")).rstrip("/") + "/"
        for full in self._index.paths():
            rest = full[len(prefix) :]
            name = rest.rstrip("/")
            if full.startswith(prefix) and name and "/" not in name:
                yield (name, 0x4000 if rest != name else 0x8000, 0)
