"""Response heads, whole and byte by byte, and what their bodies are."""

import unittest

from httpc.client import Response, number
from httpc.errors import BadResponse, StatusError
from httpc.exchange import MAX_BYTES, Head


def read(data, step=100000, head=None):
    """(Head, what is left of the data)."""
    head = head or Head((b"content-length", b"etag"))
    at = 0
    while at < len(data) and not head.done:
        piece = bytearray(data[at : at + step])
        at += head.feed(piece, 0, len(piece))
    return head, data[at:]


def answer(status, *lines):
    return ("HTTP/1.1 %d X\r\n" % status + "".join(x + "\r\n" for x in lines) + "\r\n").encode()


class HeadTest(unittest.TestCase):
    def test_whole_and_by_pieces(self):
        data = answer(200, "Content-Length:  5 ", "X-Other: 1", 'ETag: "a"') + b"body"
        for step in (1, 2, 3, 7, 100000):
            head, rest = read(data, step)
            self.assertTrue(head.done)
            self.assertEqual((head.version, head.status), (11, 200))
            self.assertEqual(head.values, ["5", '"a"'])
            self.assertEqual(rest, b"body")

    def test_not_done(self):
        head, _ = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n")
        self.assertFalse(head.done)

    def test_status_lines(self):
        for line, version, status in (
            (b"HTTP/1.1 200 OK", 11, 200),
            (b"HTTP/1.0 404 Not Found", 10, 404),
            (b"HTTP/1.1 503", 11, 503),
            (b"HTTP/1.1 200 ", 11, 200),
            (b"HTTP/1.1 200 \xc3\xa4", 11, 200),
        ):
            head, _ = read(line + b"\r\n\r\n")
            self.assertEqual((head.done, head.version, head.status), (True, version, status))

    def test_interim_responses_are_skipped(self):
        data = answer(103, "ETag: x") + answer(100) + answer(200, "Content-Length: 0")
        head, _ = read(data, 5)
        self.assertEqual((head.status, head.values), (200, ["0", None]))

    def test_repeated_field_is_joined(self):
        head, _ = read(answer(200, "Content-Length: 5", "Content-Length: 5"))
        self.assertEqual(head.values, ["5, 5", None])

    def test_refused(self):
        for data in (
            b"HTTP/2 200\r\n",
            b"HTTP/1.2 200 OK\r\n",
            b"http/1.1 200 OK\r\n",
            b"\r\n",
            b"HTTP/1.1 20 OK\r\n",
            b"HTTP/1.1 2000 OK\r\n",
            b"HTTP/1.1 099 OK\r\n",
            b"HTTP/1.1 20x OK\r\n",
            b"HTTP/1.1  200 OK\r\n",
            b"HTTP/1.1\t200 OK\r\n",
            b"ICY 200 OK\r\n",
            b"SSH-2.0-OpenSSH\r\n",
            b"\x15\x03\x03\x00\x02\x02\r\n",
            b"HTTP/1.1 200 OK\n",
            b"HTTP/1.1 200 OK\r\nA: b\n",
            b"HTTP/1.1 200 O\rK\r\n",
            b"HTTP/1.1 200 OK\r\nA\r\n",
            b"HTTP/1.1 200 OK\r\n: b\r\n",
            b"HTTP/1.1 200 OK\r\nA : b\r\n",
            b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n",
            b"HTTP/1.1 200 OK\r\n\tA: b\r\n",
            b"HTTP/1.1 200 OK\r\nA: \x00\r\n",
            b"HTTP/1.1 200 OK\r\nETag: \xff\r\n",
        ):
            for step in (1, 100000):
                with self.subTest(data=data, step=step):
                    with self.assertRaises(BadResponse):
                        read(data, step)

    def test_bounded(self):
        for data in (
            b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * MAX_BYTES,
            b"HTTP/1.1 200 " + b"K" * MAX_BYTES * 2,
            (b"HTTP/1.1 100 C\r\n\r\n") * MAX_BYTES,
        ):
            for step in (100, 100000):
                with self.assertRaises(BadResponse):
                    read(data, step)


class BodyTest(unittest.TestCase):
    def body(self, data, offset=0, etag=None):
        response, _ = read(data, head=Response(offset, etag, 1000, 1000))
        self.assertTrue(response.done)
        response.check()
        return response.length, response.offset, response.total

    def test_whole(self):
        self.assertEqual(self.body(answer(200, "Content-Length: 10")), (10, 0, 10))
        self.assertEqual(self.body(answer(200, "Content-Length: 0")), (0, 0, 0))

    def test_part(self):
        part = answer(206, "Content-Length: 6", "Content-Range: bytes 4-9/10", 'ETag: "a"')
        self.assertEqual(self.body(part, 4, '"a"'), (6, 4, 10))
        open_end = answer(206, "Content-Length: 6", "Content-Range: bytes 4-9/*")
        self.assertEqual(self.body(open_end, 4), (6, 4, None))

    def test_whole_though_a_part_was_asked_for(self):
        self.assertEqual(self.body(answer(200, "Content-Length: 10"), 4, '"a"'), (10, 0, 10))

    def test_status(self):
        for status in (204, 206, 301, 304, 400, 404, 416, 500, 503):
            with self.assertRaises(StatusError) as caught:
                self.body(answer(status, "Content-Length: 0"))
            self.assertEqual(caught.exception.status, status)
        with self.assertRaises(StatusError):
            self.body(answer(416, "Content-Length: 0", "Content-Range: bytes */10"), 4)

    def test_refused(self):
        for offset, lines in (
            (0, ()),
            (0, ("Content-Length: ",)),
            (0, ("Content-Length: -1",)),
            (0, ("Content-Length: +1",)),
            (0, ("Content-Length: 1x",)),
            (0, ("Content-Length: 12345678901",)),
            (0, ("Content-Length: 5", "Content-Length: 5")),
            (0, ("Content-Length: 5", "Transfer-Encoding: chunked")),
            (0, ("Transfer-Encoding: chunked",)),
            (0, ("Content-Length: 5", "Content-Encoding: gzip")),
            (4, ("Content-Length: 6",)),
            (4, ("Content-Length: 6", "Content-Range: bytes 0-5/10")),
            (4, ("Content-Length: 5", "Content-Range: bytes 4-9/10")),
            (4, ("Content-Length: 6", "Content-Range: bytes 4-9/x")),
            (4, ("Content-Length: 6", "Content-Range: bytes 4-9/")),
            (4, ("Content-Length: 6", "Content-Range: bytes 4-9")),
            (4, ("Content-Length: 6", "Content-Range: lines 4-9/10")),
            (4, ("Content-Length: 0", "Content-Range: bytes 4-3/10")),
            (4, ("Content-Length: 6", "Content-Range: bytes 4-9/9")),
        ):
            with self.subTest(offset=offset, lines=lines):
                with self.assertRaises(BadResponse):
                    self.body(answer(206 if offset else 200, *lines), offset)

    def test_changed_file(self):
        for lines in ((), ('ETag: "b"',), ('ETag: "a"', 'ETag: "a"')):
            part = answer(206, "Content-Length: 6", "Content-Range: bytes 4-9/10", *lines)
            with self.assertRaises(BadResponse):
                self.body(part, 4, '"a"')

    def test_number(self):
        for text, value in (
            ("0", 0),
            ("12", 12),
            ("4294967295", 4294967295),
            ("", None),
            (None, None),
            ("1 ", None),
            ("-1", None),
            ("0x1", None),
        ):
            self.assertEqual(number(text), value)


if __name__ == "__main__":
    unittest.main()
