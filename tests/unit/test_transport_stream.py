"""The byte stream over real loopback sockets: ends, cancels, time-outs, leaks."""

import asyncio
import binascii
import unittest

from asynctest import run
from net_peer import Server, open_sockets, sockets_closed
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import (
    ConnectError,
    TlsError,
    TransportClosed,
    TransportError,
    TransportTimeout,
    connect,
    make_tls,
)

# A self-signed CA that signed nothing met here.
CA = (
    "3082012f3081d5a003020102021419c1ae900b7e38b98085bf6338908825f36a26c9300a06082a8648ce3d04"
    "0302300d310b300906035504030c026361301e170d3236313132313138313731315a170d3236313232323138"
    "313731315a300d310b300906035504030c0263613059301306072a8648ce3d020106082a8648ce3d03010703"
    "420004bac27a0853caa94d581da6aa16963bdfbc25d16f313bde3482f19920dd0b461de50a870e03de4a95dd"
    "a4492c14781116ed9e9d0fc0cb50c3f3f8da824d8c3740a3133011300f0603551d130101ff040530030101ff"
    "300a06082a8648ce3d0403020349003046022100a41f06d390174761be6fe62cb3aebb74df9be4254a9ac4fd"
    "faad2376d325d441022100ef5907bb793c202beb5798f32e16aa1bb6963af978b53e06836227fde7a2cf3e"
)


async def hold(reader, writer):
    """Says nothing until the client leaves."""
    while await reader.read(1000):
        pass


async def echo(reader, writer):
    data = await reader.read(1000)
    while data:
        writer.write(data)
        await writer.drain()
        data = await reader.read(1000)


async def read_exactly(stream, size, timeout_ms=None):
    view = memoryview(bytearray(size))
    filled = 0
    while filled < size:
        count = await stream.readinto(view[filled:], timeout_ms)
        if not count:
            break
        filled += count
    return bytes(view[:filled])


