"""sntp against time servers that are honest, silent, refuse or lie; on loopback."""

import unittest

from asynctest import run
from net_dns import NameServer
from net_peer import open_sockets
from sntp import TimeServerError, answer, ask, query
from ticks import ticks_diff, ticks_ms
from time_peer import NOW_S, reply_to, tells

NONCE = b"12345678"


class AnswerTest(unittest.TestCase):
    def taken(self, *args, **changes):
        return answer(reply_to(query(NONCE), *args, **changes), NONCE)

    def test_query(self):
        request = query(NONCE)
        self.assertEqual((len(request), request[0], request[40:]), (48, 0x23, NONCE))
        self.assertEqual(request[1:40], bytes(39))  # nothing of this board's own time

    def test_time(self):
        self.assertEqual(self.taken(), NOW_S)
        self.assertEqual(self.taken(NOW_S, fraction=127), NOW_S)
        self.assertEqual(self.taken(NOW_S, fraction=128), NOW_S + 1)

    def test_beyond_2036(self):
        for unix_s in (2085978495, 2085978497, 2208988800):
            self.assertEqual(self.taken(unix_s), unix_s)

    def test_versions_and_strata(self):
        for first in (0x1C, 0x24, 0x64):  # version 3, 4, with a leap second announced
            self.assertEqual(self.taken(first=first), NOW_S)
        for stratum in (1, 15):
            self.assertEqual(self.taken(stratum=stratum), NOW_S)

    def test_no_reply_to_this_request(self):
        whole = reply_to(query(NONCE))
        self.assertIsNone(answer(whole[:47], NONCE))
        self.assertIsNone(answer(b"", NONCE))
        self.assertIsNone(self.taken(nonce=b"87654321"))
        self.assertIsNone(self.taken(first=0x23))  # a client's
        self.assertIsNone(self.taken(first=0x25))  # broadcast

    def test_refused(self):
        for changes in ({"stratum": 0}, {"stratum": 16}, {"first": 0xE4}):
            with self.assertRaises(TimeServerError):
                self.taken(**changes)
        with self.assertRaises(TimeServerError):
            self.taken(None)


class AskTest(unittest.TestCase):
    def ask(self, script, timeout_ms=2000):
        """What ``ask`` gives, and the server that was asked; leaves no socket."""

        async def test():
            async with NameServer(script) as server:
                before = open_sockets()
                try:
                    return await ask("127.0.0.1", server.port, timeout_ms), server
                finally:
                    self.assertEqual(open_sockets(), before)

        return run(test())

    def test_time(self):
        found, server = self.ask(tells())
        self.assertEqual(found, NOW_S)
        self.assertEqual(len(server.questions), 1)

    def test_each_request_is_another(self):
        first, second = (self.ask(tells())[1].questions[0] for _ in range(2))
        self.assertNotEqual(first[40:], second[40:])

    def test_a_lie_is_passed_over(self):
        def script(request):
            return [
                (0, reply_to(request, 1, nonce=NONCE)),
                (0, b"rubbish"),
                (20, reply_to(request)),
            ]

        self.assertEqual(self.ask(script)[0], NOW_S)

    def test_another_port_is_not_heard(self):
        def script(request):
            return [(0, reply_to(request, 1), True), (30, reply_to(request))]

        self.assertEqual(self.ask(script)[0], NOW_S)

    def test_silence(self):
        start = ticks_ms()
        with self.assertRaises(TimeServerError):
            self.ask(lambda request: [], 100)
        self.assertLess(ticks_diff(ticks_ms(), start), 2000)

    def test_refusal(self):
        with self.assertRaises(TimeServerError):
            self.ask(tells(stratum=0))

    def test_nobody_there(self):
        async def test():
            async with NameServer(tells()) as server:
                port = server.port
            before = open_sockets()
            with self.assertRaises((TimeServerError, OSError)):
                await ask("127.0.0.1", port, 200)
            self.assertEqual(open_sockets(), before)

        run(test())


if __name__ == "__main__":
    unittest.main()
