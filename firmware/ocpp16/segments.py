"""A queue of text lines on flash: appended at one end, read at the other, never all in RAM.

May import: `binascii`. Segment files of at most 4 KB under /state/outbox, numbered; the name is
the number modulo 1024. Every line is a check sum, a blank and a text that begins with its kind:

    Q schema number until    first of a segment; it stands for those up to ``until`` too. A fifth
                             word is the segment that was merged into it last
    P prefix                 the ids of what follows begin so
    C prefix seconds         what stamps "+5" of the run with that prefix count from, Unix time
    S|M|T number rest        a message; others keep what they mean to themselves

A line that is damaged, or of a kind unknown, is passed over. An append is one write, which
LittleFS does whole or not at all. Who reads on keeps ``number`` and ``offset``.
"""

from binascii import crc32

from micropython import const

FOLDER = const("/state/outbox")
RING = const(1024)
SCHEMA = const(1)
SEGMENT = const(4096)
MESSAGES = const("SMT")
# LittleFS keeps a file this small within its folder's own block: adding to it erases nothing.
_SMALL = const(320)


def path(number):
    """The file of the segment ``number``."""
    return "%s/%d" % (FOLDER, number % RING)


def sealed(text):
    """``text`` as a line of the file."""
    data = text.encode()
    return b"%08x %s\n" % (crc32(data), data)


def unsealed(line):
    """The text of a line as read; "" where it is damaged."""
    data = line[9:-1]
    return data.decode() if line == b"%08x %s\n" % (crc32(data), data) else ""


class Segments:
    """``count`` messages from ``offset`` in segment ``number`` on; ``prefix`` for new ones."""

    def __init__(self, files, prefix):
        self.files = files
        self.prefix = prefix
        self.count = 0
        self.number = self.first = 1  # being read; the oldest that still is a file
        self.offset = 0
        self.until = 1
        self.read_prefix = ""
        self.last = 0  # appended to
        self.size = 0
        self.used = 0  # files
        self.thin_from = 0  # where the next one to be thinned is
        self.line = None  # the oldest message, once read
        self._end = 0  # where it ends
        self.is_prefixed = False  # this run has written something
        self.is_torn = False  # the last segment ends within a line

    def append(self, texts, notes=()):
        """Add messages in one write, behind ``notes``, lines of other kinds; these alone only
        where there are some already. Raises OSError: then none of them is there."""
        notes = b"".join([sealed(text) for text in notes])
        data = b"".join([sealed(text) for text in texts])
        begin = (b"" if self.is_prefixed else sealed("P " + self.prefix)) + notes
        last, size = self.last, self.size
        is_full = size + len(begin) + len(data) > SEGMENT
        if not size or is_full or (not self.count and size > _SMALL):
            last += 1
            size = 0
            begin = sealed("Q %d %d %d" % (SCHEMA, last, last))
            begin += sealed("P " + self.prefix) + notes
        elif self.is_torn:
            begin = b"\n" + begin
        wanted = size + len(begin) + len(data)
        try:
            with self.files.open(path(last), "ab" if size else "wb") as file:
                file.write(begin + data)
        except OSError:
            is_size = self.files.size(path(last))
            if is_size != wanted:
                if size and is_size is not None:
                    self.is_torn = is_size != size
                    self.size = is_size
                raise
        if last != self.last:
            self.used += 1
        self.last, self.size = last, wanted
        self.is_prefixed, self.is_torn = True, False
        if not self.count:
            self.number = self.until = last
            self.offset = size + len(begin)
            self.read_prefix = self.prefix
            self.line = texts[0]
            self._end = self.offset + len(sealed(texts[0]))
        self.count += len(texts)

    def peek(self):
        """The oldest message's text, or None where there is none. Raises OSError."""
        while self.line is None and self.count:
            line = b""
            try:
                with self.files.open(path(self.number), "rb") as file:
                    file.seek(self.offset)
                    line = file.readline(SEGMENT)
            except OSError:
                if self.files.size(path(self.number)) is not None:
                    raise
            if line:
                self._take(line)
            elif not self.skip():
                self.count = 0
        return self.line

    def drop(self):
        """The oldest message is done with."""
        self.offset = self._end
        self.line = None
        self.count -= 1

    def skip(self):
        """Go on with the next segment; False where there is none."""
        if self.number >= self.last:
            return False
        self.number = self.until = self.until + 1
        self.offset = 0
        return True

    def clean(self):
        """Remove the files that were read. Raises OSError."""
        while self.first < self.number:
            if self.files.size(path(self.first)) is not None:
                self.files.remove(path(self.first))
                self.used -= 1
            self.first += 1

    def _take(self, line):
        text = unsealed(line)
        kind = text[:1]
        end = self.offset + len(line)
        if kind and kind in MESSAGES:
            self.line = text
            self._end = end
            return
        self.offset = end
        if kind == "P":
            self.read_prefix = text[2:]
        elif kind == "Q":
            self.until = max(int(text.split(" ")[3]), self.number)
