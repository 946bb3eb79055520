"""Wire time and the wall clock."""

import unittest

from firmware.ocpp16.clock import Clock, format_iso
from firmware.ocpp16.iso import TimeError, parse_iso
from ticks import ticks_add


class Iso8601Test(unittest.TestCase):
    def test_known_points(self):
        for text, seconds in (
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951868799),
            ("2026-01-01T00:00:00Z", 1767225600),
            ("2038-01-19T03:14:08Z", 2147483648),
            ("2100-03-01T00:00:00Z", 4107542400),
        ):
            self.assertEqual(parse_iso(text), seconds)
            self.assertEqual(format_iso(seconds), text)

    def test_every_day_of_a_century(self):
        seconds = 0
        while seconds < 4102444800:
            self.assertEqual(parse_iso(format_iso(seconds)), seconds)
            seconds += 86400 * 3 + 3601

    def test_fractions_and_offsets(self):
        noon = parse_iso("2026-01-31T12:00:00Z")
        for text in (
            "2026-01-31T12:00:00", "2026-01-31T12:00:00.999Z", "2026-01-31T12:00:00.1234567",
            "2026-01-31T13:00:00+01:00", "2026-01-31T06:30:00-0530", "2026-02-01T00:00:00+12:00",
            "2026-01-31t12:00:00z", "2026-01-31 12:00:00+00:00", "2026-01-31T12:00:00,5+00:00",
        ):  # fmt: skip
            self.assertEqual(parse_iso(text), noon, text)

    def test_refused(self):
        for text in (
            "", "now", "2026-01-31", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00X", "2026-01-31T12:00:00+1", "2026-01-31T12:00:00+01:0",
            "2026-01-31T12:00:00+25:00", "1969-12-31T23:59:59Z", "2026-1-31T12:00:00ZZ",
            "-026-01-31T12:00:00Z", "2026-01-31T12:00:00Z" + "0" * 30, "2026-01-0\u0661T12:00:00Z",
            "2100-02-29T00:00:00Z", "2026-01-31T12-00-00Z",
        ):  # fmt: skip
            self.assertRaises(TimeError, parse_iso, text)


class ClockTest(unittest.TestCase):
    def test_runs_on_from_what_it_was_set_to(self):
        clock = Clock(500)
        clock.set("2026-01-01T00:00:00.700Z", 1000)
        self.assertEqual(clock.now_s(1999), 1767225600)
        self.assertEqual(clock.now_s(2000), 1767225601)
        self.assertEqual(clock.iso(61000), "2026-01-01T00:01:00Z")

    def test_times_that_cannot_be(self):
        built_s = parse_iso("2026-03-01T00:00:00Z")
        clock = Clock(0, built_s)
        for text in ("1970-01-01T00:00:00Z", "2026-02-27T00:00:00Z", "2046-03-02T00:00:00Z",
                     "9998-12-31T23:59:59Z"):  # fmt: skip
            self.assertRaises(ValueError, clock.set, text, 0)
            self.assertFalse(clock.is_set)
        for text in ("2026-02-28T12:00:00Z", "2045-12-31T00:00:00Z"):
            clock.set(text, 0)
            self.assertEqual(clock.iso(0), text)
        Clock(0, 0).set("2026-01-01T00:00:00Z", 0)  # built nobody knows when

    def test_milliseconds_wrap(self):
        now_ms = ticks_add(0, -1500)
        clock = Clock(now_ms)
        clock.set("2026-01-01T00:00:00Z", now_ms)
        for step in range(1, 30):
            now_ms = ticks_add(now_ms, 500)
            self.assertEqual(clock.now_s(now_ms), 1767225600 + step // 2)

    def test_floor_until_it_is_set(self):
        clock = Clock(0, 1770000000)
        self.assertFalse(clock.is_set)
        self.assertEqual(clock.now_s(5000), 1770000005)
        clock.set("2026-06-01T00:00:00Z", 6000)
        self.assertTrue(clock.is_set)

    def test_stamps_from_before_it_was_set(self):
        clock = Clock(0)
        stamp = clock.stamp(10000)
        clock.set("2026-01-01T00:01:00Z", 40000)
        clock.set("2026-01-01T00:05:00Z", 41000)  # a later correction does not move the past
        self.assertEqual(clock.resolve(stamp), "2026-01-01T00:00:30Z")
        self.assertEqual(clock.resolve(clock.stamp(41000)), "2026-01-01T00:05:00Z")

    def test_a_second_more_or_less_is_no_reason_to_jump(self):
        clock = Clock(0)
        clock.set("2026-01-01T00:00:00Z", 0)
        clock.set("2026-01-01T00:00:09Z", 10000)
        self.assertEqual(clock.iso(10000), "2026-01-01T00:00:10Z")
        clock.set("2026-01-01T00:00:08Z", 10000)
        self.assertEqual(clock.iso(10000), "2026-01-01T00:00:08Z")

    def test_a_slow_answer_does_not_turn_it_back(self):
        clock = Clock(0)
        clock.set("2026-01-01T00:00:00Z", 0)
        for text, age_ms, expected in (
            ("2026-01-01T00:00:31Z", 9000, "2026-01-01T00:00:40Z"),
            ("2026-01-01T00:00:20Z", 9000, "2026-01-01T00:00:20Z"),
            ("2026-01-01T00:00:50Z", 9000, "2026-01-01T00:00:50Z"),
        ):
            clock.set("2026-01-01T00:00:40Z", 40000)
            clock.set(text, 40000, age_ms)
            self.assertEqual(clock.iso(40000), expected)

    def test_bad_time_changes_nothing(self):
        clock = Clock(0)
        for text in ("yesterday", "9999-12-31T23:59:59Z"):  # the second is soon of five digits
            self.assertRaises(ValueError, clock.set, text, 0)
        self.assertFalse(clock.is_set)


if __name__ == "__main__":
    unittest.main()
