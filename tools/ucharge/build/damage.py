"""Damage done to finished update files: each function makes exactly one thing wrong.

All but ``flip_bit`` and ``truncate`` re-pack the file, so its framing, digest and CRC are right
and only the named thing is left to be noticed.
"""

from ucharge.build.updatefile import encode_manifest, pack, parse


def flip_bit(data, bit=None):
    """``data`` with one bit of the payload flipped (default: in the middle)."""
    start = parse(data).header.size
    bit = (len(data) - start) * 8 // 2 if bit is None else bit
    damaged = bytearray(data)
    damaged[start + bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def truncate(data, keep=None):
    """``data`` cut off after ``keep`` bytes (default: in the middle of the payload)."""
    size = parse(data).header.size
    return data[: size + (len(data) - size) // 2 if keep is None else keep]


def wrong_board(data, signer=None):
    """``data`` made for another board."""
    return _with(data, signer, compatible=["another_board"])


def older_mpy(data, signer=None):
    """``data`` compiled for an .mpy version that no present MicroPython loads."""
    return _with(data, signer, mpy=[5, 0, 0])


def later_micropython(data, signer=None):
    """``data`` that asks for a MicroPython nobody has."""
    return _with(data, signer, micropython=[99, 0, 0])


def with_version(data, version, signer=None):
    """``data`` that claims ``version`` (its payload keeps its own)."""
    return _with(data, signer, version=list(version))


def too_large(data, slot_bytes, signer=None):
    """``data`` padded until its payload exceeds ``slot_bytes``."""
    file = parse(data)
    payload = file.payload + bytes(slot_bytes + 1 - len(file.payload))
    return pack(payload, file.manifest, signer)


def garbage_manifest(data, signer=None):
    """``data`` whose manifest is no JSON."""
    file = parse(data)
    size = len(encode_manifest(file.manifest))
    return pack(file.payload, (b'{"kind":"app",[' * size)[:size], signer)


def _with(data, signer, **changes):
    file = parse(data)
    return pack(file.payload, {**file.manifest, **changes}, signer)
