"""A streaming GET over HTTPS, made for images: bounded, resumable, into the caller's buffer.

Which bytes of which version an answer promises: RFC 9110. May import: ``httpc``,
``ticks``.
"""

from httpc.errors import BadResponse, Changed, StatusError, Truncated
from httpc.exchange import Head, exchange
from httpc.url import parse, redirect
from micropython import const
from ticks import ticks_diff, ticks_ms

_WANTED = (
    b"content-length",
    b"content-range",
    b"content-encoding",
    b"transfer-encoding",
    b"etag",
    b"location",
)
_SLOW_BYTES = const(1024)
_REDIRECTS = (301, 302, 303, 307, 308)


async def get(
    url,
    tls=None,
    offset=0,
    etag=None,
    allow_http=False,
    timeout_ms=15000,
    max_redirects=3,
    resolver=None,
    slow_ms=60000,
    allow=None,
):
    """A Response to a GET of ``url``, from byte ``offset`` of the version named ``etag``.

    ``allow(target)``, given each httpc.url.Url on the way, may raise HttpError.
    ``timeout_ms`` bounds each step: up to the end of the head, every read of the body; of which
    1 KB may take ``slow_ms`` of waiting. https needs ``tls`` (a context of transport.make_tls).
    Check ``Response.offset``: it is 0, and the whole file comes,
    when the file has changed, the server knows no parts, or ``etag`` is not a strong one, by
    which alone two parts are of one file (RFC 9110, 15.3.7.3). Raises HttpError, TransportError.
    """
    if not (etag or "").startswith('"'):
        offset = 0
    target = parse(url, "https", allow_http and "http")
    while True:
        if allow:
            allow(target)
        response = Response(offset, etag, timeout_ms, slow_ms)
        lines = ["Accept-Encoding: identity", "Connection: close"]
        if offset:
            lines += ["Range: bytes=%d-" % offset, "If-Range: " + etag]
        try:
            stream, rest = await exchange(
                "GET", target, tls, lines, response, timeout_ms, resolver
            )
        except Changed:
            offset = 0
            continue
        response.begin(stream, rest)
        if response.location is None:
            return response
        stream.abort()
        if not max_redirects:
            raise BadResponse("too many redirects")
        max_redirects -= 1
        target = redirect(target, response.location)


def number(text):
    """The non-negative decimal integer ``text``, or None. Up to 10 digits."""
    if not text or len(text) > 10 or not text.isdigit():
        return None
    return int(text)


class Response(Head):
    """First the head, fed and judged; then the body to come. Close it on every path.

    ``status`` 200 or 206, ``length`` in bytes, ``offset`` of the first byte in the file, ``total``
    size of the file or None, ``etag`` or None; ``location`` of a redirect, else None.
    """

    def __init__(self, offset, etag, timeout_ms, slow_ms):
        super().__init__(_WANTED)
        self.offset = offset
        self.etag = etag
        self.length = 0
        self.total = self.location = None
        self._timeout_ms = timeout_ms
        self._stream = self._held = None
        self._left = self._mark = 0
        self._waited_ms = 0  # since so many bytes were left as ``_mark`` says
        self._slow_ms = slow_ms

    def check(self):
        """Judge the head. Raises StatusError, BadResponse, Changed.

        A server may answer a request for a part with the whole: then ``offset`` becomes 0.
        """
        length, part, content_encoding, transfer_encoding, etag, location = self.values
        offset = self.offset
        if location and self.status in _REDIRECTS:
            self.location = location
            return
        if self.status != 200 and not (self.status == 206 and offset):
            raise StatusError(self.status)
        if content_encoding is not None or transfer_encoding is not None:
            raise BadResponse("response is encoded")
        length = number(length)
        if length is None:
            raise BadResponse("Content-Length is missing or bad")
        total = length
        if self.status == 200:
            self.offset = 0
        else:
            # Exactly the bytes announced, from where we asked; then '/' and the size or '*'.
            begin = "bytes %d-%d/" % (offset, offset + length - 1)
            text = (part or "").lower()
            total = number(text[len(begin) :])
            if (
                not length
                or text[: len(begin)] != begin
                or (total is None and text != begin + "*")
                or (total is not None and total < offset + length)
            ):
                raise BadResponse("response is for another range")
            if etag != self.etag:
                raise Changed
        self.etag = etag
        self.length = self._left = self._mark = length
        self.total = total

    def begin(self, stream, rest):
        """The body comes from ``stream``, after ``rest``, the bytes that came with the head."""
        self._stream = stream
        self._held = rest

    async def readinto(self, view):
        """Fill ``view`` (a memoryview) with what there is, at least one byte; 0 at the end.

        Cancelling loses nothing. Raises Truncated, TransportError.
        """
        if len(view) > self._left:
            if not self._left:
                return 0
            view = view[: self._left]
        held = self._held
        if held:
            count = min(len(held), len(view))
            view[:count] = held[:count]
            self._held = held[count:]
        else:
            count = self._stream.try_readinto(view)
            if count is None:
                start = ticks_ms()
                count = await self._stream.readinto(view, self._timeout_ms)
                # The consumer's own time is not counted.
                self._waited_ms += ticks_diff(ticks_ms(), start)
                if self._mark - self._left >= _SLOW_BYTES:
                    self._mark = self._left
                    self._waited_ms = 0
                elif self._waited_ms > self._slow_ms:
                    count = 0
            if not count and len(view):
                self._stream.abort()
                raise Truncated("connection ended, or too slow, %d bytes early" % self._left)
        self._left -= count
        return count

    async def close(self):
        """Close the connection; safe to call again."""
        self._stream.abort()
