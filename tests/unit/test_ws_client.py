"""Opening a WebSocket: what a server can do instead, and what that leaves behind."""

import unittest

from asynctest import run
from net_peer import Server, accepting, frame, open_sockets, read_frame, read_head, sockets_closed
from net_ws import ended
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import ConnectError, TransportTimeout
from ws.client import connect
from ws.errors import HandshakeError


class ConnectTest(unittest.TestCase):
    def fails(self, handler, error, times=10, timeout_ms=3000):
        found = []

        async def test():
            async with Server(handler) as server:
                await sleep_ms(5)
                before = open_sockets()
                for _ in range(times):
                    with self.assertRaises(error) as caught:
                        await connect("ws://127.0.0.1:%d/" % server.port, timeout_ms=timeout_ms)
                    found.append(caught.exception)
                self.assertTrue(await sockets_closed(before))

        run(test(), 20)
        return found[0]

    def test_status(self):
        async def handler(reader, writer):
            await read_head(reader)
            writer.write(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

        error = self.fails(handler, HandshakeError)
        self.assertEqual((error.status, error.retry_after), (503, "7"))

    def test_server_leaves(self):
        async def handler(reader, writer):
            await read_head(reader)
            writer.write(b"HTTP/1.1 101 Switching")
            await writer.drain()

        self.assertEqual(self.fails(handler, HandshakeError).status, 0)

    def test_not_a_web_server(self):
        async def handler(reader, writer):
            writer.write(b"220 mail\r\n")
            await writer.drain()
            await ended(reader, writer)

        self.fails(handler, HandshakeError)

    def test_silence(self):
        async def handler(reader, writer):
            await ended(reader, writer)

        self.fails(handler, TransportTimeout, 3, 100)

    def test_drip(self):
        async def handler(reader, writer):
            await read_head(reader)
            while True:
                writer.write(b"H")
                await writer.drain()
                await sleep_ms(10)

        start = ticks_ms()
        self.fails(handler, (TransportTimeout, HandshakeError), 2, 100)
        self.assertLess(ticks_diff(ticks_ms(), start), 3000)

    def test_refused(self):
        async def test():
            async with Server(ended) as server:
                port = server.port
            with self.assertRaises(ConnectError):
                await connect("ws://127.0.0.1:%d/" % port)

        run(test())

    def test_bad_address(self):
        async def test():
            for url in ("http://h/", "ws://u:p@h/", "ws://h/#x", "", "wss://127.0.0.1:1/"):
                with self.assertRaises(HandshakeError):
                    await connect(url)

        run(test())

    def test_first_message_in_the_same_segment(self):
        async def handler(reader, writer):
            answer = accepting(await read_head(reader))
            writer.write(answer + frame(1, b'[2,"1","Reset",{}]') + frame(9, b"p"))
            await writer.drain()
            await read_frame(reader)

        async def test():
            async with Server(handler) as server:
                w = await connect("ws://127.0.0.1:%d/" % server.port)
                self.assertEqual(await w.recv(), '[2,"1","Reset",{}]')
                await w.close()

        run(test())


if __name__ == "__main__":
    unittest.main()
