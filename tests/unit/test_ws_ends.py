"""How a WebSocket ends: closed by either side, broken, lost."""

import asyncio
import unittest

from net_peer import close_frame, frame, read_frame
from net_ws import echo, ended, play, say
from ticks import sleep_ms, ticks_diff, ticks_ms
from ws.errors import ConnectionClosed


class EndsTest(unittest.TestCase):
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

        play(script, client)

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

            play(script, client)

    def test_server_is_lost(self):
        async def script(reader, writer):
            await say(writer, frame(1, b"cut")[:3])

        async def client(w):
            with self.assertRaises(ConnectionClosed) as caught:
                await w.recv()
            self.assertEqual(caught.exception.code, 1006)

        play(script, client)

    def test_close_ends_recv(self):
        async def client(w):
            task = asyncio.create_task(w.recv())
            await sleep_ms(5)
            await w.close(1001, "reset")
            with self.assertRaises(ConnectionClosed):
                await task
            self.assertEqual(w.closed.code, 1001)

        play(echo, client)

    def test_close_while_a_message_comes(self):
        async def script(reader, writer):
            self.assertEqual((await read_frame(reader))[0], 8)
            await say(writer, frame(1, b"late"), close_frame(1000))

        async def client(w):
            await w.close()
            self.assertEqual(w.closed.code, 1000)

        play(script, client)

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

                play(script, client)

    async def flood(self, reader, writer):
        while True:
            await say(writer, frame(1, bytes(1000)))

    def test_server_ignores_a_close_that_recv_began(self):
        for script in (self.binary, self.binaries):

            async def client(w):
                start = ticks_ms()
                with self.assertRaises(ConnectionClosed):
                    while True:
                        await w.recv()
                self.assertLess(ticks_diff(ticks_ms(), start), 3000)

            play(script, client)

    async def binary(self, reader, writer):
        await say(writer, frame(2, b"not for OCPP-J"))
        await ended(reader, writer)

    async def binaries(self, reader, writer):
        # Reads nothing and goes on talking.
        await say(writer, frame(2, b"not for OCPP-J"))
        await self.flood(reader, writer)

    def test_close_when_the_server_takes_nothing(self):
        for step in (0, 500):
            parts = []

            async def script(reader, writer, step=step, parts=parts):
                while not parts:
                    if step:
                        await reader.read(step)
                    await sleep_ms(20)

            async def client(w, parts=parts):
                reading = asyncio.create_task(w.recv())
                sending = asyncio.create_task(self.send_for_ever(w))
                await sleep_ms(1500)
                self.assertFalse(sending.done())
                start = ticks_ms()
                await w.close()
                self.assertLess(ticks_diff(ticks_ms(), start), 2500)
                parts.append("done")
                for task in (reading, sending):
                    with self.assertRaises(ConnectionClosed):
                        await task

            play(script, client)

    async def send_for_ever(self, w):
        while True:
            await w.send("x" * 60000)

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

        play(script, client)


if __name__ == "__main__":
    unittest.main()
