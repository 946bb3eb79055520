"""A streaming GET over HTTPS, made for images: bounded, resumable, into the caller's buffer.

May import: ``httpc``, ``transport``, ``ticks``.
"""

import transport
from httpc import url as urls
from httpc.errors import BadResponse, Changed, StatusError, Truncated, UrlError
from httpc.head import Head
from httpc.response import REDIRECTS, WANTED, body_of
from micropython import const
from ticks import ticks_diff, ticks_ms

_BUFFER_BYTES = const(512)


async def get(
    url, tls=None, offset=0, etag=None, allow_http=False, timeout_ms=15000, max_redirects=3
):
    """A Response to a GET of ``url``, from byte ``offset`` of the version named ``etag``.

    ``timeout_ms`` bounds each step: connect, head, every read of the body. https needs ``tls`` (a
    context of transport.make_tls). Check ``Response.offset``: it is 0, and the whole file comes,
    when the file has changed or the server knows no parts. Raises HttpError, TransportError.
    """
    target = urls.parse(url, ("https", "http") if allow_http else ("https",))
    while True:
        try:
            response = await _get(target, tls, offset, etag, timeout_ms)
        except Changed:
            offset = 0
            continue
        if isinstance(response, Response):
            return response
        if not max_redirects:
            raise BadResponse("too many redirects")
        max_redirects -= 1
        target = urls.redirect(target, response)


def _request(target, offset, etag):
    lines = [
        "GET %s HTTP/1.1" % target.path,
        "Host: " + target.authority,
        "User-Agent: uCharge",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if offset:
        lines.append("Range: bytes=%d-" % offset)
        # A weak validator is not allowed here; body_of compares it in the answer.
        if etag and not etag.startswith("W/"):
            lines.append("If-Range: " + etag)
    lines.append("\r\n")
    return "\r\n".join(lines).encode()


async def _get(target, tls, offset, etag, timeout_ms):
    if target.is_secure and not tls:
        raise UrlError("https needs a CA certificate")
    stream = await transport.connect(
        target.host,
        target.port,
        tls if target.is_secure else None,
        timeout_ms,
        _request(target, offset, etag),
    )
    keep = False
    try:
        head = Head(WANTED)
        buffer = bytearray(_BUFFER_BYTES)
        view = memoryview(buffer)
        begin = ticks_ms()
        start = end = 0
        while not head.done:
            left_ms = max(0, timeout_ms - ticks_diff(ticks_ms(), begin))
            end = await stream.readinto(view, left_ms)
            if not end:
                raise Truncated("connection ended before a response")
            start = head.feed(buffer, 0, end)
        if head.status in REDIRECTS:
            location = head.fields.get(b"location")
            if not location:
                raise StatusError(head.status)
            return location
        length, offset, total = body_of(head, offset, etag)
        response = Response(stream, head, length, offset, total, timeout_ms)
        response.hold(view[start:end])
        keep = True
        return response
    finally:
        if not keep:
            stream.abort()


class Response:
    """The body to come. Close it on every path.

    ``status`` 200 or 206, ``length`` in bytes, ``offset`` of the first byte in the file, ``total``
    size of the file or None, ``etag`` or None.
    """

    def __init__(self, stream, head, length, offset, total, timeout_ms):
        self.status = head.status
        self.length = length
        self.offset = offset
        self.total = total
        self.etag = head.fields.get(b"etag")
        self._stream = stream
        self._left = length
        self._timeout_ms = timeout_ms
        self._held = None

    def hold(self, view):
        """Body bytes that came with the head."""
        self._held = view if len(view) else None

    async def readinto(self, view):
        """Fill ``view`` (a memoryview) with what there is, at least one byte; 0 at the end.

        Cancelling loses nothing. Raises Truncated, TransportError.
        """
        if len(view) > self._left:
            if not self._left:
                return 0
            view = view[: self._left]
        if self._held is not None:
            count = self._take_held(view)
        else:
            count = self._stream.try_readinto(view)
            if count is None:
                count = await self._stream.readinto(view, self._timeout_ms)
            if not count and len(view):
                self._stream.abort()
                raise Truncated("connection ended %d bytes early" % self._left)
        self._left -= count
        return count

    def _take_held(self, view):
        held = self._held
        count = min(len(held), len(view))
        view[:count] = held[:count]
        self.hold(held[count:])
        return count

    async def close(self):
        """Close the connection; safe to call again."""
        self._held = None
        await self._stream.close()
