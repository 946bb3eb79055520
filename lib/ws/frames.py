"""Frames as they are on the wire (RFC 6455, section 5.2 and 5.3). Pure but for the random mask.

May import: built-ins only.
"""

import os
import sys

# An image holds byte code only, so the native version of mask() travels as source.
_NATIVE = """
@micropython.viper
def mask(frame, start: int, key):
    f = ptr8(frame)
    k = ptr8(key)
    for i in range(start, int(len(frame))):
        f[i] ^= k[(i - start) & 3]
"""


def mask_slow(frame, start, key):
    """XOR ``frame[start:]`` (a bytearray) with the 4 bytes of ``key``, repeated; no garbage."""
    for i in range(start, len(frame)):
        frame[i] ^= key[(i - start) & 3]


def _native():
    # By native code where the board can compile it.
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


def encode(opcode, payload):
    """A whole message as one masked frame, with a fresh mask: a bytearray ready to send."""
    size = len(payload)
    width = 0 if size < 126 else 2 if size < 65536 else 8
    at = 6 + width
    frame = bytearray(at + size)
    frame[0] = 0x80 | opcode
    if width:
        frame[1] = 0xFE if width == 2 else 0xFF
        frame[2 : 2 + width] = size.to_bytes(width, "big")
    else:
        frame[1] = 0x80 | size
    key = os.urandom(4)
    frame[at - 4 : at] = key
    frame[at:] = payload
    mask(frame, at, key)
    return frame


def is_valid_code(code):
    """Whether a peer may send ``code`` in a Close frame (section 7.4)."""
    return (1000 <= code <= 1014 and code not in (1004, 1005, 1006)) or 3000 <= code <= 4999
