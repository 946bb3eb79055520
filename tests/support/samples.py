"""Update files and folders made on the spot, alike on both interpreters.

Written apart from the host's packer on purpose: the two must agree on the format.
"""

import binascii
import hashlib
import json
import os
import struct

from loader.files import Files
from ota.manifest import Device

MANIFEST = {
    "kind": "app",
    "compatible": ["sim_rp2"],
    "version": [1, 1, 0],
    "floor": [1, 0, 0],
    "mpy": [6, 3, 0],
    "micropython": [1, 25, 0],
    "loader": 1,
    "state_min": 1,
    "state_max": 1,
    "built": 1770000000,
}


def payload(size, seed=1, name=b"app.mpy"):
    """A ROMFS image of ``size`` bytes that don't repeat within a sector: /firmware/``name``."""
    out = bytearray(size)
    value = seed
    for i in range(size):
        value = (value * 1103515245 + 12345) & 0x7FFFFFFF
        out[i] = value >> 16 & 0xFF
    head = romfs_head(size, name)
    out[: len(head)] = head
    return bytes(out)


def romfs_head(size, name):
    """What is before the contents of the one file in a ROMFS image of ``size`` bytes."""
    parts = (b"\xd2\xcd\x31", b"\x04", b"\x08firmware\x05", bytes([len(name)]) + name + b"\x02")
    out = b""
    for part in parts:
        out += part
        left = size - len(out) - 4
        out += bytes(
            (left >> 21 | 0x80, left >> 14 & 0x7F | 0x80, left >> 7 & 0x7F | 0x80, left & 0x7F)
        )
    return out


def header(body, certificate=b"", signature=b"", **changes):
    """Header bytes for payload ``body``; ``changes`` go into the manifest."""
    fields = dict(MANIFEST)
    fields.update(changes)
    manifest = json.dumps(fields).encode()
    sectors = b"".join(
        struct.pack("<I", binascii.crc32(body[at : at + 4096]) & 0xFFFFFFFF)
        for at in range(0, len(body), 4096)
    )
    size = 48 + len(manifest) + len(sectors) + len(certificate) + len(signature) + 4
    head = struct.pack(
        "<4sBBHHHI32s",
        b"uCUP",
        1,
        0,
        size,
        len(manifest),
        len(certificate),
        len(body),
        hashlib.sha256(body).digest(),
    )
    head += manifest + sectors + certificate + signature
    return head + struct.pack("<I", binascii.crc32(head) & 0xFFFFFFFF)


def update_file(body, **changes):
    """A whole update file."""
    return header(body, **changes) + body


def device(capacity=1 << 20, floor=(0, 0, 0), kind="app", board="sim_rp2"):
    """A device that takes ``MANIFEST``."""
    return Device([board], 6 | 3 << 8 | 2 << 10, (1, 28, 0), 1, 1, floor, capacity, kind)


def folder():
    """A ``Files`` over a fresh folder with /slots and /state in it."""
    root = "/tmp/ucharge-" + binascii.hexlify(os.urandom(6)).decode()
    os.mkdir(root)
    files = Files(root)
    files.mkdir("/slots")
    files.mkdir("/state")
    return files


def esp32_image(app, seed=1, version=(1, 1, 0), tail_size=10000, **changes):
    """(payload, header bytes) for the ESP32: the app image ``app`` and a tail behind it."""
    offset = (len(app) + 4095) // 4096 * 4096
    tail = payload(tail_size, seed + 100)
    body = app + b"\xff" * (offset - len(app)) + tail
    fields = {
        "kind": "esp32",
        "compatible": ["sim_esp32"],
        "version": list(version),
        "floor": list(version),
        "romfs_offset": offset,
        "romfs_size": len(tail),
        "romfs_sha256": binascii.hexlify(hashlib.sha256(tail).digest()).decode(),
    }
    fields.update(changes)
    return body, header(body, **fields)
