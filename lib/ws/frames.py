"""Frames as they are on the wire (RFC 6455, section 5.2). Pure but for the random mask.

May import: ``ws``.
"""

import os
import struct

from ws.masking import mask


def encode(opcode, payload, is_last=True):
    """A masked frame, with a fresh mask, as one bytearray ready to send."""
    size = len(payload)
    at = 2 if size < 126 else 4 if size < 65536 else 10
    frame = bytearray(at + 4 + size)
    frame[0] = (0x80 if is_last else 0) | opcode
    if at == 2:
        frame[1] = 0x80 | size
    elif at == 4:
        frame[1] = 0xFE
        struct.pack_into(">H", frame, 2, size)
    else:
        frame[1] = 0xFF
        struct.pack_into(">Q", frame, 2, size)
    key = os.urandom(4)
    frame[at : at + 4] = key
    at += 4
    frame[at:] = payload
    mask(frame, at, key)
    return frame


def is_valid_code(code):
    """Whether a peer may send ``code`` in a Close frame (section 7.4)."""
    return (1000 <= code <= 1014 and code not in (1004, 1005, 1006)) or 3000 <= code <= 4999
