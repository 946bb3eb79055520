"""FileSlot: verification, the mark "proven", room."""

import unittest

import samples
from loader import record, verdict
from loader.slots import FileSlot, SlotFull

BODY = samples.payload(9000)


class TestFileSlot(unittest.TestCase):
    def setUp(self):
        self.files = samples.folder()
        slot = FileSlot(self.files, "a")
        slot.append(BODY)
        slot.publish(samples.header(BODY, version=[2, 3, 4]))

    def slot(self):
        return FileSlot(self.files, "a")

    def test_an_empty_slot_says_so(self):
        empty = FileSlot(self.files, "b")
        self.assertIsNone(empty.header())
        self.assertFalse(empty.verifies() or empty.proven())
        self.assertEqual((empty.version(), empty.floor()), ((0, 0, 0), (0, 0, 0)))

    def test_a_published_slot_verifies(self):
        self.assertTrue(self.slot().verifies())
        self.assertEqual(self.slot().version(), (2, 3, 4))

    def test_damage_anywhere_is_noticed(self):
        for at in (0, 4095, 4096, 8999):
            data = bytearray(BODY)
            data[at] ^= 0x80
            self.files.write("/slots/a.rom", data)
            self.assertFalse(self.slot().verifies(), at)
        self.files.write("/slots/a.rom", BODY[:-1])
        self.assertFalse(self.slot().verifies())

    def test_proven_is_for_this_image_only(self):
        self.slot().mark_proven((2, 0, 0))
        self.assertTrue(self.slot().proven())
        self.assertEqual(self.slot().floor(), (2, 0, 0))
        other = samples.payload(9000, 5)
        self.files.write("/slots/a.rom", other)
        self.files.write("/slots/a.mf", samples.header(other))
        self.assertTrue(self.slot().verifies())
        self.assertFalse(self.slot().proven())

    def test_a_damaged_mark_proves_nothing(self):
        self.slot().mark_proven((2, 0, 0))
        mark = bytearray(self.files.read("/slots/a.ok", 100))
        mark[10] ^= 1
        self.files.write("/slots/a.ok", mark)
        self.assertFalse(self.slot().proven())
        self.assertEqual(self.slot().floor(), (0, 0, 0))

    def test_erase_leaves_nothing(self):
        slot = self.slot()
        slot.erase()
        for suffix in (".rom", ".mf", ".ok"):
            self.assertIsNone(self.files.size("/slots/a" + suffix))
        self.assertFalse(slot.verifies())

    def test_confirm_raises_the_floor_and_never_lowers_it(self):
        slots = {"a": self.slot(), "b": FileSlot(self.files, "b")}
        trial = record.Record(record.TRIAL, "a", "b")
        trial.digest, trial.floor = slots["a"].digest(), (2, 1, 0)
        for floor, want in (((2, 2, 0), (2, 2, 0)), ((1, 0, 0), (2, 1, 0))):
            confirmed = verdict.confirm(self.files, trial, slots, floor)
            self.assertEqual(confirmed.floor, want)
            self.assertEqual(record.read(self.files).floor, want)
            self.assertTrue(self.slot().proven())

    def test_a_cut_between_record_and_mark_is_made_good(self):
        slots = {"a": self.slot(), "b": FileSlot(self.files, "b")}
        trial = record.Record(record.TRIAL, "a", "b")
        trial.digest = slots["a"].digest()
        confirmed = verdict.confirm(self.files, trial, slots, (1, 0, 0))
        self.files.remove("/slots/a.ok")
        verdict.complete(confirmed, slots)
        self.assertTrue(self.slot().proven())

    def test_what_does_not_fit_gives_its_room_back(self):
        class Full:
            def write(self, data):
                raise OSError(28, "ENOSPC")  # one argument sets no errno on CPython

            def close(self):
                pass

        slot = FileSlot(self.files, "b")
        slot.append(BODY)
        slot.close()
        self.files.open = lambda path, mode: Full()
        with self.assertRaises(SlotFull):
            slot.append(BODY)
        self.assertIsNone(self.files.size("/slots/b.rom"))


if __name__ == "__main__":
    unittest.main()
