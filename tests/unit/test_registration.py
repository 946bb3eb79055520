"""Heartbeats over days, without a bench: the clock is asked for at least once in 24 h."""

import unittest

from charge_bench import MemoryFiles
from firmware.ocpp16.clock import Clock, format_iso
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.registration import Registration
from ticks import ticks_add

DAY_MS = 86400000
START_S = 1767225600


class Days(unittest.TestCase):
    def setUp(self):
        self.now_ms = 5000
        self.at_s = 0
        self.lines = []
        self.clock = Clock(self.now_ms)
        self.configuration = Configuration(MemoryFiles())
        self.registration = Registration(
            {}, self.configuration, self.clock, self.lines.append, lambda: None
        )
        self.registration.link_up(self.now_ms)

    def wait(self, seconds):
        self.now_ms = ticks_add(self.now_ms, seconds * 1000)
        self.at_s += seconds
        self.clock.now_s(self.now_ms)

    def time(self):
        return format_iso(START_S + self.at_s)

    def boot(self, interval_s):
        action, _, on_answer = self.registration.next_call(self.now_ms)
        self.assertEqual(action, "BootNotification")
        answer = {"status": "Accepted", "currentTime": self.time(), "interval": interval_s}
        on_answer(True, answer, self.now_ms)

    def beats(self, hours):
        """Seconds at which heartbeats came within so many hours."""
        found = []
        for _ in range(hours * 60):
            self.wait(60)
            due = self.registration.next_call(self.now_ms)
            if due:
                self.assertEqual(due[0], "Heartbeat")
                found.append(self.at_s)
                due[2](True, {"currentTime": self.time()}, self.now_ms)
        return found

    def test_at_least_one_in_24_hours(self):
        self.boot(2000000000)
        times = self.beats(73)
        self.assertEqual(times, [86400, 172800, 259200])

    def test_after_days_offline_at_once(self):
        self.boot(86400)
        for days in (2, 5, 9):
            for _ in range(days * 24):
                self.wait(3600)
            self.registration.link_up(self.now_ms)
            self.assertEqual(self.beats(1), [self.at_s - 3540])

    def test_a_short_loss_moves_no_heartbeat(self):
        self.boot(3600)
        self.wait(1800)
        self.registration.link_up(self.now_ms)
        self.assertEqual(self.beats(2), [3600, 7200])

    def test_times_that_are_none_are_no_trouble(self):
        self.boot(60)
        now_s = self.clock.now_s(self.now_ms)
        for value in (None, 5, [], ["x"] * 20, {str(i): i for i in range(20)}, "", "now", 1.5):
            self.registration.heartbeat_answered(True, {"currentTime": value}, self.now_ms)
        self.registration.heartbeat_answered(True, {}, self.now_ms)
        self.assertEqual(self.clock.now_s(self.now_ms), now_s)


if __name__ == "__main__":
    unittest.main()
