"""The WebSocket core: the same events whole, by small steps and byte by byte."""

import unittest

from net_peer import close_frame, feed, frame, open_core, sent
from ws.errors import ConnectionClosed
from ws.protocol import BINARY, CLOSED, FAILED, PING, PONG, TEXT

STEPS = (1, 2, 7, 513, 100000)


class ProtocolTest(unittest.TestCase):
    def check(self, data, events, answers=(), limit=65536):
        for step in STEPS:
            with self.subTest(step=step):
                core = open_core(limit)
                self.assertEqual(feed(core, data, step), events)
                self.assertEqual(sent(core), list(answers))

    def fails(self, data, code, before=(), limit=65536):
        for step in STEPS:
            with self.subTest(data=data[:20], step=step):
                core = open_core(limit)
                events = feed(core, data + frame(1, b"never seen"), step)
                self.assertEqual(events[:-1], list(before))
                self.assertEqual(events[-1][:2], (FAILED, code))
                answers = sent(core)
                self.assertEqual(answers[-1][0], 8)
                self.assertEqual(answers[-1][1][:2], bytes((code >> 8, code & 255)))
                with self.assertRaises(ConnectionClosed):
                    core.message("x")

    def test_messages(self):
        for size in (0, 1, 125, 126, 127, 500, 511, 512, 513, 1024, 65535, 65536):
            text = "x" * size
            self.check(frame(1, text.encode()) * 2, [(TEXT, text), (TEXT, text)])
            self.check(frame(2, text.encode()), [(BINARY, text.encode())])

    def test_text_is_unicode(self):
        text = "h\u00e9llo \u20ac \U0001f600" * 60
        self.check(frame(1, text.encode()), [(TEXT, text)])

    def test_fragments(self):
        data = frame(1, b"Hel", False) + frame(0, b"", False) + frame(0, b"lo")
        self.check(data + frame(1, b"!"), [(TEXT, "Hello"), (TEXT, "!")])
        self.check(frame(1, b"", False) + frame(0, b""), [(TEXT, "")])
        self.check(
            frame(2, b"a" * 600, False) + frame(0, b"b" * 600), [(BINARY, b"a" * 600 + b"b" * 600)]
        )

    def test_many_small_fragments(self):
        data = frame(1, b"a", False) + frame(0, b"b", False) * 2000 + frame(0, b"c")
        core = open_core()
        self.assertEqual(feed(core, data), [(TEXT, "a" + "b" * 2000 + "c")])

    def test_control_frames_between_fragments(self):
        data = (
            frame(1, b"Hel", False)
            + frame(9, b"p1")
            + frame(10, b"late")
            + frame(9)
            + frame(0, b"lo")
        )
        self.check(
            data,
            [(PING, b"p1"), (PONG, b"late"), (PING, b""), (TEXT, "Hello")],
            [(10, b"p1"), (10, b"")],
        )

    def test_ping_answers(self):
        self.check(frame(9, b"x" * 125), [(PING, b"x" * 125)], [(10, b"x" * 125)])
        pings = b"".join(frame(9, b"%d" % i) for i in range(10))
        self.check(
            pings, [(PING, b"%d" % i) for i in range(10)], [(10, b"%d" % i) for i in range(10)]
        )

    def test_utf8_split_over_fragments(self):
        data = "a\u20ac\U0001f600".encode()
        for cut in range(len(data) + 1):
            self.check(
                frame(1, data[:cut], False) + frame(9) + frame(0, data[cut:]),
                [(PING, b""), (TEXT, data.decode())],
                [(10, b"")],
            )

    def test_close(self):
        self.check(
            close_frame(1001, b"bye") + b"junk\xff", [(CLOSED, 1001, "bye")], [(8, b"\x03\xe9")]
        )
        self.check(frame(8) + frame(1, b"x"), [(CLOSED, 1005, "")], [(8, b"")])
        for code in (1000, 1003, 1007, 1011, 1012, 1014, 3000, 4999):
            self.check(close_frame(code), [(CLOSED, code, "")], [(8, close_frame(code)[2:])])

    def test_close_answered(self):
        core = open_core()
        core.close(1000, "done")
        core.close(1001)
        self.assertEqual(sent(core), [(8, b"\x03\xe8done")])
        for say in (core.message, core.ping):
            with self.assertRaises(ConnectionClosed):
                say(b"x")
        data = frame(9) + frame(1, b"late") + close_frame(1000)
        self.assertEqual(feed(core, data), [(PING, b""), (TEXT, "late"), (CLOSED, 1000, "")])
        self.assertEqual(sent(core), [])

    def test_close_reason_is_cut_to_whole_characters(self):
        core = open_core()
        core.close(1000, "a" + "\U0001f600" * 50)
        payload = sent(core)[0][1]
        self.assertLessEqual(len(payload), 125)
        self.assertEqual(payload[2:].decode(), "a" + "\U0001f600" * 29)

    def test_sends(self):
        core = open_core()
        core.message("h\u00e9")
        core.message(b"\xff")
        core.ping(b"p")
        core.ping()
        self.assertEqual(sent(core), [(1, b"h\xc3\xa9"), (2, b"\xff"), (9, b"p"), (9, b"")])

    def test_bad_headers(self):
        for bits in (0x40, 0x20, 0x10):
            self.fails(frame(1, b"x", bits=bits), 1002)
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
            self.fails(frame(opcode), 1002)
        self.fails(b"\x81\x81abcdx", 1002)
        self.fails(frame(9, b"", False), 1002)
        self.fails(frame(8, b"", False), 1002)
        self.fails(frame(9, b"x" * 126), 1002)
        self.fails(frame(8, b"x" * 126), 1002)
        self.fails(frame(0, b"x"), 1002)
        self.fails(frame(0, b"x", False), 1002)
        self.fails(frame(1, b"x", False) + frame(1, b"y"), 1002)
        self.fails(frame(1, b"x", False) + frame(2, b"y"), 1002)
        self.fails(frame(1, b"x") + frame(0, b"y"), 1002, [(TEXT, "x")])

    def test_bad_lengths(self):
        self.fails(b"\x81\x7e\x00\x7d" + b"x" * 125, 1002)
        self.fails(b"\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff", 1002)
        self.fails(b"\x81\x7f\x80\x00\x00\x00\x00\x01\x00\x00", 1002)
        self.fails(b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 1002)

    def test_too_big(self):
        self.check(frame(1, b"x" * 1000), [(TEXT, "x" * 1000)], limit=1000)
        self.fails(frame(1, b"x" * 1001), 1009, limit=1000)
        self.fails(b"\x82\x7f\x7f" + b"\xff" * 7, 1009)
        self.fails(frame(1, b"x" * 600, False) + frame(0, b"x" * 401), 1009, limit=1000)
        self.fails(
            frame(1, b"x" * 600, False) + frame(9) + frame(0, b"x" * 401),
            1009,
            [(PING, b"")],
            1000,
        )

    def test_bad_utf8(self):
        for bad in (b"\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
            self.fails(frame(1, b"ok" + bad), 1007)
            self.fails(frame(1, b"ok", False) + frame(0, bad), 1007)
            self.fails(frame(1, b"x" * 700 + bad), 1007)

    def test_bad_utf8_is_seen_before_the_message_ends(self):
        core = open_core()
        self.assertEqual(feed(core, frame(1, b"a\xed\xa0", False))[0][:2], (FAILED, 1007))
        core = open_core()
        self.assertEqual(
            feed(core, frame(1, b"a\xed\xa0" + b"x" * 1000)[:10])[0][:2], (FAILED, 1007)
        )

    def test_binary_is_not_checked(self):
        self.check(frame(2, b"\x80\xff" * 400), [(BINARY, b"\x80\xff" * 400)])

    def test_bad_close(self):
        self.fails(frame(8, b"\x03"), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
            self.fails(close_frame(code), 1002)
        self.fails(close_frame(1000, b"\xed\xa0\x80"), 1007)

    def test_a_failed_connection_takes_any_more_bytes(self):
        core = open_core()
        self.assertEqual(len(feed(core, frame(3) + bytes(range(256)) * 100)), 1)
        self.assertEqual(len(sent(core)), 1)


if __name__ == "__main__":
    unittest.main()
