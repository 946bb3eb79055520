"""One request and the head of its answer: what a download, an upload and a WebSocket begin with.

May import: ``httpc``, ``transport``, ``ticks``.
"""

import transport
from httpc.errors import HttpError, Truncated, UrlError
from micropython import const
from ticks import ticks_diff, ticks_ms

_BUFFER_BYTES = const(512)


def request(method, target, lines):
    """The bytes of a request's head; ``lines`` are further fields. Raises HttpError."""
    lines = ["%s %s HTTP/1.1" % (method, target.path), "Host: " + target.authority] + lines
    for line in lines:
        if min(line) < " ":
            raise HttpError("header has a control character")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def exchange(method, target, tls, lines, head, timeout_ms, send_body=None):
    """Ask ``target`` (an httpc.url.Url); feed ``head`` (a Head) with the answer, let it check().

    Returns the stream and a view of the bytes that came after the head. ``timeout_ms`` bounds
    everything but ``send_body(stream)``. Raises HttpError, TransportError, what ``head`` and
    ``send_body`` raise; the connection is then closed.
    """
    if target.is_secure and not tls:
        raise UrlError("it needs a CA certificate")
    start_ms = ticks_ms()
    stream = await transport.connect(
        target.host,
        target.port,
        tls if target.is_secure else None,
        timeout_ms,
        request(method, target, lines),
    )
    is_good = False
    try:
        if send_body:
            await send_body(stream)
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
        is_good = True
        return stream, view[start:end]
    finally:
        if not is_good:
            stream.abort()
