"""One request and the head of its answer: what a download, an upload and a WebSocket begin with.

The head is read by RFC 9112, bounded. May import: ``httpc``, ``transport``, ``ticks``.
"""

import transport
from httpc.errors import BadResponse, HttpError, StatusError, Truncated, UrlError
from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms

MAX_BYTES = const(4096)
_BUFFER_BYTES = const(512)
_EARLY_MS = const(500)  # for what a server said before it stopped to take the body


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
                    raise BadResponse("response head is malformed")
                self._line = b""
                if not self.version:
                    self._begin(line)
                elif line:
                    self._field(line)
                elif 100 <= self.status < 200 and self.status != 101:
                    self.version = 0  # an interim response: the real one follows
                else:
                    self.done = True
        return start

    def _begin(self, line):
        status = line[9:12]
        if (
            line[:9] not in (b"HTTP/1.1 ", b"HTTP/1.0 ")
            or len(status) != 3
            or not status.isdigit()
            or line[12:13] not in b" "
            or status < b"100"
        ):
            raise BadResponse("not an HTTP response")
        self.version = 11 if line[7:8] == b"1" else 10
        self.status = int(status)
        self.values = [None] * len(self._wanted)

    def _field(self, line):
        name, colon, value = line.partition(b":")
        name = name.lower()
        try:
            # A folded line starts with white space, so it is refused here too.
            if not name or not colon or b" " in name or b"\t" in name:
                raise ValueError
            if name in self._wanted:
                value = str(value.strip(), "ascii")
                at = self._wanted.index(name)
                before = self.values[at]
                self.values[at] = value if before is None else before + ", " + value
        except ValueError:  # not ASCII
            raise BadResponse("response head is malformed")

    def check(self):
        """Judge the whole head. Raises StatusError."""
        if not 200 <= self.status < 300:
            raise StatusError(self.status)


def request(method, target, lines):
    """The bytes of a request's head; ``lines`` are further fields. Raises HttpError."""
    lines = [
        "%s %s HTTP/1.1" % (method, target.path),
        "Host: " + target.authority,
        "User-Agent: uCharge",
    ] + lines
    for line in lines:
        if min(line) < " ":
            raise HttpError("header has a control character")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def exchange(method, target, tls, lines, head, timeout_ms, resolver=None, send_body=None):
    """Ask ``target`` (an httpc.url.Url); feed ``head`` (a Head) with the answer, let it check().

    Returns the stream and a view of the bytes that came after the head. ``timeout_ms`` bounds
    everything but ``send_body(stream)``. Raises HttpError, TransportError, what ``head`` and
    ``send_body`` raise; the connection is then closed.
    """
    if not target.is_secure:
        tls = None
    elif not tls:
        raise UrlError("it needs a CA certificate")
    start_ms = ticks_ms()
    await sleep_ms(0)  # what connects is loaded: a step of its own
    stream = await transport.connect(
        target.host, target.port, tls, timeout_ms, request(method, target, lines), resolver
    )
    is_good = False
    try:
        if send_body:
            try:
                await send_body(stream)
            except transport.TransportError:
                timeout_ms = min(timeout_ms, _EARLY_MS)
            start_ms = ticks_ms()
        buffer = bytearray(_BUFFER_BYTES)
        view = memoryview(buffer)
        start = end = 0
        while not head.done:
            left_ms = max(0, timeout_ms - ticks_diff(ticks_ms(), start_ms))
            end = await stream.readinto(view, left_ms)
            if not end:
                raise Truncated("connection ended before a response")
            start = head.feed(buffer, 0, end)
        head.check()
        answer = stream, view[start:end]
        is_good = True
        return answer
    finally:
        if not is_good:
            stream.abort()
