"""Strict UTF-8 and masking."""

import unittest

from ws.frames import Checker, encode
from ws.masking import mask, mask_slow

GOOD = (
    b"",
    b"abc",
    b"\xc2\x80",
    b"\xdf\xbf",
    b"\xe0\xa0\x80",
    b"\xed\x9f\xbf",
    b"\xee\x80\x80",
    b"\xef\xbf\xbf",
    b"\xf0\x90\x80\x80",
    b"\xf4\x8f\xbf\xbf",
    b"\x00",
    b"a\xc3\xa9\xe2\x82\xacz",
)
# The first byte count after which it is known to be bad.
BAD = (
    (b"\x80", 1),
    (b"\xbf", 1),
    (b"\xc0\x80", 1),
    (b"\xc1\xbf", 1),
    (b"\xc2\x41", 2),
    (b"\xe0\x80\x80", 2),
    (b"\xe0\x9f\xbf", 2),
    (b"\xed\xa0\x80", 2),
    (b"\xed\xbf\xbf", 2),
    (b"\xe2\x82\x41", 3),
    (b"\xf0\x80\x80\x80", 2),
    (b"\xf0\x8f\xbf\xbf", 2),
    (b"\xf4\x90\x80\x80", 2),
    (b"\xf5\x80\x80\x80", 1),
    (b"\xff", 1),
    (b"\xfe", 1),
    (b"\xf8\x88\x80\x80\x80", 1),
    (b"\xed\xa0\x80\xed\xb0\x80", 2),
    (b"\xc3\xc3", 2),
)


class Utf8Test(unittest.TestCase):
    def test_good(self):
        for data in GOOD:
            for around in (b"", b"abc", b"\xe2\x82\xac"):
                whole = around + data + around
                checker = Checker()
                for i in range(len(whole)):
                    self.assertTrue(checker.feed(memoryview(whole)[i : i + 1]))
                self.assertEqual(checker.open, 0)

    def test_bad(self):
        for data, known in BAD:
            for around in (b"", b"abc", b"\xe2\x82\xac"):
                whole = around + data + around
                self.assertFalse(Checker().feed(memoryview(whole)))
                checker = Checker()
                count = 1
                while checker.feed(whole[count - 1 : count]):
                    count += 1
                self.assertEqual(count, len(around) + known)

    def test_cut(self):
        for data in GOOD:
            for end in range(1, len(data)):
                checker = Checker()
                self.assertTrue(checker.feed(data[:end]))
                whole = not data[end] & 0xC0 == 0x80
                self.assertEqual(checker.open == 0, whole)
                self.assertTrue(checker.feed(data[end:]))


class MaskTest(unittest.TestCase):
    def test_both_ways(self):
        for function in (mask, mask_slow):
            for size in range(14):
                for start in (0, 1, 6):
                    frame = bytearray(range(start + size))
                    function(frame, start, b"\x01\x80\xff\x10")
                    key = (0x01, 0x80, 0xFF, 0x10)
                    want = [
                        i if i < start else i ^ key[(i - start) % 4] for i in range(start + size)
                    ]
                    self.assertEqual(list(frame), want)

    def test_lengths(self):
        for size, head in (
            (0, b"\x81\x80"),
            (125, b"\x81\xfd"),
            (126, b"\x81\xfe\x00\x7e"),
            (65535, b"\x81\xfe\xff\xff"),
            (65536, b"\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00"),
        ):
            frame = encode(1, b"a" * size)
            self.assertEqual(bytes(frame[: len(head)]), head)
            self.assertEqual(len(frame), len(head) + 4 + size)

    def test_fresh_masks(self):
        self.assertNotEqual(encode(1, b"abc"), encode(1, b"abc"))


if __name__ == "__main__":
    unittest.main()