async def cancelled(task):
    """Cancel a task and wait for its end; returns whether the cancel got through."""
    task.cancel()
    try:
        await task
        return False
    except asyncio.CancelledError:
        return True


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
                await stream.close()
                await stream.close()
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
                await stream.close()

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

    def test_cancelled_read_loses_nothing(self):
        async def serve(reader, writer):
            for i in range(250):
                writer.write(bytes((i,)))
                await writer.drain()
                if i % 7 == 0:
                    await sleep_ms(1)
            await reader.read(1)

        async def test():
            async with Server(serve) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                got = b""
                view = memoryview(bytearray(5))
                cancels = 0
                while len(got) < 250:
                    task = asyncio.create_task(stream.readinto(view))
                    await sleep_ms(0)
                    if not task.done():
                        cancels += await cancelled(task)
                    else:
                        got += bytes(view[: await task])
                self.assertGreater(cancels, 0)
                self.assertEqual(got, bytes(range(250)))
                await stream.close()

        run(test())

    def test_close_wakes_the_reader(self):
        async def test():
            async with Server(hold) as server:
                for how in ("close", "abort"):
                    stream = await connect("127.0.0.1", server.port, None, 5000)
                    task = asyncio.create_task(stream.readinto(memoryview(bytearray(5))))
                    await sleep_ms(10)
                    if how == "close":
                        await stream.close()
                    else:
                        stream.abort()
                    with self.assertRaises(TransportClosed):
                        await asyncio.wait_for(task, 2)

        run(test())

    def test_a_cancelled_writer_does_not_strand_the_reader(self):
        block = bytes(200000)
        begun = 0

        async def write(stream):
            nonlocal begun
            while True:
                begun += 1
                await stream.write(block)

        async def serve(reader, writer):
            while not begun or not stalled:
                await sleep_ms(5)
            total = 0
            while total < begun * len(block):
                total += len(await reader.read(65536))
            writer.write(b"done")
            await writer.drain()
            await reader.read(1)

        stalled = False

        async def test():
            nonlocal stalled
            async with Server(serve) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                reading = asyncio.create_task(read_exactly(stream, 4))
                writing = asyncio.create_task(write(stream))
                seen = -1
                while seen != begun:
                    seen = begun
                    await sleep_ms(50)
                self.assertTrue(await cancelled(writing))
                stalled = True
                # All that was begun goes out, without anybody writing again.
                self.assertEqual(await asyncio.wait_for(reading, 5), b"done")
                await stream.close()

        run(test())

    def test_writers_do_not_mix(self):
        size = 50000

        async def serve(reader, writer):
            while True:
                block = await reader.readexactly(size)
                if block.count(block[:1]) != size:
                    return
                if block[:1] == b"e":
                    writer.write(b"whole")
                    await writer.drain()
                    return

        async def test():
            async with Server(serve) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)

                async def write(letter):
                    for _ in range(20):
                        await stream.write(letter * size)

                tasks = [asyncio.create_task(write(letter)) for letter in (b"a", b"b", b"c")]
                for task in tasks:
                    await task
                await stream.write(b"e" * size)
                self.assertEqual(await read_exactly(stream, 5, 5000), b"whole")
                await stream.close()

        run(test())

    def test_a_cancel_of_a_writer_is_never_lost(self):
        async def swallow(reader, writer):
            while await reader.read(10000):
                pass

        async def test():
            async with Server(swallow) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)

                async def write():
                    for _ in range(2000):
                        await stream.write(b"x")
                        await sleep_ms(1)

                for turns in range(30):
                    task = asyncio.create_task(write())
                    for _ in range(turns):
                        await sleep_ms(0)
                    task.cancel()
                    for _ in range(200):
                        await sleep_ms(1)
                        if task.done():
                            break
                    self.assertTrue(task.done(), turns)
                await stream.close()

        run(test(), 20)

    def test_read_time_out(self):
        async def test():
            async with Server(hold) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                start = ticks_ms()
                with self.assertRaises(TransportTimeout):
                    await stream.readinto(memoryview(bytearray(5)), 50)
                self.assertLess(ticks_diff(ticks_ms(), start), 2000)
                await stream.close()

        run(test())

    def test_write_time_out_closes(self):
        async def serve(reader, writer):
            await sleep_ms(1000)

        async def test():
            async with Server(serve) as server:
                stream = await connect("127.0.0.1", server.port, None, 5000)
                with self.assertRaises(TransportTimeout):
                    for _ in range(200):
                        await stream.write(bytes(200000), 100)
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
                await stream.close()

        run(test())


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.tls = make_tls(binascii.unhexlify(CA))

    def fails(self, serve, error, times=20, timeout_ms=5000, first=b"x"):
        async def test():
            async with Server(serve) as server:
                await sleep_ms(10)
                before = open_sockets()
                for _ in range(times):
                    with self.assertRaises(error):
                        await connect("127.0.0.1", server.port, self.tls, timeout_ms, first)
                self.assertTrue(await sockets_closed(before))

        run(test(), 20)

    def test_server_without_tls(self):
        async def serve(reader, writer):
            await reader.read(10)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
            await reader.read(1000)

        self.fails(serve, TlsError)

    def test_server_leaves(self):
        async def serve(reader, writer):
            await reader.read(10)

        self.fails(serve, TransportError)

    def test_silent_server(self):
        self.fails(hold, TransportTimeout, 3, 100)

    def test_cancelled_in_the_handshake(self):
        async def test():
            async with Server(hold) as server:
                await sleep_ms(10)
                before = open_sockets()
                for wait_ms in (0, 1, 5, 20) * 5:
                    task = asyncio.create_task(
                        connect("127.0.0.1", server.port, self.tls, 5000, b"x")
                    )
                    await sleep_ms(wait_ms)
                    self.assertTrue(await cancelled(task))
                self.assertTrue(await sockets_closed(before))

        run(test())

    def test_ca_that_is_none(self):
        for ca in (b"", b"\x30\x03abc", b"-----BEGIN CERTIFICATE-----\n", b"x" * 500):
            with self.assertRaises(TlsError):
                make_tls(ca)


if __name__ == "__main__":
    unittest.main()
