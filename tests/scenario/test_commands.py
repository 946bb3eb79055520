"""The central system's commands: configuration, reset, trigger, availability and the rest."""

import sys
import unittest

from charge_bench import Bench
from firmware.ocpp16 import commands


class Commands(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.central = self.bench.central
        self.bench.cold_boot()

    def call(self, action, **payload):
        return self.central.call(action, payload)

    def status(self, action, **payload):
        return self.call(action, **payload)["status"]

    def test_configuration(self):
        answer = self.call("GetConfiguration")
        names = [item["key"] for item in answer["configurationKey"]]
        self.assertIn("HeartbeatInterval", names)
        self.assertNotIn("unknownKey", answer)
        answer = self.call("GetConfiguration", key=["NumberOfConnectors", "Nonsense"])
        self.assertEqual(
            answer["configurationKey"],
            [{"key": "NumberOfConnectors", "readonly": True, "value": "1"}],
        )
        self.assertEqual(answer["unknownKey"], ["Nonsense"])
        for key, value, status in (
            ("HeartbeatInterval", "20", "Accepted"),
            ("HeartbeatInterval", "x", "Rejected"),
            ("Nonsense", "x", "NotSupported"),
        ):
            self.assertEqual(self.status("ChangeConfiguration", key=key, value=value), status)
        self.bench.run(45)
        self.assertEqual(self.central.actions().count("Heartbeat"), 2)

    def test_no_memory_is_an_answer(self):
        def exhausted(fields, payload):
            raise MemoryError

        validate = commands.validate
        commands.validate = exhausted
        try:
            self.assertEqual(self.call("ClearCache"), "InternalError")
        finally:
            commands.validate = validate
        self.assertEqual(self.status("ClearCache"), "Accepted")

    def test_rare_commands_leave_the_heap(self):
        self.status("ClearCache")
        self.call("GetConfiguration")
        self.status("ChangeConfiguration", key="HeartbeatInterval", value="20")
        self.status("TriggerMessage", requestedMessage="Heartbeat")
        for name in ("availability", "configuration_check", "core", "remote_trigger"):
            self.assertNotIn("firmware.ocpp16." + name, sys.modules)

    def test_connection_time_out_takes_effect(self):
        self.status("ChangeConfiguration", key="ConnectionTimeOut", value="10")
        self.status("RemoteStartTransaction", idTag="R")
        self.bench.run(5)
        self.assertEqual(self.central.statuses(), ["Preparing"])
        self.bench.run(7)
        self.assertEqual(self.central.statuses(), ["Preparing", "Available"])

    def test_minimum_status_duration(self):
        self.status("ChangeConfiguration", key="MinimumStatusDuration", value="5")
        self.bench.vehicle.plugged = True
        self.bench.run(3)
        self.bench.vehicle.plugged = False
        self.bench.run(10)
        self.assertEqual(self.central.statuses(), [])
        self.bench.vehicle.plugged = True
        self.bench.run(6)
        self.assertEqual(self.central.statuses(), ["Preparing"])

    def test_clock_aligned_readings(self):
        self.status("ChangeConfiguration", key="ClockAlignedDataInterval", value="30")
        self.bench.run(95)
        readings = self.central.payloads("MeterValues")
        self.assertEqual(len(readings), 3)
        for reading in readings:
            self.assertIn(reading["meterValue"][0]["timestamp"][-3:], ("00Z", "30Z"))
            value = reading["meterValue"][0]["sampledValue"][0]
            self.assertEqual(value["context"], "Sample.Clock")
            self.assertNotIn("transactionId", reading)

    def test_measurands(self):
        lists = "Energy.Active.Import.Register,Current.Offered"
        self.status("ChangeConfiguration", key="MeterValuesSampledData", value=lists)
        self.status("ChangeConfiguration", key="MeterValueSampleInterval", value="5")
        self.bench.charge()
        self.bench.run(6)
        values = self.central.payloads("MeterValues")[-1]["meterValue"][0]["sampledValue"]
        self.assertEqual((values[1]["value"], values[1]["unit"]), ("16.000", "A"))
        self.status("ChangeConfiguration", key="MeterValueSampleInterval", value="0")
        self.central.forget()
        self.bench.run(20)
        self.assertEqual(self.central.payloads("MeterValues"), [])

    def test_remote_stop_unloads_first(self):
        self.bench.charge()
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=7), "Rejected")
        self.bench.vehicle.lets_go = False
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=101), "Accepted")
        self.bench.step()
        self.assertEqual(self.bench.evse.offered_ma, 0)
        self.assertTrue(self.bench.evse.contactor_on)
        self.bench.run(5.9)
        self.assertTrue(self.bench.evse.contactor_on)
        self.assertNotIn("StopTransaction", self.central.actions())
        self.bench.run(0.2)
        self.assertFalse(self.bench.evse.contactor_on)
        self.assertEqual(self.central.payloads("StopTransaction")[0]["reason"], "Remote")

    def test_remote_start_without_authorization(self):
        self.status("ChangeConfiguration", key="AuthorizeRemoteTxRequests", value="false")
        self.bench.vehicle.plugged = True
        self.bench.run(1)
        self.assertEqual(self.status("RemoteStartTransaction", idTag="R"), "Accepted")
        self.bench.run(3)
        self.assertNotIn("Authorize", self.central.actions())
        self.assertEqual(self.central.payloads("StartTransaction")[0]["idTag"], "R")

    def test_remote_start_refused(self):
        self.assertEqual(
            self.status("RemoteStartTransaction", idTag="R", connectorId=9), "Rejected"
        )
        self.bench.charge()
        self.assertEqual(self.status("RemoteStartTransaction", idTag="R"), "Rejected")

    def test_authorize_refused(self):
        self.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
        self.bench.vehicle.plugged = True
        self.bench.charge_point.present_id_tag("BAD", self.bench.now_ms)
        self.bench.run(5)
        self.assertFalse(self.bench.evse.in_use)
        self.central.answers["Authorize"] = {"idTagInfo": 5}
        self.bench.charge_point.present_id_tag("BAD", self.bench.now_ms)
        self.bench.run(5)
        self.assertFalse(self.bench.evse.in_use)

    def test_invalid_id_in_the_start_answer_stops(self):
        answer = {"transactionId": 5, "idTagInfo": {"status": "Invalid"}}
        self.central.answers["StartTransaction"] = answer
        self.bench.vehicle.plugged = True
        self.bench.charge_point.present_id_tag("BAD", self.bench.now_ms)
        self.bench.run(10)
        stop = self.central.payloads("StopTransaction")[0]
        self.assertEqual((stop["reason"], stop["transactionId"]), ("DeAuthorized", 5))

    def test_invalid_id_in_the_start_answer_suspends(self):
        self.status("ChangeConfiguration", key="StopTransactionOnInvalidId", value="false")
        answer = {"transactionId": 5, "idTagInfo": {"status": "Invalid"}}
        self.central.answers["StartTransaction"] = answer
        self.bench.vehicle.plugged = True
        self.bench.charge_point.present_id_tag("BAD", self.bench.now_ms)
        self.bench.run(10)
        self.assertEqual(self.central.statuses()[-1], "SuspendedEVSE")
        self.assertFalse(self.bench.evse.contactor_on)
        self.assertEqual(self.central.payloads("StopTransaction"), [])

    def test_malformed_start_answer(self):
        self.central.answers["StartTransaction"] = {"transactionId": "5"}
        self.bench.charge()
        self.bench.vehicle.plugged = False
        self.bench.run(3)
        self.assertEqual(self.central.payloads("StopTransaction")[0]["transactionId"], -1)

    def test_reset_answers_then_stops_then_restarts(self):
        for kind in ("Soft", "Hard"):
            self.setUp()
            self.bench.charge()
            self.central.forget()
            self.assertEqual(self.status("Reset", type=kind), "Accepted")
            charge_point = self.bench.charge_point
            self.assertEqual(charge_point.reset_requested, kind)
            self.assertFalse(charge_point.ready_to_reset(self.bench.now_ms))
            took_ms = self.bench.run_until(
                lambda: self.bench.charge_point.ready_to_reset(self.bench.now_ms), 10
            )
            self.assertLess(took_ms, 3000)
            self.assertFalse(self.bench.evse.contactor_on)
            stop = self.central.payloads("StopTransaction")[0]
            self.assertEqual(stop["reason"], kind + "Reset")
            self.assertEqual(self.status("RemoteStartTransaction", idTag="R"), "Rejected")

    def test_reset_does_not_wait_for_ever(self):
        self.central.answers["StopTransaction"] = None
        self.bench.charge()
        self.status("Reset", type="Hard")
        self.bench.run(16)
        self.assertTrue(self.bench.charge_point.ready_to_reset(self.bench.now_ms))

    def test_reset_waits_for_the_end_of_a_trial(self):
        self.bench.evse.inhibited = True
        self.status("Reset", type="Hard")
        self.bench.run(30)
        self.assertFalse(self.bench.charge_point.ready_to_reset(self.bench.now_ms))
        self.bench.evse.inhibited = False
        self.assertTrue(self.bench.charge_point.ready_to_reset(self.bench.now_ms))

    def test_trigger_answer_precedes_the_message(self):
        for message, sent in (
            ("BootNotification", 1), ("Heartbeat", 1), ("MeterValues", 1),
            ("StatusNotification", 2), ("FirmwareStatusNotification", 1),
            ("DiagnosticsStatusNotification", 1),
        ):  # fmt: skip
            self.central.forget()
            self.assertEqual(self.status("TriggerMessage", requestedMessage=message), "Accepted")
            self.bench.run(1)
            order = [kind for kind, _ in self.central.order]
            self.assertEqual(order, ["result"] + ["call"] * sent, message)
            self.assertEqual(self.central.actions(), [message] * sent)
            if message.endswith("StatusNotification") and sent == 1:
                self.assertEqual(self.central.payloads(message), [{"status": "Idle"}])

    def test_triggered_reading_of_a_transaction(self):
        self.bench.charge()
        self.call("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
        self.bench.run(1)
        reading = self.central.payloads("MeterValues")[0]
        self.assertEqual(reading["transactionId"], 101)
        self.assertEqual(reading["meterValue"][0]["sampledValue"][0]["context"], "Trigger")

    def test_trigger_refused(self):
        for message in ("MeterValues", "StatusNotification"):
            payload = {"requestedMessage": message, "connectorId": 2}
            self.assertEqual(self.status("TriggerMessage", **payload), "Rejected")
        self.status("ChangeConfiguration", key="MeterValuesSampledData", value="")
        self.assertEqual(self.status("TriggerMessage", requestedMessage="MeterValues"), "Rejected")

    def test_availability(self):
        change = "ChangeAvailability"
        self.assertEqual(self.status(change, connectorId=5, type="Inoperative"), "Rejected")
        self.assertEqual(self.status(change, connectorId=0, type="Inoperative"), "Accepted")
        self.bench.run(1)
        self.assertEqual(self.central.statuses(0), ["Unavailable"])
        self.assertEqual(self.central.statuses(1), ["Unavailable"])
        self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual(self.bench.evse.connectors[0].status, "Unavailable")
        self.assertEqual(self.status(change, connectorId=0, type="Operative"), "Accepted")
        self.bench.run(1)
        self.assertEqual(self.central.statuses(1), ["Available"])
        self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual(self.bench.evse.connectors[0].status, "Available")

    def test_availability_is_scheduled_during_a_transaction(self):
        self.bench.charge()
        change = "ChangeAvailability"
        self.assertEqual(self.status(change, connectorId=1, type="Inoperative"), "Scheduled")
        self.bench.run(2)
        self.assertTrue(self.bench.evse.contactor_on)
        self.bench.vehicle.plugged = False
        self.bench.run(3)
        self.assertEqual(self.central.statuses()[-1], "Unavailable")

    def test_what_this_charger_does_not_have(self):
        self.assertEqual(self.status("UnlockConnector", connectorId=1), "NotSupported")
        self.assertEqual(self.status("ClearCache"), "Accepted")
        self.assertEqual(self.status("DataTransfer", vendorId="x"), "UnknownVendorId")
        self.assertEqual(self.call("ReserveNow", connectorId=1), "NotSupported")
        self.assertEqual(self.call("MakeCoffee"), "NotImplemented")
        self.assertEqual(self.call("reset", type="Soft"), "NotImplemented")

    def test_payload_errors(self):
        for payload, code in (
            ({}, "FormationViolation"),
            ({"type": "Soft", "more": 1}, "FormationViolation"),
            ({"type": 5}, "TypeConstraintViolation"),
            ({"type": None}, "TypeConstraintViolation"),
            ({"type": "Medium"}, "PropertyConstraintViolation"),
        ):
            self.assertEqual(self.call("Reset", **payload), code)
        self.assertIsNone(self.bench.charge_point.reset_requested)


if __name__ == "__main__":
    unittest.main()
