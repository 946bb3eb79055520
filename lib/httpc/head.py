"""Reads the head of an HTTP/1.1 response: status line and the wanted fields (RFC 9112).

Pure and bounded. May import: ``httpc.errors``.
"""

from httpc.errors import BadResponse
from micropython import const

MAX_BYTES = const(4096)


class Head:
    """Fed with bytes until ``done``; then ``version`` (10 or 11), ``status`` and ``values``.

    ``values`` has the text of each ``wanted`` field (lower case bytes), or None. Those of a
    repeated field are joined with ', ', so that a repeated single-valued one fails its check.
    """

    def __init__(self, wanted):
        self.done = False
        self.version = 0
        self.status = 0
        self.values: list = []
        self._wanted = wanted
        self._room = MAX_BYTES
        self._line = b""

    def feed(self, data, start, end):
        """Take the head's part of ``data[start:end]`` (a bytearray); return where it ended.

        Raises BadResponse.
        """
        while start < end and not self.done:
            found = data.find(b"\n", start, end)
            stop = end if found < 0 else found + 1
            self._room -= stop - start
            if self._room < 0:
                raise BadResponse("response head is too long")
            self._line += bytes(data[start:stop])
            start = stop
            if found >= 0:
                line = self._line[:-2]
                if self._line[-2:] != b"\r\n" or b"\r" in line or b"\0" in line:
                    raise BadResponse("bad line in the response head")
                self._line = b""
                self._take(line)
        return start

    def _take(self, line):
        if not self.version:
            self._status_line(line)
        elif line:
            self._field(line)
        elif 100 <= self.status < 200 and self.status != 101:
            self.version = 0  # an interim response: the real one follows
        else:
            self.done = True

    def _status_line(self, line):
        status = line[9:12]
        if (
            line[:9] not in (b"HTTP/1.1 ", b"HTTP/1.0 ")
            or len(status) != 3
            or not status.isdigit()
            or line[12:13] not in (b" ", b"")
            or status < b"100"
        ):
            raise BadResponse("not an HTTP response")
        self.version = 11 if line[7:8] == b"1" else 10
        self.status = int(status)
        self.values = [None] * len(self._wanted)

    def _field(self, line):
        at = line.find(b":")
        name = line[:at].lower()
        # A folded line starts with white space, so it is refused here too.
        if at < 1 or b" " in name or b"\t" in name:
            raise BadResponse("bad field in the response head")
        if name not in self._wanted:
            return
        try:
            value = str(line[at + 1 :].strip(), "ascii")
        except UnicodeError:
            raise BadResponse("bad field in the response head")
        at = self._wanted.index(name)
        before = self.values[at]
        self.values[at] = value if before is None else before + ", " + value

    def check(self):
        """Judge the whole head; for sub-classes."""
