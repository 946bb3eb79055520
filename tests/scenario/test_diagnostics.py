"""GetDiagnostics and its reports over a charge point; the test plays the uploading edge."""

import json
import unittest

from charge_bench import BOOT, START_S
from firmware.ocpp16 import diagnostics as module
from update_bench import UpdateBench

LOCATION = "https://host/logs"


class GetDiagnostics(unittest.TestCase):
    def setUp(self):
        self.bench = UpdateBench()
        self.central = self.bench.central
        self.central.answers["DiagnosticsStatusNotification"] = {}
        self.bench.cold_boot()

    def ask(self, **changes):
        payload = {"location": LOCATION}
        payload.update(changes)
        return self.central.call("GetDiagnostics", payload)

    def test_the_log_gets_no_secret(self):
        for action, more in (
            ("GetDiagnostics", {}),
            ("UpdateFirmware", {"retrieveDate": "2026-01-01T00:00:00Z"}),
        ):
            payload = {"location": "https://u:secret@host:8/a/b?sig=TOKEN#part"}
            payload.update(more)
            self.central.call(action, payload)
            (line,) = [line for line in self.bench.lines if "://" in line]
            self.assertEqual(line.split(" ")[-1], "https://host:8/a/b")
            self.bench.lines.clear()

    @property
    def job(self):
        return self.bench.charge_point.diagnostics

    def is_due(self):
        return self.job.is_due(self.bench.charge_point.clock.now_s(self.bench.now_ms))

    def begin(self):
        self.assertTrue(self.is_due())
        self.job.begin()

    def fail(self, *reason):
        now_s = self.bench.charge_point.clock.now_s(self.bench.now_ms)
        self.job.failed(reason[0] if reason else "no answer", now_s)
        self.bench.run(1)

    def statuses(self):
        self.bench.run(1)
        reports = self.central.payloads("DiagnosticsStatusNotification")
        return [payload["status"] for payload in reports]

    def triggered(self):
        self.central.forget()
        trigger = {"requestedMessage": "DiagnosticsStatusNotification"}
        self.assertEqual(self.central.call("TriggerMessage", trigger), {"status": "Accepted"})
        return self.statuses()

    def test_tc_045_1_uploaded(self):
        self.assertEqual(self.ask(), {"fileName": "1-20260101T000001Z.log"})
        self.assertEqual(self.job.url(), LOCATION + "/1-20260101T000001Z.log")
        self.assertEqual(self.statuses(), [])
        self.begin()
        self.assertEqual(self.statuses(), ["Uploading"])
        self.job.uploaded()
        self.assertEqual(self.statuses(), ["Uploading", "Uploaded"])
        self.assertIsNone(self.job)
        self.assertNotIn(module.PATH, self.bench.files.data)

    def test_tc_045_2_not_uploaded(self):
        self.ask(retries=0)
        self.begin()
        self.fail()
        self.assertEqual(self.statuses(), ["Uploading", "UploadFailed"])
        self.assertIsNone(self.job)

    def test_retries_and_their_interval(self):
        self.ask(retries=2, retryInterval=30)
        for _ in range(2):
            self.begin()
            self.fail()
            self.bench.run(28)
            self.assertFalse(self.is_due())
            self.bench.run(2)
        self.begin()
        self.fail()
        self.assertEqual(self.statuses(), ["Uploading", "UploadFailed"])

    def test_what_no_other_attempt_can_mend_is_not_tried_again(self):
        self.ask(location="ftp://host/x", retries=5)
        self.begin()
        self.job.failed("scheme", START_S, True)
        self.assertEqual(self.statuses(), ["Uploading", "UploadFailed"])

    def test_where_the_file_goes(self):
        for location, url in (
            ("https://h/a/", "https://h/a/F"),
            ("https://h/a?b=c/d", "https://h/a/F?b=c/d"),
            ("https://h", "https://h/F"),
        ):
            name = self.ask(location=location)["fileName"]
            self.assertEqual(self.job.url(), url.replace("F", name))

    def test_a_time_in_which_nothing_can_be(self):
        self.assertEqual(self.ask(startTime="2026-01-02T00:00:00Z"), {})
        later, earlier = "2025-01-01T00:00:00Z", "2024-01-01T00:00:00Z"
        self.assertEqual(self.ask(startTime=later, stopTime=earlier), {})
        self.assertIsNone(self.job)
        self.assertIn("fileName", self.ask(startTime=earlier, stopTime=later))
        self.assertEqual(self.job.stop_s - self.job.start_s, 366 * 86400)

    def test_any_serial_number_makes_a_name(self):
        BOOT["chargePointSerialNumber"] = "a/../b c\u20ac?" + "x" * 90
        try:
            name = self.ask()["fileName"]
        finally:
            BOOT["chargePointSerialNumber"] = "1"
        self.assertEqual(name[:10], "a_.._b_c__")
        self.assertLess(len(name), 64)

    def test_triggered_status(self):
        self.assertEqual(self.triggered(), ["Idle"])
        self.ask(retries=1)
        self.assertEqual(self.triggered(), ["Idle"])
        self.begin()
        self.bench.run(1)
        self.assertEqual(self.triggered(), ["Uploading"])
        self.fail()
        self.assertEqual(self.triggered(), ["Uploading"], "another attempt follows")
        self.bench.run(60)
        self.begin()
        self.job.uploaded()
        self.bench.run(1)
        self.assertEqual(self.triggered(), ["Idle"])

    def test_reports_wait_for_the_link(self):
        self.ask()
        self.bench.disconnect()
        self.begin()
        self.job.uploaded()
        self.assertEqual(self.statuses(), [])
        self.bench.connect()
        self.assertEqual(self.statuses(), ["Uploading", "Uploaded"])

    def test_a_central_system_that_refuses_the_reports_is_no_loop(self):
        for code in ("NotImplemented", "NotSupported", "InternalError"):
            self.central.forget()
            self.central.answers["DiagnosticsStatusNotification"] = code
            self.ask()
            self.begin()
            self.job.uploaded()
            self.bench.run(30)
            self.assertEqual(self.statuses(), ["Uploading", "Uploaded"])
            self.assertIsNone(self.job)

    def test_a_newer_request_replaces_an_older(self):
        self.ask()
        self.begin()
        self.assertEqual(self.statuses(), ["Uploading"])
        generation = self.job.generation
        self.ask(location="https://other/x")
        self.assertNotEqual(self.job.generation, generation)
        self.begin()
        self.job.uploaded()
        self.assertEqual(self.statuses(), ["Uploading", "Uploading", "Uploaded"])

    def test_a_reset_forgets_nothing(self):
        self.ask(retries=1, retryInterval=5)
        self.begin()
        self.bench.run(1)
        self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual(self.job.location, LOCATION)
        self.bench.run(5)
        self.begin()
        self.bench.power_up()
        self.bench.cold_boot()
        self.bench.run(1)
        self.assertIsNone(self.job, "both attempts are used up, and it has been told")
        self.assertIn("diagnostics: upload failed: broken off by a reset", self.bench.lines)

    def test_an_outcome_that_was_not_told_is_told_after_the_reset(self):
        self.ask()
        self.bench.disconnect()
        self.begin()
        self.job.uploaded()
        self.bench.power_up()
        self.bench.connect()
        self.assertEqual(self.statuses(), ["Uploading", "Uploaded"])

    def test_flash_that_fails(self):
        def full(path, data):
            raise OSError(28)

        write = self.bench.files.write
        self.bench.files.write = full
        self.assertEqual(self.ask(), "InternalError")
        self.assertIsNone(self.job)
        self.bench.files.write = write
        self.ask()
        generation = self.job.generation
        self.bench.files.write = full
        self.assertEqual(self.ask(location="https://other/x"), "InternalError")
        self.assertEqual((self.job.location, self.job.generation), (LOCATION, generation))
        self.begin()
        self.job.uploaded()
        self.assertEqual(self.statuses(), ["Uploading", "Uploaded"])

    def test_flash_that_fails_leaves_an_update_as_it_was(self):
        self.bench.ask(retrieveDate="2026-01-01T00:05:00Z")
        before = dict(self.bench.job.__dict__)

        def full(path, data):
            raise OSError(28)

        self.bench.files.write = full
        self.assertEqual(self.bench.ask(location="https://other/x"), "InternalError")
        del before["idle_since_s"]
        for name in before:
            self.assertEqual(getattr(self.bench.job, name), before[name], name)
        self.bench.run(400)
        self.assertEqual(self.bench.job.phase, "scheduled")
        failures = [line for line in self.bench.lines if "not saved" in line]
        self.assertLess(len(failures), 4, "it is tried now and then")
        del self.bench.files.write
        self.bench.run(61)
        self.assertEqual(self.bench.job.phase, "downloading")

    def test_a_soft_reset_waits_for_the_upload(self):
        self.ask()
        self.begin()
        self.bench.run(1)
        ready = self.bench.charge_point.ready_to_reset
        self.central.call("Reset", {"type": "Soft"})
        self.bench.run(20)
        self.assertFalse(ready(self.bench.now_ms))
        self.central.call("Reset", {"type": "Hard"})
        self.bench.run(1)
        self.assertTrue(ready(self.bench.now_ms))

    def test_a_damaged_file_is_no_request(self):
        self.ask()
        good = json.loads(self.bench.files.data[module.PATH])
        for name in good:
            for value in (None, "x", [1], {"a": 1}, ["Odd"]):
                if value is None and name.endswith("_s"):
                    continue
                bad = dict(good)
                bad[name] = value
                if bad == good or type(value) is type(good[name]) is str:
                    continue
                self.bench.files.data[module.PATH] = json.dumps(bad).encode()
                self.bench.power_up()
                if name != "is_announced":
                    self.assertIsNone(self.job, (name, value))

    def test_malformed_requests_get_the_right_error(self):
        for changes, code in (
            ({"location": None}, "TypeConstraintViolation"),
            ({"location": "x" * 2049}, "PropertyConstraintViolation"),
            ({"startTime": "yesterday"}, "PropertyConstraintViolation"),
            ({"stopTime": 5}, "TypeConstraintViolation"),
            ({"retries": 1.5}, "TypeConstraintViolation"),
            ({"retryInterval": -1}, "PropertyConstraintViolation"),
            ({"hash": "abc"}, "FormationViolation"),
        ):
            self.assertEqual(self.ask(**changes), code, changes)
        self.assertIsNone(self.job)


if __name__ == "__main__":
    unittest.main()
