"""What a response to a GET promises: which bytes of which representation (RFC 9110).

Pure. May import: ``httpc.errors``.
"""

from httpc.errors import BadResponse, StatusError

WANTED = (
    b"content-length",
    b"content-range",
    b"content-encoding",
    b"transfer-encoding",
    b"etag",
    b"location",
)
REDIRECTS = (301, 302, 303, 307, 308)


def number(text):
    """The non-negative decimal integer ``text``, or None. Up to 10 digits."""
    if not text or len(text) > 10 or not text.isdigit():
        return None
    return int(text)


def body_of(head, offset, etag):
    """(length, offset, total) of the body that follows ``head``; total None when not told.

    ``offset`` and ``etag`` are what was asked for. A server may answer a request for a part with
    the whole: then the returned offset is 0. Raises StatusError, BadResponse.
    """
    fields = head.fields
    if head.status != 200 and not (head.status == 206 and offset):
        raise StatusError(head.status)
    if b"transfer-encoding" in fields or b"content-length" not in fields:
        raise BadResponse("response has no Content-Length")
    if fields.get(b"content-encoding", "identity").lower() != "identity":
        raise BadResponse("response is encoded")
    length = number(fields[b"content-length"])
    if length is None:
        raise BadResponse("response has a bad Content-Length")
    if head.status == 200:
        return length, 0, length
    first, last, total = _content_range(fields.get(b"content-range", ""))
    if first != offset or last - first + 1 != length:
        raise BadResponse("response is for another range")
    if etag and fields.get(b"etag") != etag:
        raise BadResponse("file has changed on the server")
    return length, offset, total


def _content_range(text):
    unit, _, rest = text.partition(" ")
    part, _, total_text = rest.partition("/")
    first, _, last = part.partition("-")
    first = number(first)
    last = number(last)
    total = number(total_text)
    if (
        unit.lower() != "bytes"
        or first is None
        or last is None
        or last < first
        or (total is None and total_text != "*")
        or (total is not None and last >= total)
    ):
        raise BadResponse("response has a bad Content-Range")
    return first, last, total
