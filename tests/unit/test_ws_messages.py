"""Messages over a WebSocket to a loopback server: cut anywhere, many senders, cancels."""

import asyncio
import random
import unittest

from net_peer import close_frame, frame, read_frame
from net_ws import echo, play, say
from ticks import sleep_ms, ticks_diff
from ws.errors import ConnectionClosed, WsError


class MessagesTest(unittest.TestCase):
    def test_echo(self):
        async def client(w):
            self.assertEqual(w.subprotocol, "ocpp1.6")
            for size in (0, 1, 125, 126, 1000, 65535, 65536):
                text = "\u00e4" * (size // 2) + "x" * (size % 2)
                await w.send(text)
                self.assertEqual(await w.recv(), text)
            await w.ping(b"p")
            await w.send("after the ping")
            self.assertEqual(await w.recv(), "after the ping")

        play(echo, client)

    def test_binary(self):
        async def client(w):
            await w.send(b"\xff\x00")
            self.assertEqual(await w.recv(), b"\xff\x00")

        play(echo, client, binary=True)

    def test_binary_is_refused_by_default(self):
        async def script(reader, writer):
            await say(writer, frame(2, b"x"))
            self.assertEqual((await read_frame(reader))[1][:2], b"\x03\xeb")
            await say(writer, close_frame(1003))

        async def client(w):
            with self.assertRaises(ConnectionClosed) as caught:
                await w.recv()
            self.assertEqual(caught.exception.code, 1003)

        play(script, client)

    def test_split_at_every_byte(self):
        text = "h\u00e9llo \u20ac" * 20

        async def script(reader, writer):
            for each in (frame(1, text.encode()), frame(9, b"p"), frame(1, b"end")):
                for byte in each:
                    await say(writer, bytes((byte,)))
                    await sleep_ms(0)
            self.assertEqual(await read_frame(reader), (10, b"p"))
            await echo(reader, writer)

        async def client(w):
            self.assertEqual(await w.recv(), text)
            self.assertEqual(await w.recv(), "end")

        play(script, client)

    def test_two_senders(self):
        counts = {"a": 0, "b": 0}

        async def script(reader, writer):
            for _ in range(1000):
                _, payload = await read_frame(reader)
                name, number, padding = payload.decode().split(",")
                self.assertEqual(int(number), counts[name])
                self.assertEqual(padding, "." * (counts[name] % 500))
                counts[name] += 1
            await echo(reader, writer)

        async def client(w):
            async def send(name):
                for i in range(500):
                    await w.send("%s,%d,%s" % (name, i, "." * (i % 500)))

            tasks = [asyncio.create_task(send(name)) for name in "ab"]
            for task in tasks:
                await task
            await w.close()
            self.assertEqual(counts, {"a": 500, "b": 500})

        play(script, client)

    def test_cancels_lose_nothing(self):
        total = 500
        received = []

        async def script(reader, writer):
            async def read():
                while True:
                    opcode, payload = await read_frame(reader)
                    if opcode == 8:
                        await say(writer, frame(8, payload))
                        return
                    if opcode == 1:
                        received.append(payload.decode())

            task = asyncio.create_task(read())
            for i in range(total):
                text = b"%d," % i + b"s" * (i % 700)
                if i % 5 == 0:
                    half = len(text) // 2
                    whole = frame(1, text[:half], False) + frame(9, b"p") + frame(0, text[half:])
                else:
                    whole = frame(1, text)
                cut = random.randint(1, len(whole) - 1)
                await say(writer, whole[:cut])
                await sleep_ms(i & 1)
                await say(writer, whole[cut:])
            await task

        async def client(w):
            random.seed(5)
            got = 0
            cancels = 0
            sends = 0
            maybe = []
            while got < total:
                receiving = asyncio.create_task(w.recv())
                tasks = [receiving]
                if sends < 1000:
                    text = "%d," % sends + "c" * (sends % 300)
                    tasks.append(asyncio.create_task(w.send(text)))
                    sends += 1
                for _ in range(random.randint(0, 3)):
                    await sleep_ms(0)
                for task in tasks:
                    if not task.done():
                        task.cancel()
                        cancels += 1
                if len(tasks) > 1:
                    try:
                        await tasks[1]
                    except asyncio.CancelledError:
                        maybe.append(sends - 1)
                try:
                    text = await receiving
                except asyncio.CancelledError:
                    continue
                self.assertEqual(text, "%d," % got + "s" * (got % 700))
                got += 1
            self.assertGreater(cancels, 500)
            await w.close()
            # Each send came whole, once and in order; only cancelled ones may be missing.
            numbers = []
            for text in received:
                number, padding = text.split(",")
                numbers.append(int(number))
                self.assertEqual(len(padding), int(number) % 300)
            self.assertEqual(numbers, sorted(set(numbers)))
            for number in range(sends):
                self.assertTrue(number in numbers or number in maybe)

        play(script, client, timeout_s=30)

    def test_one_reader(self):
        async def client(w):
            task = asyncio.create_task(w.recv())
            await sleep_ms(5)
            with self.assertRaises(WsError):
                await w.recv()
            await w.send("x")
            self.assertEqual(await task, "x")

        play(echo, client)

    def test_last_receive_moves(self):
        async def client(w):
            await sleep_ms(30)
            before = w.last_receive_ms
            task = asyncio.create_task(w.recv())
            await w.ping()
            await sleep_ms(30)
            self.assertGreater(ticks_diff(w.last_receive_ms, before), 0)
            await w.close()
            with self.assertRaises(ConnectionClosed):
                await task

        play(echo, client)


if __name__ == "__main__":
    unittest.main()
