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
    for i in range(start, len(frame)):
        frame[i] ^= key[(i - start) & 3]


def _native():
    if sys.implementation.name != "micropython":
        return mask_slow
    import micropython

    space: dict = {"micropython": micropython}
    try:
        exec(_NATIVE, space)
    except (SyntaxError, NameError, NotImplementedError):
        return mask_slow
    return space["mask"]


mask = _native()
