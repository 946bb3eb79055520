"""A small read-only ROMFS file system in Python, for slots that no C VfsRom can map.

The container is MicroPython's own (``extmod/vfs_rom.c``). All of it is walked and bounded once,
at mount (``loader.romfs_index``, dropped after it); then a file is an offset and a size.
May import: built-ins, ``loader.modules``, ``loader.romfs_index`` late.
"""

import errno
import io
from array import array

from loader.modules import forget

_WINDOW = 256
_EROFS = 30  # MicroPython's errno does not name it


class RomfsError(Exception):
    """The image is no well-formed ROMFS; the text says where."""


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
        from loader.romfs_index import index

        self._file = file
        self._index = index(file, image_size)
        forget("loader.romfs_index")

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
