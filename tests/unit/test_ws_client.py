"""The WebSocket client against a loopback server: cancels, two senders, ends, leaks."""

import asyncio
import random
import unittest

from asynctest import run
from net_peer import (
    Server,
    accepting,
    close_frame,
    frame,
    open_sockets,
    read_frame,
    read_head,
    sockets_closed,
)
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import ConnectError, TransportTimeout
from ws.client import connect
from ws.errors import ConnectionClosed, HandshakeError, WsError


def serving(script):
    """A server's handler: the handshake, then ``script(reader, writer)``."""

    async def handle(reader, writer):
        writer.write(accepting(await read_head(reader)))
        await writer.drain()
        await script(reader, writer)

    return handle


async def say(writer, *frames):
    for each in frames:
        writer.write(each)
        await writer.drain()


async def echo(reader, writer):
    """Text, binary and pings come back; a Close is answered."""
    while True:
        opcode, payload = await read_frame(reader)
        await say(writer, frame(10 if opcode == 9 else opcode, payload))
        if opcode == 8:
            return


async def ended(reader, writer):
    """Wait for the client to end the connection."""
    while await reader.read(1000):
        pass


class ClientTest(unittest.TestCase):
    def play(self, script, client, binary=False, timeout_s=10):
        """Run ``client(w)`` on a WebSocket to a server that runs ``script``; leaves no socket."""

        async def test():
            async with Server(serving(script)) as server:
                before = open_sockets()
                w = await connect(
                    "ws://127.0.0.1:%d/CP1" % server.port, timeout_ms=3000, binary=binary
                )
                try:
                    await client(w)
                finally:
                    await w.close()
                self.assertTrue(await sockets_closed(before))

        run(test(), timeout_s)

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

        self.play(echo, client)

    def test_binary(self):
        async def client(w):
            await w.send(b"\xff\x00")
            self.assertEqual(await w.recv(), b"\xff\x00")

        self.play(echo, client, binary=True)

    def test_binary_is_refused_by_default(self):
        async def script(reader, writer):
            await say(writer, frame(2, b"x"))
            self.assertEqual((await read_frame(reader))[1][:2], b"\x03\xeb")
            await say(writer, close_frame(1003))

        async def client(w):
            with self.assertRaises(ConnectionClosed) as caught:
                await w.recv()
            self.assertEqual(caught.exception.code, 1003)

        self.play(script, client)

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

        self.play(script, client)

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

        self.play(script, client)

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

        self.play(script, client, timeout_s=30)

    def test_one_reader(self):
        async def client(w):
            task = asyncio.create_task(w.recv())
            await sleep_ms(5)
            with self.assertRaises(WsError):
                await w.recv()
            await w.send("x")
            self.assertEqual(await task, "x")

        self.play(echo, client)

    def test_server_closes(self):
        async def script(reader, writer):
            await say(writer, frame(1, b"last"), close_frame(1001, b"bye"))
            self.assertEqual(await read_frame(reader), (8, b"\x03\xe9"))

        async def client(w):
            self.assertEqual(await w.recv(), "last")
            for _ in range(2):
                with self.assertRaises(ConnectionClosed) as caught:
                    await w.recv()
                self.assertEqual((caught.exception.code, caught.exception.reason), (1001, "bye"))
            for use in (lambda: w.send("x"), w.ping):
                with self.assertRaises(ConnectionClosed):
                    await use()
            self.assertEqual(w.closed.code, 1001)

        self.play(script, client)

    def test_server_breaks_the_protocol(self):
        for data, code in (
            (frame(3), 1002),
            (frame(1, b"\xff"), 1007),
            (frame(1, bytes(65537)), 1009),
        ):

            async def script(reader, writer, data=data, code=code):
                await say(writer, data)
                self.assertEqual((await read_frame(reader))[1][:2], close_frame(code)[2:])

            async def client(w, code=code):
                with self.assertRaises(ConnectionClosed) as caught:
                    await w.recv()
                self.assertEqual(caught.exception.code, code)

            self.play(script, client)

    def test_server_is_lost(self):
        async def script(reader, writer):
            await say(writer, frame(1, b"cut")[:3])

        async def client(w):
            with self.assertRaises(ConnectionClosed) as caught:
                await w.recv()
            self.assertEqual(caught.exception.code, 1006)

        self.play(script, client)

    def test_close_ends_recv(self):
        async def client(w):
            task = asyncio.create_task(w.recv())
            await sleep_ms(5)
            await w.close(1001, "reset")
            with self.assertRaises(ConnectionClosed):
                await task
            self.assertEqual(w.closed.code, 1001)

        self.play(echo, client)

    def test_close_while_a_message_comes(self):
        async def script(reader, writer):
            self.assertEqual((await read_frame(reader))[0], 8)
            await say(writer, frame(1, b"late"), close_frame(1000))

        async def client(w):
            await w.close()
            self.assertEqual(w.closed.code, 1000)

        self.play(script, client)

    def test_server_ignores_close(self):
        for reading in (False, True):
            for script in (ended, self.flood):

                async def client(w, reading=reading):
                    task = asyncio.create_task(w.recv()) if reading else None
                    await sleep_ms(5)
                    start = ticks_ms()
                    await w.close()
                    self.assertLess(ticks_diff(ticks_ms(), start), 4000)
                    self.assertEqual(w.closed.code, 1006)
                    if task:
                        try:
                            await task
                        except ConnectionClosed:
                            pass

                self.play(script, client)

    async def flood(self, reader, writer):
        while True:
            await say(writer, frame(1, bytes(1000)))

    def test_recv_cancelled_while_closing(self):
        async def script(reader, writer):
            await say(writer, close_frame(1000))
            await ended(reader, writer)

        async def client(w):
            task = asyncio.create_task(w.recv())
            await sleep_ms(50)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            with self.assertRaises(ConnectionClosed):
                await w.recv()

        self.play(script, client)

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

        self.play(echo, client)


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
