"""The resolver against name servers that are silent, lie, are slow, or are honest; on loopback."""

import asyncio
import unittest

import transport
from asynctest import run
from loop_watch import LoopWatch
from net_dns import NameServer, a_record, reply_to, says, silent
from net_peer import Server, open_sockets, sockets_closed
from resolver import Resolver
from resolver.dns import query
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import ConnectError, ResolveError

HOST = "csms.example"
LIE = a_record("192.0.2.66")
TRUTH = a_record("192.0.2.1")


def resolver_of(server, *hosts):
    return Resolver(lambda: hosts or ("127.0.0.1",), server.port)


class ResolverTest(unittest.TestCase):
    def ask(self, script, timeout_ms=10000, times=1):
        """What the resolver finds and the server that was asked; leaves no socket."""

        async def test():
            async with NameServer(script) as server:
                before = open_sockets()
                resolver = resolver_of(server)
                for _ in range(times):
                    found = await resolver.resolve(HOST, timeout_ms)
                self.assertEqual(open_sockets(), before)
            return found, server

        return run(test())

    def fails(self, script, error=ResolveError, timeout_ms=150):
        async def test():
            async with NameServer(script) as server:
                before = open_sockets()
                start = ticks_ms()
                with self.assertRaises(error) as caught:
                    await resolver_of(server).resolve(HOST, timeout_ms)
                self.assertLess(ticks_diff(ticks_ms(), start), timeout_ms + 1000)
                self.assertEqual(open_sockets(), before)
                self.assertIn(HOST, str(caught.exception))

        run(test())

    def test_honest(self):
        found, server = self.ask(says("192.0.2.1"))
        self.assertEqual(found, "192.0.2.1")
        number = server.questions[0][:2]
        self.assertEqual(server.questions, [query(HOST, number)])

    def test_one_of_several(self):
        async def test():
            async with NameServer(says("192.0.2.1", "192.0.2.2")) as server:
                resolver = resolver_of(server)
                found = []
                for _ in range(40):
                    found.append(await resolver.resolve(HOST))
                return set(found)

        self.assertEqual(sorted(run(test())), ["192.0.2.1", "192.0.2.2"])

    def test_ids_and_ports_are_random(self):
        _, server = self.ask(says("192.0.2.1"), times=20)
        numbers = {question[:2] for question in server.questions}
        self.assertGreater(len(numbers), 17)
        self.assertGreater(len(set(server.senders)), 17)
        low = sorted(question[0] for question in server.questions)
        self.assertGreater(low[-1] - low[0], 64)

    def test_silent(self):
        self.fails(silent)

    def test_lies_alone(self):
        for script in (
            lambda q: [(0, reply_to(q, LIE, number=bytes((q[0] ^ 1, q[1]))))],  # wrong id
            lambda q: [(0, reply_to(query("evil.example", q[:2]), LIE))],  # wrong question
            lambda q: [(0, reply_to(q, LIE), True)],  # wrong port
            lambda q: [(0, q)],
            lambda q: [(0, b"")],
            lambda q: [(0, bytes(600))],
        ):
            self.fails(script)

    def test_truth_after_lies(self):
        def script(question):
            lies = [(0, reply_to(question, LIE), True)]
            for number in range(40):
                lies.append((0, reply_to(question, LIE, number=bytes((number, question[1] ^ 1)))))
            lies.append((0, reply_to(query("evil.example", question[:2]), LIE)))
            return lies + [(30, reply_to(question, TRUTH))]

        self.assertEqual(self.ask(script)[0], "192.0.2.1")

    def test_neither_silence_nor_a_flood_of_lies_blocks_the_loop(self):
        def flood(question):
            return [(0, reply_to(question, *[LIE] * 25, number=b"xx"))] * 3000

        async def worst_us(script):
            async with NameServer(script) as server, LoopWatch() as watch:
                with self.assertRaises(ResolveError):
                    await resolver_of(server).resolve(HOST, 200)
            return watch.worst_us

        for script in (silent, flood):
            # The least of three: a block happens each time, a busy machine now and then.
            found = [run(worst_us(script)) for _ in range(3)]
            self.assertLess(min(found), 20000)

    def test_refusals(self):
        for script in (
            lambda q: [(0, reply_to(q, TRUTH, flags=b"\x83\x80"))],  # cut off
            lambda q: [(0, reply_to(q, TRUTH)[:-1])],
            lambda q: [(0, reply_to(q, TRUTH, b"x" * 600))],
            lambda q: [(0, reply_to(q, flags=b"\x81\x82"))],
        ):
            self.fails(script, timeout_ms=5000)
        self.fails(lambda q: [(0, reply_to(q, flags=b"\x81\x83"))], timeout_ms=5000)

    def test_slow(self):
        self.assertEqual(self.ask(lambda q: [(300, reply_to(q, TRUTH))])[0], "192.0.2.1")
        self.fails(lambda q: [(400, reply_to(q, TRUTH))])

    def test_reply_to_the_first_try_is_none_to_the_second(self):
        # The first try ends with a malformed reply; the second has another id.
        first = []

        def script(question):
            first.append(question)
            return [(0, reply_to(first[0], LIE if len(first) > 1 else b""))] + (
                [(0, reply_to(question, TRUTH))] if len(first) > 1 else []
            )

        self.assertEqual(self.ask(script, 5000)[0], "192.0.2.1")

    def test_second_server_when_the_first_is_silent(self):
        async def test():
            async with NameServer(silent) as first:
                async with NameServer(says("192.0.2.1"), "127.0.0.2", first.port) as second:
                    start = ticks_ms()
                    found = await resolver_of(first, "127.0.0.1", "127.0.0.2").resolve(HOST)
                    self.assertEqual(found, "192.0.2.1")
                    elapsed_ms = ticks_diff(ticks_ms(), start)
                    self.assertTrue(1900 < elapsed_ms < 3000, elapsed_ms)
                    self.assertEqual((len(first.questions), len(second.questions)), (1, 1))

        run(test())

    def test_second_server_when_the_first_is_not_there(self):
        async def test():
            async with NameServer(says("192.0.2.1"), "127.0.0.2") as server:
                start = ticks_ms()
                resolver = resolver_of(server, "127.0.0.1", "127.0.0.2")
                self.assertEqual(await resolver.resolve(HOST), "192.0.2.1")
                self.assertLess(ticks_diff(ticks_ms(), start), 1500)
                before = open_sockets()
                for hosts in (("127.0.0.1",), ("300.1.1.1",), ("",)):
                    with self.assertRaises(ResolveError):
                        await resolver_of(server, *hosts).resolve(HOST, 100)
                self.assertEqual(open_sockets(), before)

        run(test())

    def test_last_address_outlives_the_server(self):
        async def test():
            async with NameServer(says("192.0.2.1")) as server:
                resolver = resolver_of(server)
                self.assertEqual(await resolver.resolve(HOST), "192.0.2.1")
            self.assertEqual(await resolver.resolve(HOST, 100), "192.0.2.1")
            with self.assertRaises(ResolveError):
                await resolver.resolve("other.example", 100)
            async with NameServer(silent, port=server.port):
                self.assertEqual(await resolver.resolve(HOST, 100), "192.0.2.1")
            # A router whose own line is down says so of every name: not for good.
            for flags in (b"\x81\x83", b"\x81\x80", b"\x81\x85"):
                denial = lambda q, flags=flags: [(0, reply_to(q, flags=flags))]  # noqa: E731
                async with NameServer(denial, port=server.port):
                    start = ticks_ms()
                    self.assertEqual(await resolver.resolve(HOST, 5000), "192.0.2.1")
                    self.assertLess(ticks_diff(ticks_ms(), start), 1500)
                    with self.assertRaises(ResolveError):
                        await resolver.resolve("other.example", 5000)
            async with NameServer(says("192.0.2.9"), port=server.port):
                self.assertEqual(await resolver.resolve(HOST), "192.0.2.9")

        run(test())

    def test_few_names_are_kept(self):
        async def test():
            async with NameServer(says("192.0.2.1")) as server:
                resolver = resolver_of(server)
                await resolver.resolve(HOST)
                for number in range(40):
                    await resolver.resolve("h%d.example" % (number // 2))
                self.assertEqual(len(resolver._kept), 4)
            # The first, the central system's, and the newest.
            for host in (HOST, "h17.example", "h18.example", "h19.example"):
                self.assertEqual(await resolver.resolve(host, 50), "192.0.2.1")
            with self.assertRaises(ResolveError):
                await resolver.resolve("h16.example", 50)

        run(test())

    def test_without_a_server(self):
        async def test():
            for host in (HOST, "localhost", "192.0.2.1", "::1"):
                self.assertEqual(await Resolver(lambda: ()).resolve(host), host)

        run(test())

    def test_cancelled(self):
        async def test():
            async with NameServer(silent) as server:
                before = open_sockets()
                for wait_ms in (0, 1, 5, 20):
                    task = asyncio.create_task(resolver_of(server).resolve(HOST))
                    await sleep_ms(wait_ms)
                    task.cancel()
                    with self.assertRaises(asyncio.CancelledError):
                        await task
                self.assertEqual(open_sockets(), before)

        run(test())


class TransportTest(unittest.TestCase):
    """transport.connect with a resolver in use."""

    def play(self, script, client):
        async def hello(reader, writer):
            writer.write(b"hello")
            await writer.drain()

        async def test():
            async with NameServer(script) as names, Server(hello) as server:
                resolver = resolver_of(names)

                def connect(host, port, timeout_ms=3000):
                    return transport.connect(host, port, None, timeout_ms, resolver=resolver)

                before = open_sockets()
                await client(names, server, connect)
                self.assertTrue(await sockets_closed(before))

        run(test())

    def test_connect_by_name(self):
        async def client(names, server, connect):
            stream = await connect(HOST, server.port)
            view = memoryview(bytearray(9))
            self.assertEqual(await stream.readinto(view, 3000), 5)
            stream.abort()
            self.assertEqual(len(names.questions), 1)

        self.play(says("127.0.0.1"), client)

    def test_an_address_is_not_asked_for(self):
        async def client(names, server, connect):
            for host in ("127.0.0.1", "localhost"):
                stream = await connect(host, server.port)
                stream.abort()
            self.assertEqual(names.questions, [])

        self.play(says("192.0.2.1"), client)

    def test_what_only_looks_like_an_address_is(self):
        async def client(names, server, connect):
            for host in ("1.2.3", "1.2.3.256", "1.2.3.4.5", "1.2.3.x", "1"):
                with self.assertRaises(ResolveError):
                    await connect(host, server.port)
            self.assertEqual(len(names.questions), 5)

        self.play(lambda q: [(0, reply_to(q, flags=b"\x81\x83"))], client)

    def test_no_answer_in_time(self):
        async def client(names, server, connect):
            start = ticks_ms()
            with self.assertRaises(transport.TransportError):
                await connect(HOST, server.port, 200)
            self.assertLess(ticks_diff(ticks_ms(), start), 1200)

        self.play(silent, client)

    def test_nobody_at_that_address(self):
        async def client(names, server, connect):
            with self.assertRaises(ConnectError):
                await connect(HOST, names.port)

        self.play(says("127.0.0.1"), client)


if __name__ == "__main__":
    unittest.main()
