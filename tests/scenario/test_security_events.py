"""Security events: told in order, critical ones over resets and losses; the log that rolls."""

import json
import unittest

from charge_bench import START_S
from firmware.ocpp16 import security_events as module
from firmware.ocpp16.clock import format_iso
from scenario import Scenario

ACTION = "SecurityEventNotification"


class SecurityEvents(Scenario):
    def setUp(self):
        super().setUp()
        self.central.answers[ACTION] = {}

    def note(self, kind="FirmwareUpdated", info=""):
        self.bench.charge_point.security_event(kind, info)

    def told(self):
        return [payload["type"] for payload in self.central.payloads(ACTION)]

    def log_text(self):
        return self.bench.files.data[module.LOG].decode()

    def test_told_once_with_its_time(self):
        self.note("InvalidFirmwareSignature", "of 1.2.3")
        self.bench.run(1)
        self.assertEqual(
            self.central.payloads(ACTION),
            [{
                "type": "InvalidFirmwareSignature",
                "timestamp": "2026-01-01T00:00:00Z",
                "techInfo": "of 1.2.3",
            }],
        )  # fmt: skip
        self.bench.run(60)
        self.assertEqual(len(self.told()), 1)
        self.assertIsNone(self.bench.charge_point.events)
        self.assertNotIn(module.PATH, self.bench.files.data)

    def test_waits_for_the_link_in_order(self):
        self.bench.disconnect()
        kinds = ["FirmwareUpdated", "InvalidMessages", "ResetOrReboot"]
        for kind in kinds:
            self.note(kind)
        self.bench.run(5)
        self.assertEqual(self.told(), [])
        self.bench.connect()
        self.bench.run(2)
        self.assertEqual(self.told(), kinds)

    def test_outlives_a_power_cut(self):
        self.bench.disconnect()
        self.note("FirmwareUpdated", "2.0.0")
        self.bench.run(5)
        self.bench.power_up()
        self.note("StartupOfTheDevice")  # as every start does
        self.bench.cold_boot()
        self.assertEqual(self.bench.charge_point.events, None)
        self.bench.run(1)
        self.assertNotIn(module.PATH, self.bench.files.data)

    def test_order_and_times_after_a_power_cut(self):
        self.bench.disconnect()
        self.bench.run(100)
        self.note("FirmwareUpdated", "2.0.0")
        self.bench.power_up()
        self.bench.run(7)
        self.note("ResetOrReboot")
        self.bench.run(3)
        self.central.forget()
        self.bench.connect()
        self.bench.run(2)
        self.assertEqual(self.central.actions()[:2], ["BootNotification", ACTION])
        times = [payload["timestamp"] for payload in self.central.payloads(ACTION)]
        self.assertEqual(times, ["2026-01-01T00:01:40Z", "2026-01-01T00:01:48Z"])

    def test_of_a_run_whose_clock_was_never_set(self):
        self.bench.power_up()
        self.bench.run(50)
        self.note("StartupOfTheDevice")
        self.bench.power_up()
        self.note("ResetOrReboot")
        self.bench.run(10)
        self.central.forget()
        self.bench.connect()
        self.bench.run(2)
        times = [payload["timestamp"] for payload in self.central.payloads(ACTION)]
        self.assertEqual(times, ["2026-01-01T00:00:51Z"] * 2, "before this run, no later")

    def test_the_time_of_a_run_that_has_learned_it_later(self):
        """It is kept once the event has to wait; then a later run knows it."""
        self.central.answers[ACTION] = None
        self.bench.power_up()
        self.note("ResetOrReboot")
        self.bench.run(5)
        self.bench.connect()
        self.bench.run(5)
        self.bench.disconnect()
        self.bench.power_up()
        self.note("StartupOfTheDevice")
        self.bench.run(60)
        self.central.answers[ACTION] = {}
        self.central.forget()
        self.bench.connect()
        self.bench.run(2)
        times = [payload["timestamp"] for payload in self.central.payloads(ACTION)]
        self.assertEqual(times, ["2026-01-01T00:00:01Z", "2026-01-01T00:00:11Z"])

    def test_no_answer_is_asked_for_again(self):
        self.central.answers[ACTION] = None
        self.note("TamperDetectionActivated")
        self.bench.run(40)
        self.assertEqual(len(self.told()), 1)
        self.assertIn(module.PATH, self.bench.files.data)
        self.central.answers[ACTION] = {}
        self.bench.run(60)
        self.assertEqual(self.told(), ["TamperDetectionActivated"] * 2)
        self.assertNotIn(module.PATH, self.bench.files.data)

    def test_cut_off_before_the_answer(self):
        self.central.answers[ACTION] = None
        self.note()
        self.bench.run(1)
        self.bench.disconnect()
        self.central.answers[ACTION] = {}
        self.bench.connect()
        self.bench.run(1)
        self.assertEqual(self.told(), ["FirmwareUpdated"] * 2)

    def test_a_refusal_is_an_answer(self):
        for code in ("NotImplemented", "NotSupported", "InternalError"):
            self.central.forget()
            self.central.answers[ACTION] = code
            self.note()
            self.bench.run(200)
            self.assertEqual(self.told(), ["FirmwareUpdated"], code)

    def test_the_critical_ones_stay_where_too_many_wait(self):
        self.bench.disconnect()
        self.note("FirmwareUpdated", "the first")
        for number in range(60):
            self.note("InvalidMessages", str(number))
        self.note("ResetOrReboot")
        self.bench.connect()
        self.bench.run(5)
        told = self.told()
        self.assertEqual(len(told), 24)
        self.assertEqual((told[0], told[-1]), ("FirmwareUpdated", "ResetOrReboot"))

    def test_the_oldest_goes_where_all_are_critical(self):
        self.bench.disconnect()
        for number in range(30):
            self.note("ResetOrReboot", str(number))
        self.bench.connect()
        self.bench.run(5)
        infos = [payload["techInfo"] for payload in self.central.payloads(ACTION)]
        self.assertEqual(infos, [str(number) for number in range(6, 30)])

    def test_the_clock_is_set_anew(self):
        """Not for the first time, and not by what the way here takes."""
        for skew_s, told in ((0, []), (1, []), (3600, ["+3600 s"]), (0, ["-3600 s"])):
            self.central.forget()
            self.central.answers["Heartbeat"] = lambda payload, skew_s=skew_s: {
                "currentTime": format_iso(START_S + skew_s + self.bench.elapsed_ms // 1000)
            }
            self.call("TriggerMessage", requestedMessage="Heartbeat")
            self.bench.run(2)
            events = self.central.payloads(ACTION)
            self.assertEqual([event["techInfo"] for event in events], told, skew_s)
            self.assertEqual(self.told(), ["SettingSystemTime"] * len(told))

    def test_texts_are_cut_and_cleaned(self):
        self.note("InvalidMessages", "a\nb\u20ac" + "x" * 300)
        self.bench.run(1)
        self.assertEqual(self.central.payloads(ACTION)[0]["techInfo"], "a?b?" + "x" * 251)

    def test_the_log_keeps_all_and_rolls(self):
        for number in range(200):
            self.note("InvalidMessages", "number %d" % number)
            self.bench.run(0.1)
            self.assertLessEqual(len(self.log_text()), 4096)
        lines = self.log_text().split("\n")
        self.assertEqual(lines[0][:1], "=")
        self.assertIn("InvalidMessages number 199", lines[-2])
        self.assertGreater(len(lines), 60)

    def test_flash_that_fails_costs_only_the_memory_of_it(self):
        def full(*arguments):
            raise OSError(28)

        self.bench.files.write = full
        self.note()
        self.bench.run(2)
        self.assertEqual(self.told(), ["FirmwareUpdated"])

    def test_a_damaged_file_is_no_event(self):
        for data in (b"", b"{", b"[]", b"{}", b'{"events": 5}', b'{"events": [[1, 2, 3]]}',
                     b'{"events": [["a", "+x", ""]]}', b'{"events": [["a"]]}'):  # fmt: skip
            self.bench.files.data[module.PATH] = data
            self.bench.power_up()
            self.note()
            self.central.forget()
            self.bench.connect()
            self.bench.run(2)
            self.assertEqual(self.told(), ["FirmwareUpdated"], data)

    def test_the_file_says_its_schema(self):
        self.bench.disconnect()
        self.note()
        self.assertEqual(json.loads(self.bench.files.data[module.PATH])["schema"], 1)


if __name__ == "__main__":
    unittest.main()
