"""ESP32 app images: what the boot loader verifies, and a stand-in that passes it.

Runs on both interpreters. May import: built-ins. ``read(at, size)`` gives bytes.
"""

import hashlib
import struct

HEADER_BYTES = 24
MAGIC = 0xE9
DESCRIPTION_MAGIC = 0xABCD5432
CHIP_IDS = {"esp32": 0, "esp32s2": 2, "esp32c3": 5, "esp32s3": 9, "esp32c6": 0xD}
_MOST_SEGMENTS = 16
_CHECKSUM_SEED = 0xEF
_CHUNK = 4096
_DESCRIPTION_BYTES = 256


class ImageError(Exception):
    """The bytes are no app image that this chip would start; the text says why."""


def verify(read, limit, chip_id):
    """The length of the app image at 0. Raises ImageError. Bytes behind it are ignored."""
    head = read(0, HEADER_BYTES)
    if head[0] != MAGIC:
        raise ImageError("magic 0x%02x" % head[0])
    if not 0 < head[1] <= _MOST_SEGMENTS:
        raise ImageError("%d segments" % head[1])
    if head[12] | head[13] << 8 != chip_id:
        raise ImageError("for another chip")
    at = HEADER_BYTES
    checksum = _CHECKSUM_SEED
    for _ in range(head[1]):
        if at + 8 > limit:
            raise ImageError("segment outside")
        size = struct.unpack("<II", read(at, 8))[1]
        at += 8
        if size % 4 or at + size > limit:
            raise ImageError("segment outside")
        for start in range(at, at + size, _CHUNK):
            checksum ^= _xor(read(start, min(_CHUNK, at + size - start)))
        at += size
    at += 16 - at % 16
    if at > limit or read(at - 1, 1)[0] != checksum:
        raise ImageError("checksum")
    if head[23] != 1:
        return at
    if at + 32 > limit:
        raise ImageError("hash outside")
    hasher = hashlib.sha256()
    for start in range(0, at, _CHUNK):
        hasher.update(read(start, min(_CHUNK, at - start)))
    if hasher.digest() != read(at, 32):
        raise ImageError("hash")
    return at + 32


def _xor(data):
    """All bytes of ``data`` (a multiple of 4) under exclusive or."""
    bits = len(data) * 8
    value = int.from_bytes(data, "little")
    while bits > 8:
        if bits % 16:  # an odd number of bytes: one goes to the side
            bits -= 8
            value = (value & ((1 << bits) - 1)) ^ (value >> bits)
            continue
        bits //= 2
        value = (value & ((1 << bits) - 1)) ^ (value >> bits)
    return value & 0xFF


def make(body=b"", chip_id=0, segments=2):
    """A stand-in for MicroPython's app image: no code, but all the boot loader looks at.

    ``body`` (padded to 4 bytes) is shared out over the segments, behind a description.
    """
    body = bytes(body) + bytes(-len(body) % 4)
    description = struct.pack("<I", DESCRIPTION_MAGIC) + bytes(_DESCRIPTION_BYTES - 4)
    share = len(body) // segments // 4 * 4
    parts = [description + body[: len(body) - share * (segments - 1)]]
    rest = body[len(body) - share * (segments - 1) :]
    parts.extend(rest[at * share : (at + 1) * share] for at in range(segments - 1))
    # Mode, speed, entry point and pins mean nothing to the simulator.
    image = struct.pack("<4BI4sH9sB", MAGIC, segments, 2, 0x20, 0, bytes(4), chip_id, bytes(9), 1)
    checksum = _CHECKSUM_SEED
    for number, part in enumerate(parts):
        image += struct.pack("<II", 0x3F400020 + number * 0x100000, len(part)) + part
        checksum ^= _xor(part) if part else 0
    image += bytes(15 - len(image) % 16) + bytes([checksum])
    return image + hashlib.sha256(image).digest()
