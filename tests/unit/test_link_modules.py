"""What only connecting needs is in memory no longer than that, whoever else uses it meanwhile."""

import asyncio
import sys
import unittest

from asynctest import run
from firmware.link import Link
from httpc.errors import HttpError, StatusError
from loader.modules import forget
from net_peer import Server, accepting, hold, read_frame, read_head
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import TransportTimeout

OPENING = ("ws.client", "httpc.exchange", "httpc.url")
DOWNLOAD = ("httpc.client", "httpc.exchange", "httpc.url")
GOING = OPENING + DOWNLOAD + ("resolver.dns", "transport.opening")
BODY = bytes(range(200))


class ChargePoint:
    """What the link needs of one; counts its connections."""

    def __init__(self):
        self.outgoing = []
        self.connections = 0
        self.configuration = self

    def number(self, key):
        return 0

    def security_event(self, kind, techInfo):
        pass

    def connected(self, now_ms):
        self.connections += 1

    def disconnected(self, now_ms):
        pass

    def receive(self, text, now_ms):
        pass


async def until(condition):
    start = ticks_ms()
    while not condition():
        if ticks_diff(ticks_ms(), start) > 8000:
            raise AssertionError("it did not come to that")
        await sleep_ms(2)


async def say(writer, data):
    writer.write(data)
    await writer.drain()


async def drip(reader, writer):
    """A file that comes slowly; /none is missing."""
    if b"/none" in await read_head(reader):
        await say(writer, b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
        return
    await say(writer, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY))
    for byte in BODY:
        await say(writer, bytes((byte,)))
        await sleep_ms(10)


async def load(url):
    """As the updater does: all of a file, then the modules go."""
    from httpc.client import get

    try:
        response = await get(url, allow_http=True, timeout_ms=3000)
        view = memoryview(bytearray(50))
        data = b""
        count = await response.readinto(view)
        while count:
            data += bytes(view[:count])
            count = await response.readinto(view)
        await response.close()
        return data
    finally:
        forget(*DOWNLOAD)


def loaded(names):
    return [name for name in names if name in sys.modules]


class ModulesTest(unittest.TestCase):
    def setUp(self):
        # Other tests of the process hold classes of these: theirs must be the ones again.
        self.before = {name: sys.modules[name] for name in GOING if name in sys.modules}
        forget(*GOING)

    def tearDown(self):
        forget(*GOING)
        for name, module in self.before.items():
            sys.modules[name] = module
            package, _, child = name.rpartition(".")
            setattr(sys.modules[package], child, module)

    def play(self, handler, story):
        """Run ``story(charge_point, lines, files)`` beside a link to a server of ``handler``."""
        charge_point = ChargePoint()
        lines = []

        async def test():
            async with Server(handler) as server, Server(drip) as files:
                url = "ws://127.0.0.1:%d/CP1" % server.port
                link = Link(charge_point, url, None, (), "CP1", lambda: True, lines.append)
                link._reconnect.failed = lambda *_: 50
                link._reconnect.closed = lambda *_: 50
                task = asyncio.create_task(link.run())
                try:
                    await story(charge_point, lines, "http://127.0.0.1:%d" % files.port)
                    self.assertFalse(task.done())
                finally:
                    task.cancel()
                    try:
                        await task
                    except asyncio.CancelledError:
                        pass

        run(test(), 20)

    def test_gone_once_connected(self):
        async def handler(reader, writer):
            await say(writer, accepting(await read_head(reader)))
            while (await read_frame(reader))[0] != 8:
                pass

        async def story(charge_point, lines, files):
            await until(lambda: charge_point.connections)
            self.assertEqual(loaded(OPENING), [])
            self.assertEqual(len(loaded(("ws.errors", "httpc.errors", "transport"))), 3)

        self.play(handler, story)

    def test_gone_after_a_failure(self):
        async def handler(reader, writer):
            await read_head(reader)
            await say(writer, b"HTTP/1.1 503 Busy\r\n\r\n")

        async def story(charge_point, lines, files):
            for count in (1, 2, 3):
                await until(lambda count=count: len(lines) >= count)
                self.assertEqual(loaded(OPENING), [])
            self.assertEqual(set(lines), {"link: server answered 503; again in 1 s"})

        self.play(handler, story)

    def test_a_download_while_the_link_comes_and_goes(self):
        async def handler(reader, writer):
            await say(writer, accepting(await read_head(reader)))

        async def story(charge_point, lines, files):
            self.assertEqual(await load(files + "/file"), BODY)
            self.assertGreater(charge_point.connections, 5)
            # The classes of errors are those that were there before.
            with self.assertRaises(StatusError) as caught:
                await load(files + "/none")
            self.assertIsInstance(caught.exception, HttpError)

        self.play(handler, story)

    def test_a_download_ends_while_the_link_connects(self):
        arrived = []

        async def handler(reader, writer):
            await read_head(reader)
            arrived.append(1)
            count = len(arrived)
            await until(lambda: go >= count)
            await say(writer, b"HTTP/1.1 401 Who\r\n\r\n")

        go = 0

        async def story(charge_point, lines, files):
            nonlocal go
            for count in (1, 2):
                await until(lambda count=count: len(arrived) >= count)
                with self.assertRaises(StatusError):
                    await load(files + "/none")
                self.assertEqual(loaded(OPENING[1:]), [])
                go = count
                await until(lambda count=count: len(lines) >= count)
            self.assertEqual(set(lines), {"link: server answered 401; again in 1 s"})

        self.play(handler, story)

    def test_a_time_out_is_still_known(self):
        async def story(charge_point, lines, files):
            from ws.client import connect

            forget(*OPENING)
            async with Server(hold) as silent:
                with self.assertRaises(TransportTimeout):
                    await connect("ws://127.0.0.1:%d/" % silent.port, timeout_ms=50)

        self.play(hold, story)

    def test_no_memory_to_connect_is_a_failed_attempt(self):
        async def story(charge_point, lines, files):
            await until(lambda: lines)
            self.assertIn("no memory", lines[0])

        async def fail():
            raise MemoryError("no memory")

        opening = Link._open
        Link._open = lambda self: fail()
        try:
            self.play(hold, story)
        finally:
            Link._open = opening


if __name__ == "__main__":
    unittest.main()
