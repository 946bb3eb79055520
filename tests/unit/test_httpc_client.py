"""The GET against a loopback server: bodies to the byte, parts, liars, time-outs, leaks."""

import asyncio
import unittest

from asynctest import run
from httpc.client import get
from httpc.errors import BadResponse, StatusError, Truncated, UrlError
from net_peer import Server, open_sockets, read_head, sockets_closed
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import ConnectError, TransportClosed, TransportTimeout

DATA = bytes(i * 7 & 255 for i in range(20000))


def answering(*pieces, pause_ms=0, requests=None):
    """A handler that sends the pieces, whatever is asked."""

    async def handle(reader, writer):
        request = await read_head(reader)
        if requests is not None:
            requests.append(request.decode().split("\r\n"))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await sleep_ms(pause_ms)

    return handle


def head(status, *lines):
    return ("HTTP/1.1 %d X\r\n" % status + "".join(x + "\r\n" for x in lines) + "\r\n").encode()


def whole(data=DATA):
    return head(200, "Content-Length: %d" % len(data), 'ETag: "v1"')


async def body_of(response, size=700):
    """All of a body, by reads of at most ``size``."""
    view = memoryview(bytearray(size))
    pieces = []
    count = await response.readinto(view)
    while count:
        pieces.append(bytes(view[:count]))
        count = await response.readinto(view)
    return b"".join(pieces)


