"""Flash images: a LittleFS as MicroPython's VfsLfs2 makes it, from and to plain files."""

import posixpath

from littlefs import LittleFS, LittleFSError

from ucharge.errors import UserError

SECTOR_BYTES = 4096
PAGE_BYTES = 256
SECTORS = 212  # 848 KiB: the file system of a Pico W

# As extmod/vfs_lfsx.c configures littlefs for progsize=256; both write disk version 2.1. An
# empty image is the same, byte for byte, as after MicroPython's mkfs.
_GEOMETRY = {
    "block_size": SECTOR_BYTES,
    "read_size": 32,
    "prog_size": PAGE_BYTES,
    "cache_size": 1024,
    "lookahead_size": 32,
    "block_cycles": 100,
}


class FlashFull(UserError):
    """The files do not fit the flash."""


class FlashUnreadable(UserError):
    """The flash image holds no LittleFS, or a damaged one."""


class _Context:
    """littlefs-python's user context on a bytearray, without its logging of every access."""

    def __init__(self, buffer):
        self.buffer = buffer

    def read(self, cfg, block, off, size):
        start = block * SECTOR_BYTES + off
        return self.buffer[start : start + size]

    def prog(self, cfg, block, off, data):
        start = block * SECTOR_BYTES + off
        self.buffer[start : start + len(data)] = data
        return 0

    def erase(self, cfg, block):
        start = block * SECTOR_BYTES
        self.buffer[start : start + SECTOR_BYTES] = b"\xff" * SECTOR_BYTES
        return 0

    def sync(self, cfg):
        return 0


def make_image(files, sectors=SECTORS):
    """A flash image (bytes) with ``files``, a dict of device path ("/boot.py") -> bytes.

    The same files give the same image. Raises FlashFull.
    """
    buffer = bytearray(b"\xff" * (sectors * SECTOR_BYTES))
    fs = _file_system(buffer, mount=False)
    fs.format()
    fs.mount()
    path = "/"
    try:
        for path in sorted(files):
            folder = posixpath.dirname(path)
            if folder not in ("", "/"):
                fs.makedirs(folder, exist_ok=True)
            with fs.open(path, "wb") as file:
                file.write(files[path])
    except LittleFSError as error:
        size = sum(map(len, files.values()))
        raise FlashFull(
            f"{path} does not fit the flash: {len(files)} files of {size} bytes, "
            f"{sectors * SECTOR_BYTES} bytes of flash ({error})",
            "deploy fewer or smaller files",
        ) from error
    fs.unmount()
    return bytes(buffer)


def list_files(image):
    """Dict of device path -> size of every file in the flash image. Raises FlashUnreadable."""
    fs = _mounted(image)
    sizes = {}
    for folder, _, names in fs.walk("/"):
        for name in names:
            path = posixpath.join(folder, name)
            sizes[path] = fs.stat(path).size
    return sizes


def read_file(image, path):
    """The bytes of ``path`` in the flash image, None where it is missing.

    Raises FlashUnreadable.
    """
    fs = _mounted(image)
    try:
        with fs.open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, IsADirectoryError):
        return None
    except LittleFSError as error:
        raise FlashUnreadable(f"{path} in the flash image: {error}") from error


def _mounted(image):
    fs = _file_system(bytearray(image), mount=False)
    try:
        fs.mount()
    except LittleFSError as error:
        raise FlashUnreadable(
            f"no LittleFS in the flash image: {error}", "provision the chip first"
        ) from error
    return fs


def _file_system(buffer, mount):
    sectors = len(buffer) // SECTOR_BYTES
    return LittleFS(context=_Context(buffer), mount=mount, block_count=sectors, **_GEOMETRY)
