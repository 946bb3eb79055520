"""ExtendedTriggerMessage: the answer first, then what was asked for (security extension)."""

import unittest

from scenario import Scenario
from update_bench import UpdateBench

FIRMWARE, SIGNED = "FirmwareStatusNotification", "SignedFirmwareStatusNotification"


class ExtendedTriggerMessage(Scenario):
    def setUp(self):
        self.bench = UpdateBench()
        self.central = self.bench.central
        self.bench.cold_boot()

    def trigger(self, message, **more):
        """The order of what came: the answer and then these calls."""
        self.central.forget()
        answer = self.status("ExtendedTriggerMessage", requestedMessage=message, **more)
        self.assertEqual(answer, "Accepted", message)
        self.bench.run(1)
        self.assertEqual(self.central.order[0], ("result", "ExtendedTriggerMessage"))
        return self.central.actions()

    def test_each_message_comes_after_the_answer(self):
        for message, count in (
            ("BootNotification", 1), ("Heartbeat", 1), ("MeterValues", 1),
            ("StatusNotification", 2), ("LogStatusNotification", 1),
        ):  # fmt: skip
            self.assertEqual(self.trigger(message), [message] * count)
        self.assertEqual(self.trigger(FIRMWARE), [SIGNED])

    def test_statuses_are_idle_when_nothing_goes_on(self):
        for message in (FIRMWARE, "LogStatusNotification"):
            told = self.trigger(message)[0]
            self.assertEqual(self.central.payloads(told), [{"status": "Idle"}])

    def test_one_connector_or_all(self):
        self.trigger("StatusNotification", connectorId=1)
        told = [payload["connectorId"] for payload in self.central.payloads("StatusNotification")]
        self.assertEqual(told, [1])
        payload = {"requestedMessage": "StatusNotification", "connectorId": 2}
        self.assertEqual(self.status("ExtendedTriggerMessage", **payload), "Rejected")

    def test_no_certificate_of_its_own_to_be_signed(self):
        message = "SignChargePointCertificate"
        answer = self.status("ExtendedTriggerMessage", requestedMessage=message)
        self.assertEqual(answer, "NotImplemented")

    def test_each_trigger_has_its_own_messages(self):
        for action, message in (
            ("ExtendedTriggerMessage", "DiagnosticsStatusNotification"),
            ("TriggerMessage", "LogStatusNotification"),
            ("TriggerMessage", "SignChargePointCertificate"),
        ):
            answer = self.call(action, requestedMessage=message)
            self.assertEqual(answer, "PropertyConstraintViolation")


if __name__ == "__main__":
    unittest.main()
