"""DNS questions and replies as bytes: what is believed, refused, or not for us."""

import unittest

from net_dns import a_record, record, reply_to, wire_name
from resolver.dns import NoAddress, answer, query
from transport import ResolveError

QUESTION = query("csms.example", b"\x12\x34")
HERE = b"\xc0\x0c"


def pointer(at):
    return bytes((0xC0 | at >> 8, at & 255))


def alias(owner, target):
    return record(owner, 5, target)


class QueryTest(unittest.TestCase):
    def test_bytes(self):
        expected = b"\x12\x34\1\0\0\1\0\0\0\0\0\0\4csms\7example\0\0\1\0\1"
        self.assertEqual(QUESTION, expected)
        self.assertEqual(query("csms.example.", b"\x12\x34"), expected)

    def test_what_is_no_name(self):
        for host in ("", ".", "a..b", ".a", "x" * 64, "x." * 127 + "xx", "a." * 200):
            with self.assertRaises(ResolveError):
                query(host, b"12")

    def test_longest(self):
        self.assertEqual(len(query("x" * 63 + ".y", b"12")), 12 + 67 + 4)
        self.assertEqual(len(query("x." * 126 + "x", b"12")), 12 + 255 + 4)


class AnswerTest(unittest.TestCase):
    def good(self, *records, **options):
        return answer(reply_to(QUESTION, *records, **options), QUESTION)

    def bad(self, error, *records, **options):
        with self.assertRaises(error):
            self.good(*records, **options)

    def test_addresses(self):
        self.assertEqual(self.good(a_record("192.0.2.1")), ["192.0.2.1"])
        self.assertEqual(
            self.good(a_record("192.0.2.1"), a_record("0.0.0.255", wire_name("csms.example"))),
            ["192.0.2.1", "0.0.0.255"],
        )
        self.assertEqual(
            self.good(a_record("192.0.2.1", wire_name("cSms.EXAMPLE"))), ["192.0.2.1"]
        )

    def test_question_in_another_case_is_ours(self):
        reply = reply_to(QUESTION, a_record("192.0.2.1"))
        reply = reply[:12] + reply[12:].upper()
        self.assertEqual(answer(reply, QUESTION), ["192.0.2.1"])

    def test_not_for_us(self):
        good = reply_to(QUESTION, a_record("192.0.2.1"))
        other = query("evil.example", b"\x12\x34")
        for reply in (
            b"",
            good[:12],
            good[:20],
            b"\x12\x35" + good[2:],  # id
            good[:2] + b"\1" + good[3:],  # a question
            good[:2] + b"\x89" + good[3:],  # another operation
            good[:5] + b"\0" + good[6:],  # questions
            good[:5] + b"\2" + good[6:],
            reply_to(other, a_record("192.0.2.1")),
            good.replace(b"\0\1\0\1", b"\0\x1c\0\1"),  # asks for AAAA
            QUESTION,
        ):
            self.assertIsNone(answer(reply, QUESTION), reply)

    def test_servers_verdicts(self):
        self.bad(NoAddress, flags=b"\x81\x83")
        for code in (1, 2, 4, 5, 15):
            self.bad(ResolveError, flags=bytes((0x81, 0x80 | code)))
        self.bad(ResolveError, a_record("192.0.2.1"), flags=b"\x83\x80")  # cut off
        self.bad(NoAddress)

    def test_records_that_do_not_count(self):
        for each in (
            a_record("192.0.2.1", wire_name("evil.example")),
            record(HERE, 1, b"\1\2\3\4", 3),  # another class
            record(HERE, 28, bytes(16)),
            record(HERE, 16, b"\3txt"),
        ):
            self.bad(NoAddress, each)
            self.assertEqual(self.good(each, a_record("192.0.2.1")), ["192.0.2.1"])

    def test_aliases(self):
        www, cdn = wire_name("www.example"), wire_name("cdn.example")
        chain = [alias(HERE, www), alias(www, cdn), a_record("192.0.2.7", cdn)]
        self.assertEqual(self.good(*chain), ["192.0.2.7"])
        chain.reverse()
        self.assertEqual(self.good(*chain), ["192.0.2.7"])
        self.bad(NoAddress, *chain[1:])
        self.bad(NoAddress, chain[0], chain[2])

    def test_alias_compressed_into_the_question(self):
        self.assertEqual(
            self.good(
                alias(HERE, b"\1x" + pointer(17)), a_record("192.0.2.7", wire_name("x.example"))
            ),
            ["192.0.2.7"],
        )

    def test_aliases_without_end(self):
        www = wire_name("www.example")
        self.bad(NoAddress, alias(HERE, HERE))
        self.bad(NoAddress, alias(HERE, www), alias(www, HERE))
        names = [b"\1%c\0" % (97 + i) for i in range(12)]
        for links, is_followed in ((8, True), (9, False)):
            chain = [alias(HERE, names[1])]
            for i in range(1, links):
                chain.append(alias(names[i], names[i + 1]))
            chain.append(a_record("192.0.2.7", names[links]))
            if is_followed:
                self.assertEqual(self.good(*chain), ["192.0.2.7"])
            else:
                self.bad(NoAddress, *chain)

    def test_compression(self):
        end = len(QUESTION)
        # To itself, to its own start over labels, ahead, past the end.
        for owner in (pointer(end), b"\1a" + pointer(end), pointer(end + 9), pointer(0x3FFF)):
            self.bad(ResolveError, a_record("192.0.2.1", owner))
        two = a_record("192.0.2.1", pointer(end + 2)) + a_record("192.0.2.1", pointer(end))
        self.bad(ResolveError, two, b"")
        for size in (0x40, 0x80, 0xBF):
            self.bad(ResolveError, a_record("192.0.2.1", bytes((size,)) + b"\x0c"))
        with self.assertRaises(ResolveError):
            answer(
                reply_to(QUESTION, b"")[:7] + b"\1" + bytes(4) + QUESTION[12:] + b"\xc0", QUESTION
            )

    def test_name_too_long(self):
        self.bad(ResolveError, a_record("192.0.2.1", (b"\x3f" + b"x" * 63) * 5 + b"\0"))

    def test_malformed_data(self):
        for data in (b"", b"\1\2\3", b"\1\2\3\4\5"):
            self.bad(ResolveError, record(HERE, 1, data))
        self.bad(ResolveError, record(HERE, 5, wire_name("a.b") + b"x"))
        self.bad(ResolveError, record(HERE, 5, b"\1"))
        self.bad(ResolveError, record(HERE, 16, b"abc")[:-1])

    def test_cut_anywhere(self):
        whole = reply_to(
            QUESTION, alias(HERE, wire_name("a.b")), a_record("192.0.2.1", wire_name("a.b"))
        )
        self.assertEqual(answer(whole, QUESTION), ["192.0.2.1"])
        for size in range(len(whole)):
            try:
                self.assertIsNone(answer(whole[:size], QUESTION))
                self.assertLess(size, len(QUESTION))
            except ResolveError:
                pass

    def test_more_records_announced_than_there_are(self):
        whole = reply_to(QUESTION, a_record("192.0.2.1"))
        with self.assertRaises(ResolveError):
            answer(whole[:6] + b"\xff\xff" + whole[8:], QUESTION)


if __name__ == "__main__":
    unittest.main()
