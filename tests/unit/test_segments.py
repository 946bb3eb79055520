"""The queue in segment files: order, room, torn and failed appends."""

import unittest

from charge_bench import MemoryFiles
from firmware.ocpp16.segments import SEGMENT, Segments, path, sealed, unsealed


class SegmentsTest(unittest.TestCase):
    def setUp(self):
        self.files = MemoryFiles()
        self.segments = Segments(self.files, "p-")

    def test_seal(self):
        self.assertEqual(unsealed(sealed("S 1 2 {}")), "S 1 2 {}")
        self.assertEqual(unsealed(sealed("S 1 2 é")), "S 1 2 é")
        line = sealed("M 1 2 3")
        for index in range(len(line)):
            for other in (b" ", b"\x00", b"\xff"):
                damaged = line[:index] + other + line[index + 1 :]
                if damaged != line:
                    self.assertEqual(unsealed(damaged), "", damaged)
            self.assertEqual(unsealed(line[:index]), "")

    def test_first_in_first_out_over_segments(self):
        texts = ["M %d 1 %s" % (index, "x" * 100) for index in range(200)]
        for index in range(0, 200, 4):
            self.segments.append(texts[index : index + 4])
        self.assertGreater(self.segments.last, 5)
        for data in self.files.data.values():
            self.assertLessEqual(len(data), SEGMENT)
        for text in texts:
            self.assertEqual(self.segments.peek(), text)
            self.segments.drop()
            self.segments.clean()
        self.assertIsNone(self.segments.peek())
        self.assertEqual((self.segments.count, self.segments.used), (0, 1))
        self.assertEqual(len(self.files.data), 1)

    def test_queue_that_is_empty_now_and_then_stays_small(self):
        for index in range(100):
            self.segments.append(["S %d 1 %s" % (index, "x" * 100)])
            self.segments.drop()
            self.segments.clean()
            self.assertLess(len(self.files.data[path(self.segments.last)]), 600)
        self.assertEqual(len(self.files.data), 1)

    def test_failed_append_changes_nothing_but_may_leave_a_torn_line(self):
        self.segments.append(["M 1 1 a"])
        write = self.files.write

        def torn(name, data):
            write(name, data[:-3])
            raise OSError(28)

        self.files.write = torn
        with self.assertRaises(OSError):
            self.segments.append(["M 2 1 b"])
        self.assertEqual(self.segments.count, 1)
        self.files.write = write
        self.segments.append(["M 2 1 b"])
        for text in ("M 1 1 a", "M 2 1 b"):
            self.assertEqual(self.segments.peek(), text)
            self.segments.drop()

    def test_append_that_failed_too_late_counts(self):
        write = self.files.write

        def late(name, data):
            write(name, data)
            raise OSError(5)

        self.files.write = late
        self.segments.append(["M 1 1 a"])
        self.assertEqual(self.segments.count, 1)


if __name__ == "__main__":
    unittest.main()
