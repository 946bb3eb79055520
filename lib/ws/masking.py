"""Masks a payload in place, without garbage (RFC 6455, section 5.3).

Where the board can compile it, by native code. May import: built-ins only.
"""

import sys

# An image holds byte code only, so the native version travels as source.
_NATIVE = """
@micropython.viper
def mask(frame, start: int, key):
    f = ptr8(frame)
    k = ptr8(key)
    n = int(len(frame))
    i = start
    while i < n:
        f[i] = f[i] ^ k[(i - start) & 3]
        i += 1
"""


def mask_slow(frame, start, key):
    """XOR ``frame[start:]`` (a bytearray) with the 4 bytes of ``key``, repeated."""
    a, b, c, d = key
    size = len(frame)
    whole = size - 3
    i = start
    while i < whole:
        frame[i] ^= a
        frame[i + 1] ^= b
        frame[i + 2] ^= c
        frame[i + 3] ^= d
        i += 4
    for byte in key[: size - i]:
        frame[i] ^= byte
        i += 1


def _native():
    if sys.implementation.name != "micropython":
        return mask_slow
    import micropython

    space = {"micropython": micropython}
    try:
        exec(_NATIVE, space)
    except (SyntaxError, NameError, NotImplementedError):
        return mask_slow
    return space["mask"]


mask = _native()
