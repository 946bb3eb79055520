"""FirmwareUpdated comes before Installed, whatever becomes of the events before it (TC_080)."""

import unittest

from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update_statuses import PLAIN, SIGNED
from loader.record import CONFIRMED, Record
from update_bench import UpdateBench

EVENT = "SecurityEventNotification"
STATUS = {PLAIN: "FirmwareStatusNotification", SIGNED: "SignedFirmwareStatusNotification"}
SILENCE_S = 30  # MessageTimeout
PAUSE_S = 60  # until an event that was not answered is told again


class UpdateEvents(unittest.TestCase):
    def setUp(self):
        self.bench = UpdateBench()
        self.bench.cold_boot()

    def installed(self, kind=SIGNED, before=("ResetOrReboot",)):
        """The image that was asked for runs and is confirmed; no link yet."""
        bench = self.bench
        bench.update.request("https://host/x", 0, 0, 60, kind, 7 if kind == SIGNED else -1)
        bench.until(jobs.DOWNLOADING)
        bench.job.staged((1, 1, 0))
        bench.until(jobs.INSTALLING)
        bench.run(1)
        bench.job.armed()
        self.boot(*before)
        record = Record(CONFIRMED, "b", "a", "confirm")
        record.request_kind, record.request_id = kind, bench.job.id
        bench.update.settle(record, None)

    def boot(self, *events):
        self.bench.power_up()
        self.bench.central.forget()
        for kind in events:
            self.bench.charge_point.security_event(kind)

    def silent_to(self, *kinds):
        """The central system does not answer these events."""
        self.bench.central.answers[EVENT] = lambda payload: (
            None if payload["type"] in kinds or not kinds else {}
        )

    def told(self):
        """Events and statuses of the update, in the order in which they came."""
        return [
            payload.get("type") or payload["status"]
            for _, action, payload in self.bench.central.calls
            if action == EVENT or action in STATUS.values()
        ]

    def seconds_of(self, status):
        """When ``status`` came, in the bench's seconds."""
        calls = self.bench.central.calls
        return next(ms for ms, _, payload in calls if payload.get("status") == status) / 1000

    def test_each_is_answered(self):
        for kind in (PLAIN, SIGNED):
            self.installed(kind)
            self.bench.connect()
            self.bench.run(2)
            self.assertEqual(self.told(), ["ResetOrReboot", "FirmwareUpdated", "Installed"])

    def test_the_one_before_it_is_not_answered(self):
        self.silent_to("ResetOrReboot")
        self.installed()
        self.bench.connect()
        self.bench.run(SILENCE_S - 2)
        self.assertEqual(self.told(), ["ResetOrReboot"])
        self.bench.run(4)
        told = ["ResetOrReboot", "FirmwareUpdated", "Installed"]
        self.assertEqual(self.told(), told)
        self.silent_to("nothing")
        self.bench.run(PAUSE_S + SILENCE_S)
        self.assertEqual(self.told(), told + ["ResetOrReboot"], "guaranteed all the same")

    def test_many_wait_before_it(self):
        self.installed(before=["InvalidMessages"] * 20)
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(self.told(), ["InvalidMessages"] * 20 + ["FirmwareUpdated", "Installed"])

    def test_no_event_is_ever_answered(self):
        self.silent_to()
        self.installed()
        started_s = self.bench.elapsed_ms / 1000
        self.bench.connect()
        self.bench.run(3 * SILENCE_S)
        self.assertEqual(self.told()[:3], ["ResetOrReboot", "FirmwareUpdated", "Installed"])
        self.assertLess(self.seconds_of("Installed"), started_s + 2 * SILENCE_S + 2)
        self.bench.run(20 * PAUSE_S)
        self.assertEqual(self.told().count("Installed"), 1)

    def test_the_link_is_lost_before_any_answer(self):
        self.silent_to()
        self.installed()
        for _ in range(3):
            self.bench.connect()
            self.bench.run(5)
            self.bench.disconnect()
        self.assertEqual(self.told(), ["ResetOrReboot"] * 3)
        self.silent_to("ResetOrReboot")
        self.bench.connect()
        self.bench.run(5)
        self.bench.disconnect()
        self.silent_to("nothing")
        self.bench.connect()
        self.bench.run(5)
        told = self.told()[4:]
        self.assertEqual(told, ["ResetOrReboot", "FirmwareUpdated", "Installed"])

    def test_power_is_cut_before_any_answer(self):
        self.silent_to()
        self.installed()
        self.bench.connect()
        self.bench.run(5)
        self.boot("StartupOfTheDevice")
        self.silent_to("ResetOrReboot")
        self.bench.connect()
        self.bench.run(SILENCE_S + 5)
        told = ["ResetOrReboot", "FirmwareUpdated", "Installed"]
        self.assertEqual(self.told(), told)
        self.silent_to("nothing")
        self.bench.run(PAUSE_S)
        self.assertEqual(self.told(), told + ["ResetOrReboot", "StartupOfTheDevice"])

    def test_power_is_cut_between_the_event_and_Installed(self):
        self.installed()
        self.bench.central.answers[STATUS[SIGNED]] = None
        self.bench.connect()
        self.bench.run(2)
        self.assertEqual(self.told(), ["ResetOrReboot", "FirmwareUpdated", "Installed"])
        self.boot()
        self.bench.central.answers[STATUS[SIGNED]] = {}
        self.bench.connect()
        self.bench.run(2)
        self.assertEqual(self.told(), ["Installed"], "the event was answered")

    def test_no_memory_for_the_event(self):
        self.installed()
        charge_point = self.bench.charge_point
        note = charge_point.security_event
        charge_point.security_event = lambda *_: False
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(self.told(), ["ResetOrReboot"])
        charge_point.security_event = note
        self.bench.run(PAUSE_S)
        self.assertEqual(self.told()[1:], ["FirmwareUpdated", "Installed"])


if __name__ == "__main__":
    unittest.main()
