"""The link where there is no memory, for what is too large, and before its first attempt."""

import asyncio
import unittest

from asynctest import run
from firmware.link import MAX_MESSAGE_BYTES, Link
from link_bench import ChargePoint, LinkCase, hold, open_ws, say
from net_peer import frame, read_frame
from ticks import sleep_ms


class LimitsTest(LinkCase):
    def test_no_memory_costs_the_connection_not_the_task(self):
        async def handler(reader, writer):
            await open_ws(reader, writer)
            await say(writer, frame(1, b"full"))
            await hold(reader, writer)

        charge_point = ChargePoint()
        wait = self.until(lambda: charge_point.events.count("connected") > 1, 8000)
        _, lines = self.play(handler, wait, charge_point)
        self.assertEqual(charge_point.events[:3], ["connected", "disconnected", "connected"])
        self.assertIn("link: full heap; again in 1 s", lines)

    def test_no_memory_anywhere_else_neither(self):
        failing = ["log", "connected"]

        async def handler(reader, writer):
            await open_ws(reader, writer)
            await hold(reader, writer)

        charge_point = ChargePoint()
        connected = charge_point.connected

        def connect(now_ms):
            if failing:
                failing.pop()
                raise MemoryError
            connected(now_ms)

        charge_point.connected = connect
        self.play(handler, self.until(lambda: charge_point.outgoing == [], 8000), charge_point)

        async def story(link, task):
            await self.until(lambda: "connected" in charge_point.events, 8000)(link, task)
            self.assertFalse(task.done())

        self.play(handler, story, charge_point)

    def test_a_peer_that_asks_and_does_not_read_fills_no_heap(self):
        most = []

        async def handler(reader, writer):
            await open_ws(reader, writer)
            for _ in range(60):
                await say(writer, frame(1, b"ask"))
            await sleep_ms(300)
            for _ in range(61):
                _, payload = await read_frame(reader)
                answers.append(payload)
            await hold(reader, writer)

        answers = []
        charge_point = ChargePoint()

        def receive(text, now_ms):
            charge_point.outgoing.append("x" * 4000)
            most.append(len(charge_point.outgoing))

        charge_point.receive = receive
        self.play(handler, self.until(lambda: len(answers) == 61, 15000), charge_point)
        self.assertLessEqual(max(most), 8)

    def test_an_import_without_memory_says_that_there_is_no_module(self):
        async def handler(reader, writer):
            await open_ws(reader, writer)
            await say(writer, frame(1, b"late import"))
            await hold(reader, writer)

        charge_point = ChargePoint()
        take = charge_point.receive

        def receive(text, now_ms):
            if text == "late import":
                raise ImportError("no module named 'x'")
            take(text, now_ms)

        charge_point.receive = receive
        wait = self.until(lambda: charge_point.events.count("connected") > 1, 8000)
        self.play(handler, wait, charge_point)

    def test_a_message_larger_than_a_board_takes(self):
        codes = []

        async def handler(reader, writer):
            await open_ws(reader, writer)
            for size in (MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES + 1):
                await say(writer, frame(1, b"x" * size))
            opcode = 0
            while opcode != 8:
                opcode, payload = await read_frame(reader)
            codes.append(payload[:2])

        charge_point = ChargePoint()
        self.play(handler, self.until(lambda: codes, 8000), charge_point)
        self.assertEqual(codes[0], b"\x03\xf1")  # 1009
        self.assertEqual(len(charge_point.events[1]), 16384)

    def test_the_first_attempt_waits_too(self):
        asked = []

        async def test():
            link = Link(None, "", None, (), "CP1", lambda: asked.append(1), None)
            link._reconnect.first_ms = 300
            task = asyncio.create_task(link.run())
            await sleep_ms(150)
            self.assertEqual(asked, [])
            await sleep_ms(300)
            self.assertEqual(asked, [1])
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass

        run(test())


if __name__ == "__main__":
    unittest.main()
