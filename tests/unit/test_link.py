"""The link's task over loopback: pumps both ways, says why it failed, notices a dead peer."""

import asyncio
import sys
import unittest

from asynctest import run
from firmware.link import Link
from net_dns import NameServer, reply_to
from net_peer import Server, accepting, frame, open_sockets, read_frame, read_head, sockets_closed
from resolver import Resolver
from ticks import sleep_ms, ticks_diff, ticks_ms


class ChargePoint:
    """What the link needs of one; notes what it is told."""

    def __init__(self, ping_s=0):
        self.outgoing = []
        self.events = []
        self.configuration = self
        self._ping_s = ping_s

    def number(self, key):
        if key != "WebSocketPingInterval":
            raise KeyError(key)
        return self._ping_s

    def security_event(self, kind, techInfo):
        self.events.append(kind)

    def connected(self, now_ms):
        self.events.append("connected")
        self.outgoing.append("boot")

    def disconnected(self, now_ms):
        self.events.append("disconnected")
        self.outgoing.clear()

    def receive(self, text, now_ms):
        if text == "bad":
            raise KeyError(text)
        self.events.append(text)


class Credentials:
    """In the place of the module."""

    def __init__(self, url):
        self._url = url

    def load(self, charge_point):
        return self._url, (("Authorization", "Basic new"),), None


async def open_ws(reader, writer):
    writer.write(accepting(await read_head(reader)))
    await writer.drain()


async def say(writer, data):
    writer.write(data)
    await writer.drain()


async def hold(reader, writer):
    while await reader.read(1000):
        pass


class LinkTest(unittest.TestCase):
    def play(self, handler, story, charge_point=None, url=None, is_up=True, tls=None):
        """Run ``story(link, task)`` beside a link to such a server; the charge point, the log."""
        charge_point = charge_point or ChargePoint()
        lines = []

        async def test():
            async with Server(handler) as server:
                before = open_sockets()
                address = url or "ws://127.0.0.1:%d/CP1"
                if "%d" in address:
                    address = address % server.port
                link = Link(charge_point, address, tls, (), "CP1", lambda: is_up, lines.append)
                task = asyncio.create_task(link.run())
                try:
                    await story(link, task)
                finally:
                    task.cancel()
                    try:
                        await task
                    except asyncio.CancelledError:
                        pass
                self.assertTrue(await sockets_closed(before))

        run(test(), 20)
        return charge_point, lines

    def until(self, condition, timeout_ms=5000):
        async def wait(link, task):
            start = ticks_ms()
            while not condition():
                self.assertLess(ticks_diff(ticks_ms(), start), timeout_ms)
                await sleep_ms(5)

        return wait

    def said(self, handler, url=None, tls=None):
        """What the link says of its first failure."""
        lines = []

        async def story(link, task):
            link._log = lines.append
            await self.until(lambda: lines)(link, task)

        self.play(handler, story, url=url, tls=tls)
        return lines[0]

    def test_comes_back_with_new_credentials(self):
        shown = []

        async def handler(reader, writer):
            head = await read_head(reader)
            at = head.find(b"Authorization: ")
            shown.append(head[at + 15 : head.find(b"\r\n", at)] if at >= 0 else None)
            await say(writer, accepting(head))
            while (await read_frame(reader))[0] != 8:
                pass

        async def story(link, task):
            link._reconnect.closed = lambda *_: 20
            await self.until(lambda: link.is_fresh)(link, task)
            url = link._url
            sys.modules["firmware.credentials"] = Credentials(url)
            try:
                link.renew(False)
                await self.until(lambda: len(shown) == 1 and link.is_fresh)(link, task)
                link.renew(True)
                self.assertFalse(link.is_fresh)
                await self.until(lambda: len(shown) == 2 and link.is_fresh)(link, task)
            finally:
                del sys.modules["firmware.credentials"]

        self.play(handler, story)
        self.assertEqual(shown, [None, b"Basic new"])

    def test_a_refusal_is_counted_and_told_once(self):
        async def handler(reader, writer):
            await read_head(reader)
            await say(writer, b"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n")

        async def story(link, task):
            link._reconnect.failed = lambda *_: 20
            await self.until(lambda: link.failures >= 3)(link, task)

        charge_point, _ = self.play(handler, story)
        self.assertEqual(charge_point.events, ["FailedToAuthenticateAtCentralSystem"])

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

        charge_point = ChargePoint(ping_s=0.2)
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
        self.assertEqual(lines, ["link: csms.example: name does not exist; again in 1 s"])


if __name__ == "__main__":
    unittest.main()
