"""The byte stream over real loopback sockets: both directions, its end, time-outs."""

import asyncio
import socket
import unittest

import transport
from asynctest import run
from net_peer import Server, cancelled, hold, open_sockets, read_exactly, sockets_closed
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import ConnectError, TransportClosed, TransportTimeout, connect


async def echo(reader, writer):
    data = await reader.read(1000)
    while data:
        writer.write(data)
        await writer.drain()
        data = await reader.read(1000)


class StreamTest(unittest.TestCase):
    def test_both_directions_and_end(self):
        async def serve(reader, writer):
            writer.write(await reader.readexactly(6))
            await writer.drain()

        async def test():
            async with Server(serve) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000, b"abc")
                await stream.write(b"")
                await stream.write(bytearray(b"def"))
                self.assertEqual(await read_exactly(stream, 9), b"abcdef")
                self.assertEqual(await stream.readinto(memoryview(bytearray(9))), 0)
                stream.abort()
                stream.abort()
                for use in (
                    lambda: stream.readinto(memoryview(bytearray(1))),
                    lambda: stream.write(b"x"),
                ):
                    with self.assertRaises(TransportClosed):
                        await use()

        run(test())

    def test_host_name(self):
        async def test():
            async with Server(echo) as server:
                stream = await connect("localhost", server.port, None, 5000, b"abc")
                self.assertEqual(await read_exactly(stream, 3), b"abc")
                stream.abort()

        run(test())

    def test_refused(self):
        async def test():
            async with Server(hold) as server:
                port = server.port
            await sleep_ms(20)
            before = open_sockets()
            for _ in range(50):
                with self.assertRaises(ConnectError):
                    await connect("127.0.0.1", port, None, 5000, b"x")
            self.assertTrue(await sockets_closed(before))

        run(test())

    def test_no_more_sockets(self):
        class Full:
            def __getattr__(self, name):
                return getattr(socket, name)

            def socket(self, *_):
                raise OSError(23)  # ENFILE

        async def test():
            if hasattr(transport, "device"):
                from transport import opening

                opening.socket = Full()
            else:

                async def refuse(*_, **__):
                    raise OSError(23, "too many")

                real = asyncio.open_connection
                asyncio.open_connection = refuse
            try:
                with self.assertRaises(ConnectError):
                    await connect("127.0.0.1", 1, None, 5000, b"x")
            finally:
                if hasattr(transport, "device"):
                    opening.socket = socket
                else:
                    asyncio.open_connection = real

        run(test())

    def test_close_wakes_the_reader(self):
        async def test():
            async with Server(hold) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                task = asyncio.create_task(stream.readinto(memoryview(bytearray(5))))
                await sleep_ms(10)
                stream.abort()
                with self.assertRaises(TransportClosed):
                    await asyncio.wait_for(task, 2)

        run(test())

    def test_read_time_out(self):
        async def test():
            async with Server(hold) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                start = ticks_ms()
                with self.assertRaises(TransportTimeout):
                    await stream.readinto(memoryview(bytearray(5)), 50)
                self.assertLess(ticks_diff(ticks_ms(), start), 2000)
                stream.abort()

        run(test())

    def test_a_peer_that_takes_little_does_not_hold_a_write(self):
        async def serve(reader, writer):
            while await reader.read(100):
                await sleep_ms(20)

        async def test():
            async with Server(serve) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                with self.assertRaises(TransportTimeout):
                    for _ in range(200):
                        start = ticks_ms()
                        await stream.write(bytes(200000), 300)
                self.assertLess(ticks_diff(ticks_ms(), start), 1300)
                stream.abort()

        run(test())

    def test_write_time_out(self):
        async def serve(reader, writer):
            await sleep_ms(1000)

        async def test():
            async with Server(serve) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                with self.assertRaises(TransportTimeout):
                    for _ in range(200):
                        await stream.write(bytes(200000), 100)
                stream.abort()
                with self.assertRaises(TransportClosed):
                    await stream.write(b"x")

        run(test())

    def test_a_flood_leaves_the_others_their_turn(self):
        async def serve(reader, writer):
            block = bytes(16384)
            while True:
                writer.write(block)
                await writer.drain()

        async def test():
            ticks = 0

            async def tick():
                nonlocal ticks
                while True:
                    ticks += 1
                    await sleep_ms(5)

            async with Server(serve) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                ticking = asyncio.create_task(tick())
                view = memoryview(bytearray(256))
                start = ticks_ms()
                while ticks_diff(ticks_ms(), start) < 300:
                    if stream.try_readinto(view) is None:
                        await stream.readinto(view)
                self.assertGreater(ticks, 10)
                await cancelled(ticking)
                stream.abort()

        run(test())


if __name__ == "__main__":
    unittest.main()
