"""Flash images: a LittleFS as MicroPython's VfsLfs2 makes it, from and to plain files.

On the ESP32 it is one of the partitions of MicroPython's 4MiB-ota; what goes into another one
by cable is given as a file named "@" + its label. An image with a partition table is an ESP32's.
"""

import posixpath

from littlefs import LittleFS, LittleFSError

from ucharge.errors import UserError
from ucharge.sim.fakes import ota_boot

SECTOR_BYTES = 4096
PAGE_BYTES = 256
# 848 KiB, the file system of a Pico W; all of a 4 MiB flash.
SECTORS = {"rp2": 212, "esp32": 1024}
PARTITION = "@"

# As extmod/vfs_lfsx.c configures littlefs for progsize=256; both write disk version 2.1. An
# empty image is the same, byte for byte, as after MicroPython's mkfs.
_GEOMETRY = {
    "block_size": SECTOR_BYTES,
    "read_size": 32,
    "lookahead_size": 32,
    "block_cycles": 100,
}
# By family; the cache is four times the larger of both sizes.
_PAGES = {
    "rp2": {"prog_size": PAGE_BYTES, "cache_size": 4 * PAGE_BYTES},
    "esp32": {"prog_size": 32, "cache_size": 4 * 32},
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


def make_image(files, sectors=SECTORS["rp2"], family="rp2"):
    """A flash image (bytes) with ``files``, a dict of device path ("/boot.py") -> bytes.

    The same files give the same image. Raises FlashFull.
    """
    if family != "esp32":
        return _make_files(files, sectors, family)
    image = bytearray(b"\xff" * (sectors * SECTOR_BYTES))
    table = ota_boot.pack_table(ota_boot.LAYOUT_4MIB)
    image[ota_boot.TABLE_AT : ota_boot.TABLE_AT + len(table)] = table
    plain = {path: data for path, data in files.items() if not path.startswith(PARTITION)}
    for _, _, address, size, label in ota_boot.LAYOUT_4MIB:
        data = files.get(PARTITION + label, b"")
        if label == "vfs":
            data = _make_files(plain, size // SECTOR_BYTES, family)
        if len(data) > size:
            raise FlashFull(f"{len(data)} bytes do not fit the {size} of partition {label}")
        image[address : address + len(data)] = data
    return bytes(image)


def partitions(image):
    """ "@" + label -> bytes of an ESP32's app partitions and otadata; empty for other images."""
    return {
        PARTITION + label: image[address : address + size]
        for kind, _, address, size, label in _table(image)
        if kind == ota_boot.APP or label == "otadata"
    }


def _table(image):
    if len(image) <= ota_boot.TABLE_AT or image[ota_boot.TABLE_AT :][:2] != b"\xaa\x50":
        return ()
    return ota_boot.unpack_table(image[ota_boot.TABLE_AT :][:SECTOR_BYTES])


def _make_files(files, sectors, family):
    buffer = bytearray(b"\xff" * (sectors * SECTOR_BYTES))
    fs = _file_system(buffer, family, mount=False)
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
    family = "rp2"
    for _, _, address, size, label in _table(image):
        if label == "vfs":
            image, family = image[address : address + size], "esp32"
            break
    fs = _file_system(bytearray(image), family, mount=False)
    try:
        fs.mount()
    except LittleFSError as error:
        raise FlashUnreadable(
            f"no LittleFS in the flash image: {error}", "provision the chip first"
        ) from error
    return fs


def _file_system(buffer, family, mount):
    geometry = {**_GEOMETRY, **_PAGES[family]}
    sectors = len(buffer) // SECTOR_BYTES
    return LittleFS(context=_Context(buffer), mount=mount, block_count=sectors, **geometry)
