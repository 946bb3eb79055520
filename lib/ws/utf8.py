"""Strict UTF-8 (RFC 3629), whole or piece by piece. Pure. May import: built-ins only."""


def _decoder_is_strict():
    # MicroPython's accepts surrogates, overlong forms and values above U+10FFFF.
    for bad in (b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"):
        try:
            str(bad, "utf-8")
            return False
        except UnicodeError:
            pass
    return True


_STRICT = _decoder_is_strict()


def decode(view):
    """The text of ``view`` (bytes-like), or None when it is not valid UTF-8."""
    try:
        text = str(view, "utf-8")
    except UnicodeError:
        return None
    if _STRICT or len(text) == len(view):  # as many characters as bytes: all ASCII
        return text
    check = Checker()
    return text if check.feed(view) and not check.open else None


class Checker:
    """Finds the first bad byte as early as it can be known."""

    def __init__(self):
        self.open = 0  # bytes missing of the character begun
        self._low = 0x80
        self._high = 0xBF

    def feed(self, view):
        """Whether ``view`` goes on as valid UTF-8 (maybe inside a character, see ``open``)."""
        if not self.open:
            try:
                if len(str(view, "utf-8")) == len(view):
                    return True
            except UnicodeError:
                pass
        need = self.open
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
                if 0xC2 <= byte <= 0xDF:
                    need = 1
                elif 0xE0 <= byte <= 0xEF:
                    need = 2
                    if byte == 0xE0:
                        low = 0xA0
                    elif byte == 0xED:
                        high = 0x9F
                elif 0xF0 <= byte <= 0xF4:
                    need = 3
                    if byte == 0xF0:
                        low = 0x90
                    elif byte == 0xF4:
                        high = 0x8F
                else:
                    return False
        self.open = need
        self._low = low
        self._high = high
        return True
