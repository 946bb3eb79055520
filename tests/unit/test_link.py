"""The link's task over loopback: pumps both ways, says why it failed, notices a dead peer."""

import asyncio
import unittest

from asynctest import run
from firmware.link import Link
from link_bench import ChargePoint, LinkCase, hold, open_ws, say
from net_dns import NameServer, reply_to
from net_peer import frame, read_frame, read_head
from resolver import Resolver
from ticks import sleep_ms, ticks_diff, ticks_ms


class LinkTest(LinkCase):
    def test_texts_go_both_ways_and_close_is_clean(self):
        seen = []

        async def handler(reader, writer):
            await open_ws(reader, writer)
            await say(writer, frame(1, b"hello"))
            opcode = 1
            while opcode != 8:
                opcode, payload = await read_frame(reader)
                seen.append((opcode, payload))
            await say(writer, frame(8, payload))

        charge_point = ChargePoint()

        async def story(link, task):
            await self.until(lambda: seen and len(charge_point.events) == 2)(link, task)
            charge_point.outgoing.append("two")
            charge_point.outgoing.append("three")
            await self.until(lambda: len(seen) == 3)(link, task)
            await link.close()
            await self.until(task.done)(link, task)

        self.play(handler, story, charge_point)
        self.assertEqual(charge_point.events, ["connected", "hello", "disconnected"])
        self.assertEqual([data for _, data in seen[:-1]], [b"boot", b"two", b"three"])
        self.assertEqual(seen[-1], (8, b"\x03\xe8"))

    def test_comes_back_after_a_loss(self):
        async def handler(reader, writer):
            await open_ws(reader, writer)
            await read_frame(reader)

        charge_point = ChargePoint()
        start = ticks_ms()
        wait = self.until(lambda: len(charge_point.events) >= 4)
        _, lines = self.play(handler, wait, charge_point)
        self.assertEqual(charge_point.events[:4], ["connected", "disconnected"] * 2)
        self.assertGreater(ticks_diff(ticks_ms(), start), 450)
        self.assertIn("link: connected", lines)
        self.assertIn("closed 1006", lines[1])

    def test_a_dead_peer_is_given_up(self):
        async def handler(reader, writer):
            await open_ws(reader, writer)
            await hold(reader, writer)

        charge_point = ChargePoint(ping_s=0.2)  # WebSocketPingInterval
        wait = self.until(lambda: "disconnected" in charge_point.events, 8000)
        _, lines = self.play(handler, wait, charge_point)
        self.assertIn("no answer to a ping", lines[-1])

    def test_a_living_peer_is_kept(self):
        pings = []

        async def handler(reader, writer):
            await open_ws(reader, writer)
            while True:
                opcode, payload = await read_frame(reader)
                if opcode == 9:
                    pings.append(payload)
                if opcode in (8, 9):
                    await say(writer, frame(10 if opcode == 9 else 8, payload))

        charge_point = ChargePoint(ping_s=0.2)
        self.play(handler, lambda link, task: sleep_ms(660), charge_point)
        self.assertEqual(charge_point.events, ["connected", "disconnected"])  # the last: our end
        self.assertIn(len(pings), (2, 3))

    def test_what_the_application_raises_ends_the_task(self):
        async def handler(reader, writer):
            await open_ws(reader, writer)
            await say(writer, frame(1, b"bad"))
            while (await read_frame(reader))[0] != 8:
                pass
            await say(writer, frame(8))

        async def story(link, task):
            await self.until(task.done)(link, task)
            with self.assertRaises(KeyError):
                await task

        try:
            self.play(handler, story)
        except KeyError:
            pass  # the bench awaits the task once more

    def test_without_a_network_nothing_is_tried(self):
        charge_point, lines = self.play(hold, lambda link, task: sleep_ms(300), is_up=False)
        self.assertEqual((charge_point.events, lines), ([], []))

    def answering(self, head):
        async def handler(reader, writer):
            await read_head(reader)
            await say(writer, head + b"\r\nContent-Length: 0\r\n\r\n")

        return handler

    def test_says_why(self):
        line = self.said(self.answering(b"HTTP/1.1 503 Busy\r\nRetry-After: 120"))
        self.assertEqual(line, "link: server answered 503; again in 121 s")
        line = self.said(self.answering(b"HTTP/1.1 401 Who"))
        self.assertEqual(line, "link: server answered 401; again in 61 s")
        line = self.said(self.answering(b"HTTP/1.1 404 What"))
        self.assertEqual(line, "link: server answered 404; again in 61 s")
        line = self.said(hold, "ws://127.0.0.1:1/")
        self.assertIn("can't connect", line)

    def test_says_what_is_wrong_with_tls(self):
        line = self.said(hold, "wss://127.0.0.1:%d/")
        self.assertIn("CA certificate", line)

    def test_says_that_a_name_is_unknown(self):
        lines = []

        async def test():
            gone = lambda q: [(0, reply_to(q, flags=b"\x81\x83"))]  # noqa: E731
            async with NameServer(gone) as names:
                link = Link(
                    ChargePoint(),
                    "ws://csms.example/",
                    None,
                    (),
                    "CP1",
                    lambda: True,
                    lines.append,
                    Resolver(lambda: ("127.0.0.1",), names.port),
                )
                task = asyncio.create_task(link.run())
                await self.until(lambda: lines)(link, task)
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError:
                    pass

        run(test())
        self.assertEqual(
            lines, ["link: no address for csms.example: name does not exist; again in 1 s"]
        )


if __name__ == "__main__":
    unittest.main()
