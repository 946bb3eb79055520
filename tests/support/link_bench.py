"""A link to a scripted loopback server, its charge point a note book; on both interpreters."""

import asyncio
import unittest

from asynctest import run  # pyright: ignore[reportMissingImports]
from firmware.link import Link
from net_peer import Server, accepting, open_sockets, read_head, sockets_closed
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
        if text == "full":
            raise MemoryError("full heap")
        self.events.append(text)


async def open_ws(reader, writer):
    writer.write(accepting(await read_head(reader)))
    await writer.drain()


async def say(writer, data):
    writer.write(data)
    await writer.drain()


async def hold(reader, writer):
    while await reader.read(1000):
        pass


class LinkCase(unittest.TestCase):
    """For tests of the link's task."""

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