class GetTest(unittest.TestCase):
    def play(self, handler, client, path="/image"):
        """Run ``client(url)``; no socket may stay."""

        async def test():
            async with Server(handler) as server:
                before = open_sockets()
                await client("http://127.0.0.1:%d%s" % (server.port, path))
                self.assertTrue(await sockets_closed(before))

        run(test())

    def gets(self, pieces, expected, pause_ms=0):
        async def client(url):
            for size in (1, 700, 4096) if len(expected) < 2000 else (700, 4096):
                response = await get(url, allow_http=True)
                self.assertEqual((response.status, response.offset), (200, 0))
                self.assertEqual((response.length, response.total), (len(expected),) * 2)
                self.assertEqual(await body_of(response, size), expected)
                self.assertEqual(await response.readinto(memoryview(bytearray(9))), 0)
                await response.close()
                await response.close()

        self.play(answering(*pieces, pause_ms=pause_ms), client)

    def test_bodies(self):
        self.gets((whole() + DATA,), DATA)
        self.gets((whole(), DATA), DATA, 5)
        self.gets((whole(b"") + b"",), b"")
        small = DATA[:300]
        self.gets((whole(small) + small,), small)
        answer = whole(small) + small
        self.gets(tuple(answer[i : i + 1] for i in range(len(answer))), small)

    def test_never_beyond_the_length(self):
        small = DATA[:300]
        self.gets((whole(small) + small + b"more",), small)
        self.gets((whole(small) + small, b"more"), small, 5)

    def test_request(self):
        requests = []

        async def client(url):
            response = await get(url, allow_http=True)
            await response.close()
            self.assertEqual(requests[0][0], "GET /a?b=c HTTP/1.1")
            for line in ("Host: " + url[7:-6], "Accept-Encoding: identity", "Connection: close"):
                self.assertIn(line, requests[0])
            for line in requests[0]:
                self.assertFalse(line.startswith(("Range", "If-")))

        self.play(answering(whole(b"x") + b"x", requests=requests), client, "/a?b=c")

    def test_part(self):
        requests = []
        answer = head(
            206, "Content-Length: 19000", "Content-Range: bytes 1000-19999/20000", 'ETag: "v1"'
        )

        async def client(url):
            response = await get(url, offset=1000, etag='"v1"', allow_http=True)
            self.assertEqual(
                (response.status, response.offset, response.length, response.total, response.etag),
                (206, 1000, 19000, 20000, '"v1"'),
            )
            self.assertEqual(await body_of(response), DATA[1000:])
            await response.close()
            self.assertIn("Range: bytes=1000-", requests[0])
            self.assertIn('If-Range: "v1"', requests[0])
            # Another version than the one asked for: the second try is for all of the file.
            with self.assertRaises(StatusError):
                await get(url, offset=1000, etag='"v2"', allow_http=True)
            self.assertIn('If-Range: "v2"', requests[1])
            self.assertNotIn("Range: bytes=1000-", requests[2])

        self.play(answering(answer, DATA[1000:], requests=requests), client)

    def test_no_part_without_a_strong_validator(self):
        requests = []

        async def client(url):
            for etag in ('W/"v1"', None, "", "v1"):
                response = await get(url, offset=1000, etag=etag, allow_http=True)
                self.assertEqual((response.status, response.offset), (200, 0))
                await response.close()
                for line in requests.pop():
                    self.assertFalse(line.startswith(("Range", "If-")), line)

        self.play(answering(whole(), DATA, requests=requests), client)

    def test_whole_though_a_part_was_asked_for(self):
        async def client(url):
            response = await get(url, offset=1000, etag='"v0"', allow_http=True)
            self.assertEqual((response.status, response.offset), (200, 0))
            self.assertEqual(await body_of(response), DATA)
            await response.close()

        self.play(answering(whole(), DATA), client)

    def refused(self, answer, error, **options):
        async def client(url):
            for _ in range(5):
                with self.assertRaises(error):
                    await get(url, allow_http=True, **options)

        self.play(answering(answer), client)

    def test_refused(self):
        self.refused(head(404, "Content-Length: 0"), StatusError)
        self.refused(head(200), BadResponse)
        self.refused(head(200, "Transfer-Encoding: chunked"), BadResponse)
        self.refused(b"SSH-2.0\r\n\r\n", BadResponse)
        self.refused(b"HTTP/1.1 200 OK\r\n", Truncated)
        self.refused(b"", Truncated)
        self.refused(head(302), StatusError)
        for place in ("/other", "other", "?x=1", "//127.0.0.1/"):
            self.refused(head(302, "Location: " + place), UrlError)
        self.refused(head(302, "Location: http://127.0.0.1/"), UrlError)
        self.refused(head(302, "Location: https://127.0.0.1/"), UrlError)  # no CA was given
        self.refused(head(302, "Location: https://127.0.0.1/"), BadResponse, max_redirects=0)

    def test_truncated(self):
        for end in (len(DATA) - 1, 100, 0):

            async def client(url):
                response = await get(url, allow_http=True)
                try:
                    with self.assertRaises(Truncated):
                        await body_of(response)
                finally:
                    await response.close()

            self.play(answering(whole(), DATA[:end]), client)

    def test_silence(self):
        async def client(url):
            with self.assertRaises(TransportTimeout):
                await get(url, allow_http=True, timeout_ms=50)

        self.play(answering(b"", pause_ms=300), client)

    def test_dripping_head(self):
        drip = (b"HTTP/1.1 200 OK\r\n",) + (b"A: b\r\n",) * 50

        async def client(url):
            with self.assertRaises(TransportTimeout):
                await get(url, allow_http=True, timeout_ms=100)

        self.play(answering(*drip, pause_ms=20), client)

    def test_stall_in_the_body(self):
        async def client(url):
            response = await get(url, allow_http=True, timeout_ms=100)
            with self.assertRaises(TransportTimeout):
                await body_of(response)
            await response.close()
            with self.assertRaises(TransportClosed):
                await response.readinto(memoryview(bytearray(5)))

        self.play(answering(whole(), DATA[:5000], pause_ms=400), client)

    def test_a_drip_does_not_last(self):
        # A byte now and then, each within the time-out, but far below 1 KB in 300 ms.
        pieces = [DATA[i : i + 1] for i in range(200)]

        async def client(url):
            response = await get(url, allow_http=True, slow_ms=300)
            start = ticks_ms()
            with self.assertRaises(Truncated) as caught:
                await body_of(response)
            self.assertIn("too slow", str(caught.exception))
            self.assertLess(ticks_diff(ticks_ms(), start), 2000)
            await response.close()

        self.play(answering(whole(), *pieces, pause_ms=20), client)

    def test_slow_but_not_too_slow(self):
        pieces = [DATA[i : i + 1000] for i in range(0, len(DATA), 1000)]

        async def client(url):
            response = await get(url, allow_http=True, slow_ms=400)
            self.assertEqual(await body_of(response), DATA)
            await response.close()

        self.play(answering(whole(), *pieces, pause_ms=40), client)

    def test_a_slow_consumer_is_not_a_slow_server(self):
        pieces = [DATA[i : i + 500] for i in range(0, len(DATA), 500)]

        async def client(url):
            response = await get(url, allow_http=True, slow_ms=100)
            view = memoryview(bytearray(4096))
            count = total = 0
            while total < 5000:
                count = await response.readinto(view)
                total += count
                await sleep_ms(60)
            await response.close()

        self.play(answering(whole(), *pieces), client)

    def test_cancels_lose_nothing(self):
        pieces = [DATA[i : i + 100] for i in range(0, len(DATA), 100)]

        async def client(url):
            response = await get(url, allow_http=True)
            view = memoryview(bytearray(333))
            got = b""
            cancels = 0
            while len(got) < len(DATA):
                task = asyncio.create_task(response.readinto(view))
                await sleep_ms(0)
                if not task.done():
                    task.cancel()
                    cancels += 1
                try:
                    got += bytes(view[: await task])
                except asyncio.CancelledError:
                    pass
            self.assertGreater(cancels, 10)
            self.assertEqual(got, DATA)
            await response.close()

        self.play(answering(whole(), *pieces, pause_ms=1), client)

    def test_refused_connection(self):
        async def test():
            async with Server(answering(b"")) as server:
                port = server.port
            with self.assertRaises(ConnectError):
                await get("http://127.0.0.1:%d/" % port, allow_http=True)

        run(test())

    def test_addresses(self):
        async def test():
            for url in ("http://127.0.0.1/", "https://127.0.0.1/", "ftp://h/", "https://u:p@h/"):
                with self.assertRaises(UrlError):
                    await get(url)

        run(test())


if __name__ == "__main__":
    unittest.main()
