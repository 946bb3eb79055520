"""TC_054: TriggerMessage: the answer first, then what was asked for."""

import unittest

from scenario import Scenario


class TriggerMessage(Scenario):
    def trigger(self, message, **more):
        """The order of what came: the answer and then these calls."""
        self.central.forget()
        answer = self.status("TriggerMessage", requestedMessage=message, **more)
        self.assertEqual(answer, "Accepted", message)
        self.bench.run(1)
        self.assertEqual(self.central.order[0], ("result", "TriggerMessage"))
        kinds = [kind for kind, _ in self.central.order[1:]]
        self.assertEqual(kinds, ["call"] * len(kinds))
        return self.central.actions()

    def test_each_message_comes_after_the_answer(self):
        for message, count in (
            ("BootNotification", 1), ("Heartbeat", 1), ("MeterValues", 1),
            ("StatusNotification", 2), ("FirmwareStatusNotification", 1),
            ("DiagnosticsStatusNotification", 1),
        ):  # fmt: skip
            self.assertEqual(self.trigger(message), [message] * count)

    def test_statuses_are_idle_when_nothing_goes_on(self):
        for message in ("FirmwareStatusNotification", "DiagnosticsStatusNotification"):
            self.trigger(message)
            self.assertEqual(self.central.payloads(message), [{"status": "Idle"}])

    def test_status_of_one_connector_or_of_all(self):
        message = "StatusNotification"
        self.plug()
        for connectors, more in (
            ([0, 1], {}), ([0], {"connectorId": 0}), ([1], {"connectorId": 1}),
        ):  # fmt: skip
            self.trigger(message, **more)
            told = [payload["connectorId"] for payload in self.central.payloads(message)]
            self.assertEqual(told, connectors)
        self.assertEqual(self.central.statuses(), ["Preparing"])

    def test_meter_values_of_a_transaction(self):
        self.bench.charge()
        self.bench.run(10)
        self.trigger("MeterValues", connectorId=1)
        reading = self.central.payloads("MeterValues")[0]
        self.assertEqual((reading["connectorId"], reading["transactionId"]), (1, 101))
        value = reading["meterValue"][0]["sampledValue"][0]
        self.assertEqual(value["context"], "Trigger")
        self.assertGreater(int(value["value"]), 0)

    def test_meter_values_without_a_transaction(self):
        self.trigger("MeterValues")
        self.assertNotIn("transactionId", self.central.payloads("MeterValues")[0])

    def test_heartbeat_sets_the_clock(self):
        self.central.answers["Heartbeat"] = {"currentTime": "2027-01-01T00:00:00Z"}
        self.trigger("Heartbeat")
        clock = self.bench.charge_point.clock
        self.assertEqual(clock.iso(self.bench.now_ms)[:16], "2027-01-01T00:00")

    def test_what_can_not_be_sent_is_rejected(self):
        for message in ("MeterValues", "StatusNotification"):
            payload = {"requestedMessage": message, "connectorId": 2}
            self.assertEqual(self.status("TriggerMessage", **payload), "Rejected")
        self.change("MeterValuesSampledData", "")
        self.assertEqual(self.status("TriggerMessage", requestedMessage="MeterValues"), "Rejected")
        self.central.forget()
        self.bench.run(1)
        self.assertEqual(self.central.actions(), [])

    def test_before_any_answer_to_a_boot_notification(self):
        self.bench.power_up()
        self.central.answers["BootNotification"] = None
        self.bench.connect()
        for message in ("StatusNotification", "MeterValues", "Heartbeat"):
            for changes in ({}, {"connectorId": 1}):
                status = self.status("TriggerMessage", requestedMessage=message, **changes)
                self.assertEqual(status, "Rejected")

    def test_a_refused_message_is_not_repeated(self):
        for message in ("Heartbeat", "StatusNotification", "MeterValues"):
            self.central.answers[message] = "NotImplemented"
            count = len(self.trigger(message))
            self.bench.run(30)
            self.assertEqual(len(self.central.actions()), count)


if __name__ == "__main__":
    unittest.main()
