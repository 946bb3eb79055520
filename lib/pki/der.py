"""DER (X.690) with nothing forgiven: every value has one encoding only, and that is demanded.

Lengths are definite and minimal, tags have one byte, structures end where they say. Whoever reads
says which element must come next: nothing is nested deeper than the reader's own code.
May import: ``pki.errors``.
"""

from micropython import const
from pki.errors import DerError

_INTEGER = const(0x02)
BIT_STRING = 0x03
_OID = const(0x06)
SEQUENCE = 0x30


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

    def only(self, tag):
        """As ``take``, of an element behind which nothing may come."""
        content = self.take(tag)
        self.close()
        return content

    def element(self, tag):
        """Step over the next element; its bytes, tag and length included."""
        at = self.at
        self.take(tag)
        return self.since(at)

    def since(self, at):
        """The bytes stepped over since ``self.at`` was ``at``."""
        return self.data[at : self.at]

    def content(self):
        """All bytes that are left."""
        return self.data[self.at : self.end]

    def natural(self):
        """The next element, an INTEGER >= 0, as big-endian bytes without leading zeros."""
        content = self.take(_INTEGER).content()
        if not content or content[0] >= 0x80:
            raise DerError("integer is negative")
        if content[0]:
            return content
        if len(content) > 1 and content[1] < 0x80:
            raise DerError("integer is not minimal")
        return content[1:]

    def oid(self):
        """The next element, an OBJECT IDENTIFIER, as its content."""
        content = self.take(_OID).content()
        first = True  # of the bytes of an arc, which may not be a zero
        for byte in content:
            if first and byte == 0x80:
                break
            first = byte < 0x80
        else:
            if first and 0 < len(content) < 64:
                return content
        raise DerError("no object identifier")

    def octets(self):
        """The next element, a BIT STRING of whole octets, as bytes."""
        bits = self.take(BIT_STRING)
        if bits.at == bits.end or bits.data[bits.at]:
            raise DerError("bit string is not of octets")
        bits.at += 1
        return bits.content()

    def close(self):
        """Nothing may be left."""
        if self.at != self.end:
            raise DerError("trailing bytes")


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
