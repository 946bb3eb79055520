"""The file system as the one object that everything persistent is given.

May import: built-ins. ``root`` maps device paths into a folder, so the same code runs on
the board's LittleFS (root ""), on a LittleFS mounted elsewhere, and on a PC.
"""

import os


class Files:
    """Whole-file access to the device's storage by device path ("/state/keys.json")."""

    def __init__(self, root=""):
        self._root = root

    def open(self, path, mode):
        """Open ``path`` as the built-in ``open`` does. Raises OSError."""
        return open(self._root + path, mode)

    def read(self, path, limit):
        """The bytes of ``path``, or None where it is missing or longer than ``limit``."""
        size = self.size(path)
        if size is None or size > limit:
            return None
        try:
            with open(self._root + path, "rb") as file:
                return file.read(size)  # a bound of its own would be allocated in full
        except OSError:
            return None

    def write(self, path, data):
        """Replace ``path`` by ``data``.

        LittleFS publishes the new contents when the file is closed: after a power cut the
        file holds all of the old bytes or all of the new ones. Raises OSError.
        """
        with open(self._root + path, "wb") as file:
            file.write(data)

    def remove(self, path):
        """Remove ``path``; a missing file is no error."""
        try:
            os.remove(self._root + path)
        except OSError:
            if self.size(path) is not None:
                raise

    def size(self, path):
        """Bytes in ``path``, or None where there is no such file."""
        try:
            return os.stat(self._root + path)[6]
        except OSError:
            return None

    def mkdir(self, path):
        """Make the folder ``path``; an existing one is no error."""
        try:
            os.mkdir(self._root + path)
        except OSError:
            if self.size(path) is None:
                raise

    def free_bytes(self):
        """Bytes of whole free blocks on this file system."""
        stat = os.statvfs(self._root + "/")
        return stat[0] * stat[3]
