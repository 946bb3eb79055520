"""Keys that say when and from where the charger may be updated, and what it tells meanwhile."""

import sys
import unittest

from charge_bench import START_S
from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update_policy import is_allowed, may_install
from update_bench import UpdateBench


class TestUpdatePolicy(unittest.TestCase):
    def setUp(self):
        self.bench = UpdateBench()
        self.bench.cold_boot()
        self.configuration = self.bench.charge_point.configuration

    def change(self, key, value, status="Accepted"):
        answer = self.bench.central.call("ChangeConfiguration", {"key": key, "value": value})
        self.assertEqual(answer, {"status": status})

    def stage(self):
        self.bench.ask()
        self.bench.until(jobs.DOWNLOADING)
        self.bench.job.staged((1, 1, 0))

    def test_window(self):
        self.change("UpdateWindowStart", "00:01")
        self.change("UpdateWindowEnd", "00:02")
        self.stage()
        self.bench.run(20)
        self.assertEqual(self.bench.job.phase, jobs.READY)
        self.bench.charge()
        self.assertTrue(self.bench.evse.contactor_on, "an ordinary charger until then")
        self.bench.vehicle.plugged = False
        self.bench.until(jobs.INSTALLING)
        self.assertGreaterEqual(self.bench.elapsed_ms, 60000)

    def test_Unavailable_comes_before_Installing(self):
        """However long the outlet takes to show it."""
        self.change("MinimumStatusDuration", "0")
        self.stage()
        self.bench.central.forget()
        connector = self.bench.evse.connectors[0]
        show = connector._show
        connector._show = lambda now_ms: None
        self.bench.run(3)
        self.assertEqual(self.bench.statuses(), ["Downloaded"])
        connector._show = show
        self.bench.run(1)
        told = [p["status"] for _, _, p in self.bench.central.calls]
        self.assertEqual(told, ["Downloaded", "Unavailable", "Installing"])

    def test_no_heap_for_the_policy_is_no_end(self):
        policy = "firmware.ocpp16.update_policy"
        before = sys.modules.pop(policy, None)
        self.stage()
        sys.modules[policy] = self  # as a module that came without its names
        try:
            self.bench.run(5)
            self.assertIn("update: step not saved", " ".join(self.bench.lines))
        finally:
            del sys.modules[policy]
            if before:
                sys.modules[policy] = before
        self.bench.until(jobs.INSTALLING)

    def test_window_is_in_local_time(self):
        for start, end, offset, good in (
            ("02:00", "05:00", "0", False),
            ("02:00", "05:00", "120", True),
            ("02:00", "05:00", "299", True),
            ("02:00", "05:00", "300", False),
            ("22:00", "05:00", "-120", True),
            ("22:00", "05:00", "-121", False),
            ("22:00", "05:00", "299", True),
            ("05:00", "05:00", "0", True),
            ("05:00", "", "0", True),
        ):
            self.change("UpdateWindowStart", start)
            self.change("UpdateWindowEnd", end)
            self.change("LocalTimeOffset", offset)
            self.assertEqual(may_install(self.configuration, START_S, 0), good, (start, offset))

    def test_times_are_checked(self):
        for value in ("24:00", "2:00", "02:60", "0200", "ab:cd", "02:00 ", "-1:00"):
            self.change("UpdateWindowStart", value, "Rejected")

    def test_UpdateMinimumIdle(self):
        self.change("UpdateMinimumIdle", "30")
        self.stage()
        self.bench.run(20)
        self.assertEqual(self.bench.job.phase, jobs.READY)
        self.bench.charge()
        self.bench.vehicle.plugged = False
        self.bench.run_until(lambda: not self.bench.evse.in_use)
        took_ms = self.bench.run_until(lambda: self.bench.job.phase == jobs.INSTALLING)
        self.assertGreaterEqual(took_ms, 29000)

    def test_UpdateLocations(self):
        for items, scheme, host, good in (
            ("", "https", "anywhere", True),
            ("a.example", "https", "a.example", True),
            ("a.example", "https", "b.example", False),
            ("https://a.example", "http", "a.example", False),
            ("x, https://A.example", "https", "a.example", True),
            ("*.example", "https", "a.example", True),
            ("*.example", "https", "example", False),
            ("*.example", "https", "badexample", False),
        ):
            self.change("UpdateLocations", items)
            self.assertEqual(is_allowed(self.configuration, scheme, host), good, (items, host))

    def test_UpdateProgress(self):
        self.bench.central.answers["DataTransfer"] = {"status": "Accepted"}
        for value, expected in (("false", []), ("true", ["10", "50"])):
            self.change("UpdateProgress", value)
            self.bench.ask()
            self.bench.until(jobs.DOWNLOADING)
            for percent in (0, 9, 12, 19, 55):
                self.bench.job.progress = percent
                self.bench.run(1)
            told = [p["data"] for p in self.bench.central.payloads("DataTransfer")]
            self.assertEqual(told, expected)
            self.bench.job.transport_failed("404", START_S)
            self.bench.run(2)


if __name__ == "__main__":
    unittest.main()
