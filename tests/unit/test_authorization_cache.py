"""The authorization cache: what it keeps, how much, how long, and how often it writes."""

import json
import unittest

from charge_bench import MemoryFiles
from firmware.ocpp16.authorization_cache import PATH, clear, find, learn

NOW_S = 1767225600
LATER = "2026-01-02T00:00:00Z"


class CacheTest(unittest.TestCase):
    def setUp(self):
        self.files = MemoryFiles()

    def learn(self, idTag, status="Accepted", **fields):
        fields["status"] = status
        learn(self.files, idTag, fields)

    def find(self, idTag, now_s=NOW_S):
        return find(self.files, idTag, now_s)

    def size(self):
        return json.loads(self.files.data[PATH])["cards"].count("\n") - 1

    def test_keeps_what_it_hears(self):
        self.assertIsNone(self.find("A"))
        self.learn("A", parentIdTag="P")
        self.learn("B", "Blocked")
        self.assertEqual(self.find("A"), ("Accepted", "P"))
        self.assertEqual(self.find("a"), ("Accepted", "P"))
        self.assertEqual(self.find("B"), ("Blocked", None))
        self.learn("A", "Invalid")
        self.assertEqual(self.find("A"), ("Invalid", None))
        self.assertEqual(self.size(), 2)
        clear(self.files)
        self.assertIsNone(self.find("A"))

    def test_only_whole_identifiers(self):
        self.learn("ABC")
        for idTag in ("AB", "BC", "A", "", "ABC\t", "ABC\tAccepted", "\n", "ABCD", "accepted"):
            self.assertIsNone(self.find(idTag), idTag)

    def test_expires(self):
        self.learn("A", expiryDate=LATER)
        self.assertEqual(self.find("A", NOW_S + 86399)[0], "Accepted")
        self.assertEqual(self.find("A", NOW_S + 86400)[0], "Expired")

    def test_what_is_nothing_to_keep(self):
        self.learn("A", "ConcurrentTx")
        self.learn("A", "Nonsense")
        self.learn("A", 5)
        learn(self.files, "A", {})
        for idTag in ("A\tB", "A\nB", "\n", "\t"):
            self.learn(idTag)
        self.learn("B", parentIdTag="x\ny")
        self.learn("C", parentIdTag="p" * 21)
        self.assertEqual(self.files.writes, 0)

    def test_a_card_in_use_elsewhere_is_still_a_good_one(self):
        self.learn("A")
        self.learn("A", "ConcurrentTx")
        self.assertEqual(self.find("A")[0], "Accepted")

    def test_is_bounded(self):
        for number in range(200):
            self.learn("%020d" % number, parentIdTag="P" * 20, expiryDate=LATER)
        self.assertEqual(self.size(), 50)
        self.assertLess(len(self.files.data[PATH]), 4096)
        self.assertIsNone(self.find("%020d" % 149))
        self.assertIsNotNone(self.find("%020d" % 150))

    def test_the_bad_ones_go_first(self):
        for number in range(49):
            self.learn("T%d" % number)
        self.learn("BAD", "Blocked")
        self.learn("NEW")
        self.assertIsNone(self.find("BAD"))
        self.assertIsNotNone(self.find("T0"))
        self.learn("NEWER")
        self.assertIsNone(self.find("T0"))
        self.assertEqual(self.size(), 50)

    def test_what_is_used_stays(self):
        for number in range(200):
            self.learn("T%d" % number)
            self.learn("DAILY")
        self.assertIsNotNone(self.find("DAILY"))

    def test_writes_only_what_changes(self):
        for number in range(50):
            self.learn("T%d" % number)
        before = self.files.writes
        for _ in range(10):
            for number in range(40, 50):
                self.learn("T%d" % number)
        self.assertEqual(self.files.writes, before)

    def test_unreadable_files_are_empty(self):
        for data in (
            b"", b"x", b"[]", b"{}", b"null", b'{"cards":5}', b'{"cards":""}',
            b'{"cards":"a"}', b'{"cards":"\\n"}', b'{"cards":"\\na\\tAccepted\\n"}',
            b'{"cards":"\\na\\tAccepted\\tx\\t\\n"}', b'{"cards":["a"]}', b'{"cards":{}}',
            b'{"schema":1,"cards":"\\n' + b"a\\tAccepted\\t\\t\\n" * 60 + b'"}', b"\xff\xfe",
        ):  # fmt: skip
            self.files.data[PATH] = data
            self.assertIsNone(self.find("a"), data)
            self.learn("a")
            self.assertIsNotNone(self.find("a"), data)

    def test_a_later_schema_is_read(self):
        self.learn("A")
        state = json.loads(self.files.data[PATH])
        self.assertEqual(state["schema"], 1)
        state["more"] = {"x": 1}
        self.files.data[PATH] = json.dumps(state).encode()
        self.assertIsNotNone(self.find("A"))


if __name__ == "__main__":
    unittest.main()
