"""Escaped surrogate pairs of a JSON text, which MicroPython's parser reads as two lone halves.

May import: built-ins. Loaded where there are any. What is not a pair stays as it is: it is for
whoever reads the text to refuse.
"""


def joined(text):
    """JSON ``text`` with each ``\\ud83d\\ude00`` as the one character that it stands for."""
    parts = []
    done = at = 0
    while True:
        at = text.find("\\", at)
        if at < 0:
            break
        high, low = _half(text, at, 0xD800), _half(text, at + 6, 0xDC00)
        if high is None or low is None:
            at += 2  # whatever is escaped, another backslash too
            continue
        parts.append(text[done:at])
        parts.append(chr(0x10000 + (high << 10) + low))
        done = at = at + 12
    parts.append(text[done:])
    return "".join(parts)


def _half(text, at, first):
    """How far after ``first`` the half escaped at ``at`` comes; None: there is no such half."""
    digits = text[at + 2 : at + 6].lower()
    if text[at : at + 2] != "\\u" or len(digits) < 4:
        return None
    for char in digits:
        if char not in "0123456789abcdef":
            return None
    far = int(digits, 16) - first
    return far if 0 <= far < 0x400 else None
