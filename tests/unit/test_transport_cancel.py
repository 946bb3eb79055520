"""The byte stream when many tasks use it and some are cancelled: nothing lost, nothing mixed."""

import asyncio
import unittest

from asynctest import run
from net_peer import Server, cancelled, read_exactly
from ticks import sleep_ms
from transport import connect


class CancelTest(unittest.TestCase):
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
                stream.abort()

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
                stream.abort()

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
                stream.abort()

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
                stream.abort()

        run(test(), 20)


if __name__ == "__main__":
    unittest.main()
