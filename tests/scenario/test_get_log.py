"""TC_079: GetLog and its reports over a charge point; the test plays the uploading edge."""

import unittest

from firmware.log_report import Report
from firmware.ocpp16 import diagnostics as module
from update_bench import UpdateBench

LOCATION = "https://host/logs"
ACTION = "LogStatusNotification"
LATER, EARLIER = "2025-01-01T00:00:00Z", "2024-01-01T00:00:00Z"


class GetLog(unittest.TestCase):
    def setUp(self):
        self.bench = UpdateBench()
        self.central = self.bench.central
        self.bench.cold_boot()

    def ask(self, requestId=7, logType="SecurityLog", log=None, **more):
        payload = {"logType": logType, "requestId": requestId}
        payload["log"] = log or {"remoteLocation": LOCATION}
        payload.update(more)
        return self.central.call("GetLog", payload)

    @property
    def job(self):
        return self.bench.charge_point.diagnostics

    def begin(self):
        clock = self.bench.charge_point.clock
        self.assertTrue(self.job.is_due(clock.now_s(self.bench.now_ms)))
        self.job.begin()

    def told(self):
        self.bench.run(1)
        return [(p["requestId"], p["status"]) for p in self.central.payloads(ACTION)]

    def triggered(self, action, message):
        self.central.forget()
        answer = self.central.call(action, {"requestedMessage": message})
        self.assertEqual(answer, {"status": "Accepted"})
        self.bench.run(1)
        return self.central.payloads(message)

    def test_uploaded(self):
        name = "1-20260101T000001Z-security.log"
        self.assertEqual(self.ask(), {"status": "Accepted", "filename": name})
        self.assertEqual((self.job.url(), self.job.what), (LOCATION + "/" + name, "-security"))
        self.begin()
        self.job.uploaded()
        self.assertEqual(self.told(), [(7, "Uploading"), (7, "Uploaded")])
        self.assertIsNone(self.job)
        self.assertEqual(self.central.payloads("DiagnosticsStatusNotification"), [])

    def test_diagnostics_log(self):
        name = "1-20260101T000001Z.log"
        answer = self.ask(logType="DiagnosticsLog")
        self.assertEqual(answer, {"status": "Accepted", "filename": name})
        self.assertEqual(self.job.what, "")

    def test_what_went_wrong(self):
        for status, told in (
            ("UploadFailed", "UploadFailure"), ("PermissionDenied", "PermissionDenied"),
            ("BadMessage", "BadMessage"), ("NotSupportedOperation", "NotSupportedOperation"),
        ):  # fmt: skip
            self.central.forget()
            self.ask(retries=0)
            self.begin()
            self.job.failed("why", 0, False, status)
            self.assertEqual(self.told(), [(7, "Uploading"), (7, told)])

    def test_get_diagnostics_knows_one_failure_only(self):
        self.central.call("GetDiagnostics", {"location": LOCATION})
        self.begin()
        self.job.failed("why", 0, False, "PermissionDenied")
        self.bench.run(1)
        told = self.central.payloads("DiagnosticsStatusNotification")
        self.assertEqual(told[-1], {"status": "UploadFailed"})

    def test_a_newer_request_cancels(self):
        self.ask(1)
        self.assertEqual(self.ask(2)["status"], "AcceptedCanceled", "not even begun")
        self.begin()
        self.assertEqual(self.told(), [(2, "Uploading")])
        generation = self.job.generation
        self.assertEqual(self.ask(3)["status"], "AcceptedCanceled")
        self.assertNotEqual(self.job.generation, generation)
        self.begin()
        self.job.uploaded()
        self.assertEqual(self.told()[1:], [(3, "Uploading"), (3, "Uploaded")])
        self.assertEqual(self.ask(4)["status"], "Accepted")

    def test_of_both_kinds_the_newer_one_is_told_of(self):
        self.ask(1)
        self.begin()
        self.central.call("GetDiagnostics", {"location": LOCATION})
        self.begin()
        self.job.uploaded()
        self.assertEqual(self.told(), [(1, "Uploading")])
        told = self.central.payloads("DiagnosticsStatusNotification")
        self.assertEqual(told, [{"status": "Uploading"}, {"status": "Uploaded"}])

    def test_a_reset_forgets_nothing(self):
        self.ask(9, retries=1, retryInterval=5)
        self.begin()
        self.bench.run(1)
        self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual((self.job.requestId, self.job.what), (9, "-security"))
        self.bench.run(5)
        self.begin()
        self.job.uploaded()
        self.assertEqual(self.told(), [(9, "Uploaded")])

    def test_a_file_of_the_version_before(self):
        self.central.call("GetDiagnostics", {"location": LOCATION})
        data = self.bench.files.data[module.PATH]
        for name in (b', "requestId": null', b', "what": ""'):
            data = data.replace(name, b"").replace(name[2:] + b", ", b"")
        self.assertNotIn(b"what", data)
        self.bench.files.data[module.PATH] = data
        self.bench.power_up()
        self.assertEqual((self.job.requestId, self.job.what), (None, ""))

    def test_a_time_in_which_nothing_can_be(self):
        log = {"remoteLocation": LOCATION, "oldestTimestamp": LATER, "latestTimestamp": EARLIER}
        self.assertEqual(self.ask(log=log), {"status": "Accepted"})
        self.assertIsNone(self.job)
        log = {"remoteLocation": LOCATION, "oldestTimestamp": EARLIER, "latestTimestamp": LATER}
        self.assertIn("filename", self.ask(log=log))
        self.assertEqual(self.job.stop_s - self.job.start_s, 366 * 86400)

    def test_triggered_status(self):
        trigger = ("ExtendedTriggerMessage", ACTION)
        self.assertEqual(self.triggered(*trigger), [{"status": "Idle"}])
        self.ask(5)
        self.begin()
        self.bench.run(1)
        self.assertEqual(self.triggered(*trigger), [{"status": "Uploading", "requestId": 5}])
        plain = "DiagnosticsStatusNotification"
        self.assertEqual(self.triggered("TriggerMessage", plain), [{"status": "Idle"}])
        self.job.uploaded()
        self.bench.run(1)
        self.assertEqual(self.triggered(*trigger), [{"status": "Idle"}])

    def test_malformed_requests_get_the_right_error(self):
        for log, code in (
            ({"remoteLocation": "x" * 513}, "PropertyConstraintViolation"),
            ({"oldestTimestamp": EARLIER}, "FormationViolation"),
            ({"remoteLocation": LOCATION, "latestTimestamp": "x"}, "PropertyConstraintViolation"),
            ({"remoteLocation": LOCATION, "odd": 1}, "FormationViolation"),
        ):
            self.assertEqual(self.ask(log=log), code, log)
        self.assertEqual(self.ask(logType="Odd"), "PropertyConstraintViolation")

    def test_the_file_has_the_security_events_alone(self):
        self.bench.charge_point.security_event("InvalidMessages", "x")
        report = Report(OpenFiles(self.bench.files), b"title\n", None, None, "-security")
        buffer = bytearray(report.length)
        at = 0
        while at < report.length:
            at += report.readinto(memoryview(buffer)[at:])
        self.assertEqual(report.readinto(memoryview(bytearray(9))), 0)
        lines = bytes(buffer).decode().split("\n")
        self.assertEqual(lines[:3], ["title", "", "-- security log"])
        self.assertEqual(lines[3][:21], "2026-01-01T00:00:00Z ")
        self.assertIn("InvalidMessages x", lines[3])
        self.assertEqual(lines[4:], [""])


class OpenFiles:
    """`MemoryFiles` whose files can be read."""

    def __init__(self, files):
        self._files = files
        self.size = files.size

    def open(self, path, mode):
        import io

        if path not in self._files.data:
            raise OSError(2)
        return io.BytesIO(self._files.data[path])


if __name__ == "__main__":
    unittest.main()
