"""A central system that knows nothing but BootNotification: no harm, no loop, no reboot."""

import unittest

from update_bench import UpdateBench

KEYS = {
    "HeartbeatInterval": "30",
    "AuthorizeRemoteTxRequests": "false",
    "MeterValueSampleInterval": "20",
    "ClockAlignedDataInterval": "60",
    "TransactionMessageAttempts": "3",
    "TransactionMessageRetryInterval": "2",
}
CODES = ("NotImplemented", "NotSupported", "GenericError")


class Unwilling(unittest.TestCase):
    def power_up(self, code):
        self.bench = UpdateBench(KEYS)
        self.central = central = self.bench.central
        for action in list(central.answers):
            if action != "BootNotification":
                central.answers[action] = code
        central.answers["DiagnosticsStatusNotification"] = code
        central.answers["BootNotification"] = central.boot("Accepted", 30)
        self.bench.connect()
        self.bench.run(2)

    def count(self, action):
        return self.central.actions().count(action)

    def work(self):
        """The tasks that the edge would play, failing at once."""
        charge_point, job = self.bench.charge_point, self.bench.job
        now_s = charge_point.clock.now_s(self.bench.now_ms)
        if job.phase == "downloading":
            job.transport_failed("404", now_s)
        diagnostics = charge_point.diagnostics
        if diagnostics is not None and diagnostics.is_due(now_s):
            diagnostics.begin()
            diagnostics.failed("404", now_s)

    def run_for(self, seconds):
        for _ in range(seconds):
            self.bench.run(1)
            self.work()

    def test_a_busy_hour(self):
        for code in CODES:
            self.power_up(code)
            bench = self.bench
            bench.vehicle.plugged = True
            bench.run(2)
            bench.charge_point.present_id_tag("TAG1", bench.now_ms)
            bench.run(5)
            self.assertFalse(bench.evse.in_use, "a refusal is no permission")
            self.assertEqual(
                self.central.call("RemoteStartTransaction", {"idTag": "R"}),
                {"status": "Accepted"},
            )
            self.run_for(20)
            self.assertTrue(bench.evse.contactor_on, "a transaction does not need the books")
            self.assertEqual(bench.ask(retries=1, retryInterval=10), {})
            answer = self.central.call(
                "GetDiagnostics", {"location": "https://h/x", "retries": 1, "retryInterval": 10}
            )
            self.assertIn("fileName", answer)
            for message in ("StatusNotification", "Heartbeat", "MeterValues"):
                self.central.call("TriggerMessage", {"requestedMessage": message})
            self.run_for(300)
            bench.vehicle.plugged = False
            self.run_for(120)
            self.check()

    def check(self):
        bench, central = self.bench, self.central
        self.assertEqual(self.count("BootNotification"), 1)
        self.assertIsNone(bench.charge_point.reset_requested)
        self.assertEqual(self.count("StartTransaction"), 3)
        self.assertEqual(self.count("StopTransaction"), 3)
        self.assertEqual(central.payloads("StopTransaction")[0]["transactionId"], -1)
        firmware = bench.statuses()
        self.assertEqual(firmware, ["Downloading", "DownloadFailed"])
        uploads = [p["status"] for p in central.payloads("DiagnosticsStatusNotification")]
        self.assertEqual(uploads, ["Uploading", "UploadFailed"])
        self.assertLessEqual(self.count("Heartbeat"), 450 // 30 + 2)
        # What was refused is heard: told on change, and once each by the trigger.
        self.assertLess(self.count("StatusNotification"), 16)
        readings = 330 // 20 + 450 // 60 + 3
        self.assertLessEqual(self.count("MeterValues"), 3 * readings)
        self.assertEqual(bench.connector_statuses()[-1], "Available")
        self.assertFalse(bench.evse.in_use)
        central.forget()
        bench.run(59)
        self.assertLessEqual(len(central.calls), 5, "all is told")


if __name__ == "__main__":
    unittest.main()
