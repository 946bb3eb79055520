"""A streaming upload over HTTPS, made for logs. To be imported when there is one to do.

May import: ``httpc``.
"""

from httpc.errors import Truncated
from httpc.exchange import Head, exchange
from httpc.url import parse
from micropython import const

_PIECE_BYTES = const(1024)


async def upload(
    url,
    tls,
    source,
    length,
    method="PUT",
    headers=(),
    allow_http=False,
    timeout_ms=15000,
    resolver=None,
):
    """Send ``length`` bytes of ``source`` (it has readinto) to ``url``; the answer's status, 2xx.

    ``headers``: pairs to add to the request. ``timeout_ms`` bounds each step: the connection,
    every piece sent, the answer. Redirects are not followed. Raises StatusError, other
    HttpErrors, TransportError, and what ``source`` raises.
    """
    target = parse(url, "https", allow_http and "http")
    lines = ["%s: %s" % pair for pair in headers]
    lines += ["Connection: close", "Content-Length: %d" % length]

    async def send_body(stream):
        view = memoryview(bytearray(_PIECE_BYTES))
        left = length
        while left:
            count = source.readinto(view[: min(left, _PIECE_BYTES)])
            if not count:
                raise Truncated("source ended %d bytes early" % left)
            await stream.write(view[:count], timeout_ms)
            left -= count

    head = Head(())
    stream, _ = await exchange(method, target, tls, lines, head, timeout_ms, resolver, send_body)
    stream.abort()
    return head.status
