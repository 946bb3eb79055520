"""DER taken apart into a tree, spoiled in one place, and put together with lengths that fit."""

from pki_maker import tlv

CONSTRUCTED = 0x20


class Node:
    """An element: ``tag`` and ``parts`` (list of nodes) or ``content`` (bytes). ``encoded``,
    where set, is written instead."""

    def __init__(self, tag, content=b"", parts=None, encoded=None):
        self.tag = tag
        self.content = content
        self.parts = parts
        self.encoded = encoded

    def encode(self):
        if self.encoded is not None:
            return self.encoded
        if self.parts is not None:
            return tlv(self.tag, *(part.encode() for part in self.parts))
        return tlv(self.tag, self.content)

    def body(self):
        """What follows tag and length."""
        if self.parts is not None:
            return b"".join(part.encode() for part in self.parts)
        return self.content

    def walk(self):
        """All nodes, this one first, each with its parent and place there."""
        yield self, None, 0
        yield from self._below()

    def _below(self):
        for place, part in enumerate([] if self.parts is None else self.parts):
            yield part, self, place
            yield from part._below()


def parse(data):
    """The tree of one element in good DER."""
    nodes = _parse_all(data)
    (node,) = nodes
    return node


def _parse_all(data):
    nodes, at = [], 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size >= 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        content = data[at : at + size]
        at += size
        if tag & CONSTRUCTED:
            nodes.append(Node(tag, parts=_parse_all(content)))
        else:
            nodes.append(Node(tag, content))
    return nodes


def variants(data):
    """(label, spoiled data) of everything that can be wrong with one element of ``data``.

    What is spoiled has the lengths around it corrected; each label tells which and how.
    """
    count = sum(1 for _ in parse(data).walk())
    for index in range(count):
        for label, spoil in SPOILERS.items():
            tree = parse(data)
            node, parent, place = list(tree.walk())[index]
            if spoil(node, parent, place) is not False:
                yield f"element {index} (tag {node.tag:02x}): {label}", tree.encode()


def _long_length(extra):
    def spoil(node, parent, place):
        body = node.body()
        count = 1 if len(body) < 0x100 else 2
        count += extra
        node.encoded = bytes((node.tag, 0x80 | count)) + len(body).to_bytes(count, "big") + body

    return spoil


def _indefinite(node, parent, place):
    node.encoded = bytes((node.tag, 0x80)) + node.body() + b"\x00\x00"


def _length_off(by):
    def spoil(node, parent, place):
        body = node.body()
        size = len(body) + by
        if not 0 <= size < 0x80:
            return False
        node.encoded = bytes((node.tag, size)) + body

    return spoil


def _content(change):
    def spoil(node, parent, place):
        content = change(node.body())
        if content is None or content == node.body():
            return False
        node.encoded = tlv(node.tag, content)

    return spoil


def _tag(change):
    def spoil(node, parent, place):
        node.encoded = tlv(change(node.tag) & 0xFF, node.body())

    return spoil


def _drop(node, parent, place):
    if parent is None:
        return False
    del parent.parts[place]


def _twice(node, parent, place):
    if parent is None:
        return False
    parent.parts.insert(place, node)


def _swap(node, parent, place):
    if parent is None or place == 0:
        return False
    parts = parent.parts
    if parts[place].encode() == parts[place - 1].encode():
        return False
    parts[place - 1], parts[place] = parts[place], parts[place - 1]


def _after(added):
    def spoil(node, parent, place):
        if parent is None:
            node.encoded = node.encode() + added
        else:
            parent.parts.insert(place + 1, Node(0, encoded=added))

    return spoil


def _deep(node, parent, place):
    body = node.encode()
    for _ in range(30):
        body = tlv(0x30, body)
    node.encoded = body


SPOILERS = {
    "length in long form": _long_length(0),
    "length with a leading zero": _long_length(1),
    "length of four bytes": _long_length(2),
    "length of nine bytes": _long_length(8),
    "indefinite length": _indefinite,
    "length one too small": _length_off(-1),
    "length one too large": _length_off(1),
    "empty": _content(lambda body: b""),
    "zero in front": _content(lambda body: b"\x00" + body),
    "two zeros in front": _content(lambda body: b"\x00\x00" + body),
    "ff in front": _content(lambda body: b"\xff" + body),
    "zero behind": _content(lambda body: body + b"\x00"),
    "null behind": _content(lambda body: body + b"\x05\x00"),
    "first byte 80": _content(lambda body: b"\x80" + body[1:] if body else None),
    "first byte gone": _content(lambda body: body[1:]),
    "last byte gone": _content(lambda body: body[:-1]),
    "first byte 00": _content(lambda body: b"\x00" + body[1:]),
    "first byte 01": _content(lambda body: b"\x01" + body[1:]),
    "last byte ff": _content(lambda body: body[:-1] + b"\xff"),
    "last byte 80": _content(lambda body: body[:-1] + b"\x80"),
    "highest bit turned": _content(
        lambda body: bytes((body[0] ^ 0x80,)) + body[1:] if body else None
    ),
    "long": _content(lambda body: body * 30 if body else b"\x00" * 300),
    "very long": _content(lambda body: b"\x01" * 5000),
    "negative": _content(lambda body: b"\x80" + body),
    "constructed or not": _tag(lambda tag: tag ^ CONSTRUCTED),
    "context-specific": _tag(lambda tag: tag ^ 0x80),
    "application": _tag(lambda tag: tag ^ 0x40),
    "next tag": _tag(lambda tag: tag + 1),
    "previous tag": _tag(lambda tag: tag - 1),
    "tag of many bytes": _tag(lambda tag: tag | 0x1F),
    "null": _tag(lambda tag: 5),
    "integer": _tag(lambda tag: 2),
    "sequence": _tag(lambda tag: 0x30),
    "set": _tag(lambda tag: 0x31),
    "octet string": _tag(lambda tag: 4),
    "string UTF-8": _tag(lambda tag: 12),
    "boolean": _tag(lambda tag: 1),
    "gone": _drop,
    "twice": _twice,
    "swapped with the one before": _swap,
    "null after": _after(b"\x05\x00"),
    "boolean after": _after(b"\x01\x01\xff"),
    "false after": _after(b"\x01\x01\x00"),
    "byte after": _after(b"\x00"),
    "end of contents after": _after(b"\x00\x00"),
    "deep": _deep,
}


def byte_variants(data, changes=(0x01, 0x80, 0x20)):
    """(label, data) with one byte changed, one lost, one doubled, or the end cut off."""
    for at in range(len(data)):
        old = data[at]
        values = {old ^ change for change in changes} | {0x00, 0xFF, (old + 1) & 0xFF} - {old}
        for value in sorted(values):
            yield f"byte {at} is {value:02x}", data[:at] + bytes((value,)) + data[at + 1 :]
        yield f"byte {at} lost", data[:at] + data[at + 1 :]
        yield f"byte {at} twice", data[: at + 1] + data[at:]
        yield f"cut at {at}", data[:at]
