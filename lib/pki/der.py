"""DER (X.690) with nothing forgiven: every value has one encoding only, and that is demanded.

Lengths are definite and minimal, tags have one byte, structures end where they say.
May import: ``pki.errors``.
"""

from pki.errors import DerError

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OID = 0x06
UTF8_STRING = 0x0C
SEQUENCE = 0x30
SET = 0x31

MAX_DEPTH = 8
MAX_SIZE = 4096  # more than a PEM text of 5500 characters can hold


class Reader:
    """Reads the elements in ``data[at:end]`` one after the other. All methods raise DerError."""

    def __init__(self, data, at=0, end=None):
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def next_tag(self):
        """Tag of the next element, None at the end."""
        return self.data[self.at] if self.at < self.end else None

    def take(self, tag):
        """Step over the next element, which must have ``tag``; a Reader of its content."""
        start, stop = _bounds(self.data, self.at, self.end)
        if self.data[self.at] != tag:
            raise DerError("tag %02x is not %02x" % (self.data[self.at], tag))
        self.at = stop
        return Reader(self.data, start, stop)

    def element(self, tag):
        """Step over the next element; its bytes, tag and length included."""
        at = self.at
        self.take(tag)
        return self.data[at : self.at]

    def content(self):
        """All bytes that are left."""
        return self.data[self.at : self.end]

    def natural(self):
        """The next element, an INTEGER >= 0, as big-endian bytes without leading zeros."""
        content = self.take(INTEGER).content()
        _check_integer(content)
        if content[0] & 0x80:
            raise DerError("integer is negative")
        return content[1:] if content[0] == 0 else content

    def octets(self):
        """The next element, a BIT STRING of whole octets, as bytes."""
        content = self.take(BIT_STRING).content()
        if not content or content[0]:
            raise DerError("bit string is not of octets")
        return content[1:]

    def close(self):
        """Nothing may be left."""
        if self.at != self.end:
            raise DerError("trailing bytes")


def check(data):
    """Demand that ``data`` is one element in DER, down to its leaves; a Reader of its content.

    Must be a SEQUENCE. What context-specific primitives hold is not looked at.
    """
    if len(data) > MAX_SIZE:
        raise DerError("larger than %d bytes" % MAX_SIZE)
    reader = Reader(data)
    content = reader.take(SEQUENCE)
    reader.close()
    _check_all(data, content.at, content.end, MAX_DEPTH)
    return content


def _check_all(data, at, end, depth):
    if not depth:
        raise DerError("nested too deeply")
    while at < end:
        tag = data[at]
        start, stop = _bounds(data, at, end)
        if tag in (SEQUENCE, SET) or tag & 0xE0 == 0xA0:
            if tag == SET:
                _check_order(data, start, stop)
            _check_all(data, start, stop, depth - 1)
        elif tag & 0xE0 == 0:
            _check_leaf(tag, data[start:stop])
        elif tag & 0xE0 != 0x80:
            raise DerError("tag %02x has no place here" % tag)
        at = stop


def _check_order(data, at, end):
    last = b""
    while at < end:
        stop = _bounds(data, at, end)[1]
        element = data[at:stop]
        if element < last:
            raise DerError("set is not in order")
        last = element
        at = stop


def _check_leaf(tag, content):
    good = True
    if tag == BOOLEAN:
        good = content in (b"\x00", b"\xff")
    elif tag == INTEGER:
        _check_integer(content)
    elif tag == BIT_STRING:
        unused = content[0] if content else 8
        good = unused < 8 and not content[-1] & ((1 << unused) - 1)
        good = good and (len(content) > 1 or not unused)
    elif tag == OID:
        good = bool(content) and content[-1] < 0x80 and content[0] != 0x80
        for at in range(1, len(content)):
            good = good and (content[at] != 0x80 or content[at - 1] >= 0x80)
    elif tag in (0, 0x10, 0x11):
        good = False
    elif tag == 5:
        good = not content
    if not good:
        raise DerError("tag %02x holds what is no DER" % tag)


def _check_integer(content):
    if not content or (len(content) > 1 and content[0] in (0, 0xFF)):
        if not content or (content[0] ^ content[1]) < 0x80:
            raise DerError("integer is not minimal")


def _bounds(data, at, end):
    """Where the content of the element at ``at`` starts and stops."""
    start = at + 2
    if start > end:
        raise DerError("cut short")
    if data[at] & 0x1F == 0x1F:
        raise DerError("tag of several bytes")
    size = data[at + 1]
    if size >= 0x80:
        count = size & 0x7F
        if not 1 <= count <= 2 or start + count > end:
            raise DerError("length is indefinite or too large")
        size = int.from_bytes(data[start : start + count], "big")
        if size < (0x80, 0x100)[count - 1]:
            raise DerError("length is not minimal")
        start += count
    if start + size > end:
        raise DerError("cut short")
    return start, start + size
