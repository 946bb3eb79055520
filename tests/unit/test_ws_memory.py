"""A WebSocket for which there is no memory ends; nothing else does, and no socket stays."""

import gc
import sys
import unittest

from asynctest import run
from net_peer import (
    Server,
    accepting,
    close_frame,
    feed,
    frame,
    hold,
    open_core,
    open_sockets,
    read_frame,
    read_head,
    sent,
    sockets_closed,
)
from net_ws import play, say
from ticks import sleep_ms
from ws import client, protocol
from ws.errors import ConnectionClosed

IS_DEVICE = sys.implementation.name == "micropython"
TOO_BIG = (protocol.FAILED, 1009, "message too big")


class Refusing:
    """Stands for a class of ``module`` for which there is no memory."""

    def __init__(self, module, name):
        self._module, self._name = module, name
        self._real = getattr(module, name)

    def __call__(self, *arguments):
        raise MemoryError

    def __enter__(self):
        setattr(self._module, self._name, self)

    def __exit__(self, *_):
        setattr(self._module, self._name, self._real)


class CoreTest(unittest.TestCase):
    def test_no_memory_to_check_a_text(self):
        core = open_core()
        core._checker.feed = Refusing(protocol, "Checker")
        self.assertEqual(feed(core, frame(1, b"x" * 600)), [TOO_BIG])
        self.assertEqual(sent(core)[0][1][:2], close_frame(1009)[2:])

    def test_what_was_not_checked_counts_as_unchecked(self):
        core = open_core()
        real = core._checker.feed
        core._checker.feed = Refusing(protocol, "Checker")
        feed(core, frame(1, b"x" * 600))
        core._checker.feed = real
        self.assertEqual(core._checked, 0)

    def test_a_text_is_checked_by_small_pieces(self):
        core = open_core()
        sizes = []
        real = core._checker.feed

        def noting(view):
            sizes.append(len(view))
            return real(view)

        core._checker.feed = noting
        text = "\u20ac" * 5000
        self.assertEqual(feed(core, frame(1, text.encode())), [(protocol.TEXT, text)])
        self.assertLessEqual(max(sizes), 512)
        self.assertEqual(sum(sizes), 15000)


class RecvTest(unittest.TestCase):
    def ends(self, fail, code):
        """recv() meets MemoryError where ``fail(w)`` puts it."""

        async def script(reader, writer):
            await say(writer, frame(1, b"x" * 9000))
            await hold(reader, writer)

        async def story(w):
            fail(w)
            with self.assertRaises(ConnectionClosed) as caught:
                await w.recv()
            self.assertEqual(caught.exception.code, code)
            with self.assertRaises(ConnectionClosed):
                await w.send("x")

        play(script, story)

    def test_no_memory_wherever(self):
        def core(w):
            w._core._step = Refusing(protocol, "Checker")

        def space(w):
            w._core.space = Refusing(protocol, "Checker")

        def stream(w):
            w._stream.readinto = Refusing(protocol, "Checker")

        self.ends(core, 1009)
        self.ends(space, 1006)
        self.ends(stream, 1006)

    def test_no_memory_to_send(self):
        async def story(w):
            with Refusing(protocol, "encode"):
                with self.assertRaises(ConnectionClosed):
                    await w.send("x")

        play(hold, story)

    def test_no_memory_to_close(self):
        async def story(w):
            with Refusing(protocol, "encode"):
                await w.close()
            self.assertEqual(w.closed.code, 1006)

        play(hold, story)

    def test_a_heap_in_crumbs(self):
        if not IS_DEVICE:
            self.skipTest("CPython has no heap of its own size")
        go = []

        async def script(reader, writer):
            while not go:
                await sleep_ms(5)
            await say(writer, message)
            while True:
                opcode, payload = await read_frame(reader)
                if opcode == 8:
                    codes.append(payload[:2])
                    return

        codes = []
        message = frame(1, b"x" * 30000)  # while there is room
        for is_whole in (True, False):  # room for the message but not its text too; in crumbs

            async def story(w, is_whole=is_whole):
                held = fill(50000 if is_whole else 15000)
                if not is_whole:
                    pair = held
                    while pair and pair[0]:  # every other one goes
                        pair[1] = None
                        pair = pair[0][0]
                go.append(1)
                try:
                    await w.recv()
                    self.fail("there was memory")
                except ConnectionClosed as error:
                    held = None
                    self.assertEqual(error.code, 1009)
                self.assertEqual(codes, [close_frame(1009)[2:]])

            go.clear()
            codes.clear()
            play(script, story)


class ConnectTest(unittest.TestCase):
    async def accept(self, reader, writer):
        writer.write(accepting(await read_head(reader)))
        await writer.drain()
        await hold(reader, writer)

    def test_no_memory_for_the_websocket(self):
        async def test():
            async with Server(self.accept) as server:
                before = open_sockets()
                with Refusing(client, "WebSocket"):
                    for _ in range(20):
                        with self.assertRaises(MemoryError):
                            await client.connect("ws://127.0.0.1:%d/" % server.port)
                self.assertTrue(await sockets_closed(before))

        run(test())


def fill(free):
    """What leaves ``free`` bytes of the heap."""
    held = None
    gc.collect()
    try:
        # In pairs: a list would want ever larger blocks itself.
        while gc.mem_free() > free:
            held = [held, bytes(600 if gc.mem_free() - free > 2000 else 40)]
    except MemoryError:
        pass
    gc.collect()
    return held


if __name__ == "__main__":
    unittest.main()
