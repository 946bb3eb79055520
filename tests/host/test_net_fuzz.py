"""Whatever a server sends, the network parsers raise only their own errors, and alike however the
bytes are cut."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpc.client import Response
from httpc.errors import BadResponse, HttpError, UrlError
from httpc.exchange import Head, request
from httpc.url import parse, redirect
from net_peer import accepting, feed, frame, open_core, shake
from ws.client import Handshake
from ws.errors import HandshakeError
from ws.frames import Checker

WS = parse("ws://h/", "wss", "ws")
frames = st.builds(
    frame,
    st.integers(0, 15),
    st.binary(max_size=200) | st.text(max_size=50).map(str.encode),
    st.booleans(),
    st.sampled_from([0, 0, 0, 0x40]),
)
likely = st.builds(
    frame, st.sampled_from([0, 1, 2, 9, 10]), st.text(max_size=40).map(str.encode), st.booleans()
)
streams = st.lists(frames | likely | st.binary(max_size=20), max_size=12).map(b"".join)


@given(streams, st.integers(1, 40))
@settings(max_examples=400)
def test_frames(data, step):
    cores = [open_core(300), open_core(300)]
    whole, cut = feed(cores[0], data), feed(cores[1], data, step)
    assert whole == cut
    assert len(cores[0].outgoing) == len(cores[1].outgoing)


@given(st.data(), st.binary(max_size=40), st.integers(1, 60))
def test_handshake(data, junk, step):
    handshake = Handshake(("ocpp1.6",))
    answer = accepting(request("GET", WS, handshake.lines))
    at = data.draw(st.integers(0, len(answer)))
    end = data.draw(st.integers(at, len(answer)))
    with contextlib.suppress(HandshakeError, HttpError):
        shake(handshake, answer[:at] + junk + answer[end:], step)


fields = st.sampled_from(
    [b"Content-Length: 5", b"Content-Range: bytes 4-8/9", b"ETag: x", b"Location: /"]
) | st.binary(max_size=30)


@given(st.lists(fields, max_size=6), st.sampled_from([200, 206, 302, 99, 1000]), st.integers(0, 9))
def test_head(lines, status, offset):
    data = bytearray(b"HTTP/1.1 %d X\r\n" % status + b"\r\n".join([*lines, b"", b""]))
    head = Response(offset, None, 1000, 1000)
    with contextlib.suppress(HttpError):
        end = head.feed(data, 0, len(data))
        if head.done:
            head.check()
            assert head.location or (head.length >= 0 and head.offset in (0, offset))
            assert head.total is None or head.total >= head.length
        else:
            assert end == len(data)


@given(st.text(max_size=60) | st.from_regex(r"https?://[\w.\[\]:@%-]*(:\w*)?[/?#]?\w*"))
def test_address(text):
    for schemes in (("https", "http"), ("wss", "ws")):
        with contextlib.suppress(UrlError):
            url = parse(text, *schemes)
            assert url.scheme in schemes and 0 < url.port < 65536 and url.path[0] == "/"
            assert not set(url.host + url.path) & set(" \r\n\t@\\" if "@" not in url.path else " ")
    with contextlib.suppress(UrlError):
        assert redirect(parse("http://h/", "https", "http"), text).scheme == "https"


@given(st.binary(max_size=30) | st.text(max_size=20).map(str.encode), st.integers(0, 30))
def test_utf8(data, cut):
    try:
        expected = data.decode()
    except UnicodeDecodeError:
        expected = None
    checker = Checker()
    is_good = checker.feed(data[:cut]) and checker.feed(data[cut:]) and not checker.open
    assert is_good == (expected is not None)


def test_bounded_head():
    head = Head(())
    with pytest.raises(BadResponse):
        while True:
            head.feed(bytearray(b"x" * 100), 0, 100)
