"""The boot record: two files in turn, torn writes, foreign bytes."""

import unittest

import samples
from loader import record as r


def make(version=(1, 2, 3)):
    rec = r.Record(r.TRIAL, "b", "a", "install")
    rec.version, rec.floor = version, (1, 0, 0)
    rec.digest = bytes(range(32))
    rec.request_kind, rec.request_id = 1, 123456
    return rec


class TestRecord(unittest.TestCase):
    def setUp(self):
        self.files = samples.folder()

    def test_round_trip_keeps_every_field(self):
        r.write(self.files, make())
        self.assertEqual(r.read(self.files).__dict__, make().__dict__)

    def test_nothing_written_is_none(self):
        self.assertIsNone(r.read(self.files))

    def test_files_take_turns_and_the_newest_wins(self):
        for patch in range(5):
            before = [self.files.read(path, 100) for path in ("/slots/rec0", "/slots/rec1")]
            r.write(self.files, make((1, 0, patch)))
            after = [self.files.read(path, 100) for path in ("/slots/rec0", "/slots/rec1")]
            self.assertEqual(sum(a != b for a, b in zip(before, after)), 1)
            self.assertEqual(r.read(self.files).version, (1, 0, patch))

    def test_a_torn_newest_record_leaves_the_one_before(self):
        r.write(self.files, make((1, 0, 0)))
        r.write(self.files, make((1, 0, 1)))
        data = self.files.read("/slots/rec1", 100)
        for keep in range(len(data)):
            self.files.write("/slots/rec1", data[:keep] + b"\xff" * (len(data) - keep))
            self.assertEqual(r.read(self.files).version, (1, 0, 0), keep)

    def test_a_torn_record_is_the_one_overwritten_next(self):
        r.write(self.files, make((1, 0, 0)))
        self.files.write("/slots/rec1", b"garbage")
        r.write(self.files, make((1, 0, 2)))
        self.assertEqual(r.unpack(self.files.read("/slots/rec0", 100)).version, (1, 0, 0))
        self.assertEqual(r.read(self.files).version, (1, 0, 2))

    def test_every_flipped_bit_is_noticed(self):
        data = make().pack()
        for bit in range(len(data) * 8):
            torn = bytearray(data)
            torn[bit // 8] ^= 1 << bit % 8
            self.assertIsNone(r.unpack(bytes(torn)), bit)

    def test_wrong_lengths_are_no_record(self):
        data = make().pack()
        for other in (b"", data[:-1], data + b"\0"):
            self.assertIsNone(r.unpack(other))

    def test_home_is_previous_until_confirmed(self):
        rec = make()
        self.assertEqual(rec.home, "a")
        self.assertEqual(rec.copy(state=r.CONFIRMED).home, "b")
        self.assertEqual(rec.copy(state=r.REJECTED).home, "a")


if __name__ == "__main__":
    unittest.main()
