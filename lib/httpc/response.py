"""What a response to a GET promises: which bytes of which representation (RFC 9110).

Pure. May import: ``httpc.errors``.
"""

from httpc.errors import BadResponse, Changed, StatusError

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
    the whole: then the returned offset is 0. Raises StatusError, BadResponse, Changed.
    """
    fields = head.fields
    if head.status != 200 and not (head.status == 206 and offset):
        raise StatusError(head.status)
    if b"transfer-encoding" in fields or b"content-encoding" in fields:
        raise BadResponse("response is encoded")
    length = number(fields.get(b"content-length"))
    if length is None:
        raise BadResponse("response has no Content-Length")
    if head.status == 200:
        return length, 0, length
    # Exactly the bytes announced, from where we asked; then '/' and the size of the file or '*'.
    begin = "bytes %d-%d/" % (offset, offset + length - 1)
    text = fields.get(b"content-range", "").lower()
    total = number(text[len(begin) :])
    if (
        not length
        or text[: len(begin)] != begin
        or (total is None and text != begin + "*")
        or (total is not None and total < offset + length)
    ):
        raise BadResponse("response is for another range")
    if etag and fields.get(b"etag") != etag:
        raise Changed("file has changed on the server")
    return length, offset, total
