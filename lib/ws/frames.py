"""What goes into frames (RFC 6455, sections 5.3 to 5.6): masks, strict UTF-8 (RFC 3629).

Pure but for the random mask. May import: its sibling.
"""

import os

from ws.masking import mask


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


class Checker:
    """Judges UTF-8 piece by piece: finds the first bad byte as early as it can be known.

    MicroPython's own decoder accepts surrogates, overlong forms and values above U+10FFFF.
    """

    def __init__(self):
        self.open = 0  # bytes missing of the character begun
        self._low = 0x80
        self._high = 0xBF

    def feed(self, view):
        """Whether ``view`` goes on as valid UTF-8 (maybe inside a character, see ``open``)."""
        need = self.open
        if not need:
            try:
                if len(str(view, "utf-8")) == len(view):
                    return True  # as many characters as bytes: all ASCII
            except UnicodeError:
                pass
        low = self._low
        high = self._high
        for byte in view:
            if need:
                if not low <= byte <= high:
                    return False
                low = 0x80
                high = 0xBF
                need -= 1
            elif byte >= 0x80:
                if not 0xC2 <= byte <= 0xF4:
                    return False
                need = 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
                # No overlong form (E0, F0), no surrogate (ED), nothing above U+10FFFF (F4).
                if byte == 0xE0:
                    low = 0xA0
                elif byte == 0xED:
                    high = 0x9F
                elif byte == 0xF0:
                    low = 0x90
                elif byte == 0xF4:
                    high = 0x8F
        self.open = need
        self._low = low
        self._high = high
        return True
