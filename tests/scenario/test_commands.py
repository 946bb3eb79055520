"""The rest of the commands, and what holds for the answers to all of them."""

import sys
import unittest

from scenario import Scenario


class Commands(Scenario):
    def test_unlock_with_a_fixed_cable(self):
        for connector_id in (1, 9):
            answer = self.status("UnlockConnector", connectorId=connector_id)
            self.assertEqual(answer, "NotSupported")
        self.bench.charge()
        self.assertEqual(self.status("UnlockConnector", connectorId=1), "NotSupported")
        self.assertTrue(self.charges())

    def test_clear_cache(self):
        self.assertEqual(self.status("ClearCache"), "Accepted")

    def test_data_transfer_of_an_unknown_vendor(self):
        for payload in ({}, {"messageId": "m"}, {"data": "d"}):
            answer = self.status("DataTransfer", vendorId="nobody", **payload)
            self.assertEqual(answer, "UnknownVendorId")

    def test_what_this_charger_does_not_have(self):
        self.assertEqual(self.call("ReserveNow", connectorId=1), "NotSupported")
        self.assertEqual(self.call("MakeCoffee"), "NotImplemented")
        self.assertEqual(self.call("reset", type="Soft"), "NotImplemented")

    def test_errors_of_a_payload(self):
        for payload, code in (
            ({}, "FormationViolation"),
            ({"type": "Soft", "more": 1}, "FormationViolation"),
            ({"type": 5}, "TypeConstraintViolation"),
            ({"type": None}, "TypeConstraintViolation"),
            ({"type": "Medium"}, "PropertyConstraintViolation"),
        ):
            self.assertEqual(self.call("Reset", **payload), code)
        self.assertIsNone(self.bench.charge_point.reset_requested)

    def test_no_memory_is_an_answer(self):
        def exhausted(fields, payload):
            raise MemoryError

        from firmware.ocpp16 import validate

        validate.validate = exhausted  # until the module is loaded anew, for the next command
        self.assertEqual(self.call("ClearCache"), "InternalError")
        self.assertEqual(self.status("ClearCache"), "Accepted")

    def test_flash_that_fails_is_an_answer(self):
        def full(path, data):
            raise OSError(28)

        write = self.bench.files.write
        self.bench.files.write = full
        for action, payload in (
            ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "20"}),
            ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
        ):
            self.assertEqual(self.status(action, **payload), "Rejected")
        self.bench.files.write = write
        self.assertEqual(self.bench.evse.connectors[0].status, "Available")

    def test_rare_commands_leave_the_heap(self):
        self.status("ClearCache")
        self.call("GetConfiguration")
        self.change("HeartbeatInterval", "20")
        self.status("TriggerMessage", requestedMessage="Heartbeat")
        for name in ("availability", "configuration_check", "core", "remote_trigger"):
            self.assertNotIn("firmware.ocpp16." + name, sys.modules)


if __name__ == "__main__":
    unittest.main()
