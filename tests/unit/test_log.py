"""The log: what is kept of it on flash, how it rolls, and what of it is uploaded."""

import gc
import sys
import unittest

from firmware import log as log_module
from firmware.log import FILE_BYTES, FILES, VERSIONS, Log
from firmware.log_report import Report
from firmware.ocpp16.clock import Clock, format_iso
from loader.files import Files
from ticks import ticks_add

ROOT = "/tmp/ucharge_log_test"
START_S = 1767225600  # 2026-01-01T00:00:00Z
PERIOD_MS = 1 << 30


class BrokenFiles(Files):
    broken = False

    def open(self, path, mode):
        if self.broken:
            raise OSError(5)
        return super().open(path, mode)


class LogTest(unittest.TestCase):
    def setUp(self):
        self.files = BrokenFiles(ROOT)
        for folder in ("", "/state", "/state/log"):
            self.files.mkdir(folder)
        for path in FILES + (VERSIONS, "/state/crash.log"):
            self.files.remove(path)
        self.now_ms = 5000
        self._ticks_ms = log_module.ticks_ms
        log_module.ticks_ms = lambda: self.now_ms
        log_module.print = lambda text: None
        self.power_up()

    def tearDown(self):
        log_module.ticks_ms = self._ticks_ms
        del log_module.print

    def power_up(self, unix_s=None):
        self.log = Log(self.files)
        self.log.clock = Clock(self.now_ms)
        if unix_s is not None:
            self.log.clock.set(format_iso(unix_s), self.now_ms)

    def held(self, path=FILES[0]):
        return self.files.read(path, 100000)

    def report(self, start_s=None, stop_s=None):
        return self.report_bytes(start_s, stop_s).decode()

    def report_bytes(self, start_s=None, stop_s=None, size=100):
        report = Report(self.files, b"title\n", start_s, stop_s)
        out = bytearray()
        buffer = bytearray(size)
        while True:
            count = report.readinto(memoryview(buffer))
            if not count:
                break
            out += buffer[:count]
        self.assertEqual(len(out), report.length)
        return bytes(out)

    def logged(self, start_s=None, stop_s=None):
        return self.report(start_s, stop_s).split("-- log\n")[1].split("\n")[:-1]

    def test_lines_wait_for_a_minute_and_then_lie_on_flash(self):
        self.log("one")
        self.now_ms += 59000
        self.log("two")
        self.log.tick(self.now_ms)
        self.assertIsNone(self.held())
        self.now_ms += 1000
        self.log.tick(self.now_ms)
        self.assertEqual(self.held(), b"#0\n=0 65\n5.000 one\n64.000 two\n")
        self.now_ms += 120000
        self.log.tick(self.now_ms)
        self.assertEqual(len(self.held()), 30)

    def test_a_full_buffer_is_written_at_once(self):
        for number in range(40):
            self.log("line %02d " % number + "x" * 40)
        self.assertGreater(len(self.held()), 900)
        self.log.flush()
        for number in range(40):
            self.assertIn(b"line %02d " % number, self.held())

    def test_odd_text_can_not_forge_lines(self):
        self.log("a\nb\r\x00\u00e4 " + "y" * 500)
        self.log.flush()
        lines = self.held().split(b"\n")
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[2][:12], b"5.000 a?b???")
        self.assertEqual(len(lines[2]), 200)

    def test_times_of_day_and_the_range(self):
        self.log("before the clock was set")
        self.now_ms += 2000
        self.log.clock.set(format_iso(START_S), self.now_ms)
        self.log("set")
        self.log.flush()
        self.now_ms += 100000
        self.log("later")
        self.log.flush()
        self.assertEqual(
            self.logged(),
            [
                "2025-12-31T23:59:58Z 5.000 before the clock was set",
                "2026-01-01T00:00:00Z 7.000 set",
                "2026-01-01T00:01:40Z 107.000 later",
            ],
        )
        self.assertEqual(len(self.logged(START_S)), 2)
        self.assertEqual(len(self.logged(START_S + 1)), 1)
        self.assertEqual(len(self.logged(None, START_S)), 2)
        self.assertEqual(len(self.logged(START_S - 9, START_S - 1)), 1)
        self.assertEqual(self.logged(START_S + 200), [])

    def test_without_a_clock_lines_are_in_any_range(self):
        self.log("when?")
        self.log.flush()
        self.assertEqual(self.logged(START_S, START_S), ["- 5.000 when?"])

    def test_milliseconds_that_wrap(self):
        if ticks_add(0, -1) >= PERIOD_MS:
            self.skipTest("64-bit MicroPython's wrap later than a board's")
        self.now_ms = PERIOD_MS - 1000
        self.power_up(START_S)
        self.log("old")
        self.now_ms = 1000
        self.log("new")
        self.log.flush()
        stamps = [line.split(" ")[0] for line in self.logged()]
        self.assertEqual(stamps, ["2026-01-01T00:00:00Z", "2026-01-01T00:00:02Z"])

    def test_two_files_roll_over_and_reboots_too(self):
        self.power_up(START_S)
        for number in range(1200):
            self.log("line %04d %s" % (number, "z" * 40))
            if number % 300 == 299:
                self.log.flush()
                self.power_up(START_S)
        self.log.flush()
        for path in FILES:
            self.assertLessEqual(self.files.size(path), FILE_BYTES)
        numbers = [int(line.split(" ")[3]) for line in self.logged()]
        self.assertEqual(numbers, list(range(numbers[0], 1200)))
        self.assertGreater(len(numbers), FILE_BYTES // 100)

    def test_the_files_do_not_roll_while_they_are_read(self):
        for number in range(300):
            self.log("first %04d %s" % (number, "z" * 40))
        self.log.flush()
        report = Report(self.files, b"", None, None)
        self.log.held = True
        before = [self.files.size(path) or 0 for path in FILES]
        for number in range(3000):
            self.log("more %04d %s" % (number, "z" * 40))
        after = [self.files.size(path) or 0 for path in FILES]
        for index in range(2):
            self.assertGreaterEqual(after[index], before[index])
            self.assertLessEqual(after[index], 2 * FILE_BYTES)
        text = bytearray(report.length + 1)
        end = 0
        while True:
            count = report.readinto(memoryview(text)[end:])
            if not count:
                break
            end += count
        self.assertEqual(end, report.length)
        self.assertNotIn(b" more ", text)
        self.log.held = False
        self.log("after it")
        self.log.flush()
        self.assertTrue(self.logged()[-1].endswith("after it"))

    def test_storage_that_fails_costs_lines_only(self):
        self.log("kept")
        self.log.flush()
        self.files.broken = True
        self.log("lost")
        self.log.flush()
        self.files.broken = False
        self.log("again")
        self.log.flush()
        self.assertEqual([line.split(" ")[2] for line in self.logged()], ["kept", "again"])

    def test_torn_and_foreign_files_are_no_trouble(self):
        for data in (b"", b"\xff" * 3000, b"#x\n=1\n=\nfoo\n", b"#99\n=9 x\n1.0 a", b"x" * 600):
            self.files.write(FILES[0], data)
            self.files.write(VERSIONS, data)
            self.power_up()
            self.log.lasting("app: 1.0.0")
            self.log.flush()
            self.assertIn(b"app: 1.0.0\n", self.report_bytes())

    def test_the_history_of_the_versions(self):
        self.power_up(START_S)
        for _ in range(3):
            self.log.lasting("app: 1.0.0, slot a, confirmed")
            self.log.flush()
        self.log.lasting("update: 1.1.0 is staged")
        self.log.tick(self.now_ms)  # at once, since the clock is set
        self.log.lasting("app: 1.1.0, slot b, on trial")
        self.log.flush()
        text = self.report().split("-- versions\n")[1].split("\n\n")[0]
        self.assertEqual(
            [line.split(" ", 2)[2] for line in text.split("\n")],
            [
                "app: 1.0.0, slot a, confirmed",
                "update: 1.1.0 is staged",
                "app: 1.1.0, slot b, on trial",
            ],
        )
        for number in range(300):
            self.log.lasting("update: refused: %d" % number)
            self.log.flush()
        self.assertLess(self.files.size(VERSIONS), 4096)
        self.assertIn("refused: 299\n\n-- last crash", self.report())

    def test_the_last_crash_is_in_the_report(self):
        self.assertTrue(self.report().startswith("title\n\n-- versions\n\n-- last crash\n\n--"))
        self.files.write("/state/crash.log", b"Traceback\n" * 200)
        self.assertIn("-- last crash\nTraceback\n", self.report())
        self.assertEqual(self.report().count("Traceback"), 200)

    def test_a_line_allocates_little(self):
        if sys.implementation.name != "micropython":
            self.skipTest("MicroPython's heap")
        self.log("warm")
        gc.collect()
        before = gc.mem_alloc()
        for _ in range(20):
            self.log("link: connected")
        # The text, its bytes' header, numbers: as measured, with a little to spare.
        self.assertLess((gc.mem_alloc() - before) // 20, 420)
        self.assertNotIn("firmware.log_files", sys.modules)


if __name__ == "__main__":
    unittest.main()
