"""The upload against a loopback server: bodies to the byte, refusals, time-outs, leaks."""

import asyncio
import io
import unittest

from asynctest import run
from httpc.errors import BadResponse, HttpError, StatusError, Truncated, UrlError
from httpc.upload import upload
from net_peer import Server, open_sockets, read_head, sockets_closed
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import ConnectError, TransportClosed, TransportError, TransportTimeout

LOG = bytes(i * 7 & 255 for i in range(20000))


class Source:
    """Gives ``data`` by at most ``size`` bytes a read, then nothing."""

    def __init__(self, data, size):
        self._data = data
        self._size = size

    def readinto(self, view):
        count = min(len(view), self._size, len(self._data))
        view[:count] = self._data[:count]
        self._data = self._data[count:]
        return count


class Endless:
    """Has as much as is asked for."""

    def readinto(self, view):
        return len(view)


def taking(answer, received=None, pause_ms=0):
    """A handler that takes the whole body and then sends ``answer``."""

    async def handle(reader, writer):
        head = await read_head(reader)
        lines = head.decode().split("\r\n")
        length = int(next(line for line in lines if line.startswith("Content-Length"))[16:])
        body = b""
        while len(body) < length:
            more = await reader.read(3000)
            if not more:
                raise OSError("client left")
            body += more
            await sleep_ms(pause_ms)
        if received is not None:
            received.append((lines, body))
        writer.write(answer)
        await writer.drain()

    return handle


def answer(status, *lines):
    return ("HTTP/1.1 %d X\r\n" % status + "".join(x + "\r\n" for x in lines) + "\r\n").encode()


class UploadTest(unittest.TestCase):
    def play(self, handler, client):
        """Run ``client(url)``; no socket may stay."""

        async def test():
            async with Server(handler) as server:
                before = open_sockets()
                await client("http://127.0.0.1:%d/logs/CP1?x=1" % server.port)
                self.assertTrue(await sockets_closed(before))

        run(test())

    def refused(self, handler, error, source=None, length=20000, **options):
        """The upload fails with ``error``, which is returned."""
        caught = []

        async def client(url):
            with self.assertRaises(error) as found:
                await upload(
                    url, None, source or io.BytesIO(LOG), length, allow_http=True, **options
                )
            caught.append(found.exception)

        self.play(handler, client)
        return caught[0]

    def test_bodies(self):
        for data in (b"", b"x", LOG[:1023], LOG[:1024], LOG[:1025], LOG):
            for size in (100, 1024, 5000):
                received = []

                async def client(url, data=data, size=size):
                    source = Source(data, size)
                    status = await upload(url, None, source, len(data), allow_http=True)
                    self.assertEqual(status, 201)

                self.play(taking(answer(201), received), client)
                self.assertEqual([body for _, body in received], [data])

    def test_request(self):
        received = []

        async def client(url):
            headers = (("Authorization", "Basic eDp5"), ("Content-Type", "text/plain"))
            source = io.BytesIO(LOG)
            await upload(url, None, source, 5, "POST", headers, allow_http=True)
            self.assertEqual(source.read(1), LOG[5:6])  # not a byte more is taken

        self.play(taking(answer(200, "Content-Length: 0"), received), client)
        lines, body = received[0]
        self.assertEqual(body, LOG[:5])
        self.assertEqual(lines[0], "POST /logs/CP1?x=1 HTTP/1.1")
        for line in (
            "Authorization: Basic eDp5",
            "Content-Type: text/plain",
            "Content-Length: 5",
            "Connection: close",
        ):
            self.assertIn(line, lines)

    def test_headers_can_not_smuggle(self):
        for pair in (("A", "b\r\nC: d"), ("A\n", "b")):
            with self.assertRaises(HttpError):
                run(upload("http://h/", None, None, 0, headers=(pair,), allow_http=True))

    def test_slow_server(self):
        async def client(url):
            source = io.BytesIO(LOG)
            self.assertEqual(await upload(url, None, source, len(LOG), allow_http=True), 204)

        self.play(taking(answer(100) + answer(204), pause_ms=5), client)

    def test_status(self):
        for status in (301, 307, 400, 401, 413, 500, 507):
            handler = taking(answer(status, "Location: /elsewhere"))
            self.assertEqual(self.refused(handler, StatusError).status, status)

    def test_bad_answers(self):
        self.refused(taking(b"SSH-2.0-x\r\n"), BadResponse)
        self.refused(taking(b""), Truncated)
        self.refused(taking(answer(200)[:-2]), Truncated)

    def test_source_ends_early(self):
        self.refused(taking(answer(200)), Truncated, Source(LOG[:5000], 1000))

    def test_source_fails(self):
        class Broken:
            def readinto(self, view):
                raise OSError("medium")

        self.refused(taking(answer(200)), OSError, Broken())

    def test_server_leaves(self):
        async def leave(reader, writer):
            await read_head(reader)

        # Whether the client sees that at a write or at the end is up to the network.
        error = self.refused(leave, (TransportError, Truncated), Endless(), 10**6)
        self.assertIsInstance(error, (TransportClosed, Truncated))

    def test_silence_after_the_body(self):
        async def silent(reader, writer):
            await reader.read(30000)
            await reader.read(30000)
            await sleep_ms(1000)

        start = ticks_ms()
        self.refused(silent, TransportTimeout, length=100, timeout_ms=200)
        self.assertLess(ticks_diff(ticks_ms(), start), 2500)

    def test_server_does_not_read(self):
        async def idle(reader, writer):
            await sleep_ms(1000)

        # More than the buffers of both sides hold.
        self.refused(idle, TransportTimeout, Endless(), 50 * 1000 * 1000, timeout_ms=200)

    def test_an_answer_before_the_end_of_the_body(self):
        for leaves in (False, True):

            async def early(reader, writer, leaves=leaves):
                await read_head(reader)
                writer.write(answer(413, "Content-Length: 0"))
                await writer.drain()
                if not leaves:
                    await sleep_ms(1500)

            if leaves:
                # What the server's end makes of the answer is the network's affair.
                error = self.refused(
                    early, (HttpError, TransportError), Endless(), 50 * 1000 * 1000, timeout_ms=500
                )
            else:
                error = self.refused(
                    early, StatusError, Endless(), 50 * 1000 * 1000, timeout_ms=500
                )
                self.assertEqual(error.status, 413)

    def test_cancelled(self):
        cancelled = asyncio.Event()

        async def slow(reader, writer):
            await read_head(reader)
            await cancelled.wait()

        async def client(url):
            task = asyncio.create_task(
                upload(url, None, Endless(), 50 * 1000 * 1000, allow_http=True)
            )
            await sleep_ms(100)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            cancelled.set()

        self.play(slow, client)

    def test_addresses(self):
        for url in ("http://h/", "ftp://h/", "https://user:secret@h/", "nonsense"):
            with self.assertRaises(UrlError):
                run(upload(url, None, io.BytesIO(), 0))
        with self.assertRaises(UrlError):  # no CA
            run(upload("https://h/", None, io.BytesIO(), 0))
        with self.assertRaises(ConnectError):
            run(upload("http://127.0.0.1:1/", None, io.BytesIO(), 0, allow_http=True))


if __name__ == "__main__":
    unittest.main()
