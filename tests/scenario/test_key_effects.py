"""What configuration keys do, where no other scenario shows it. See `test_key_table`."""

import unittest

from charge_bench import Bench
from firmware.ocpp16.configuration_keys import KEYS
from firmware.ocpp16.table import row
from scenario import Scenario

MEASURANDS = ["Energy.Active.Import.Register", "Current.Offered"]
# A command of each profile there is.
COMMANDS = {
    "Core": ("ClearCache", {}),
    "FirmwareManagement": ("GetDiagnostics", {"location": "https://host/logs"}),
    "LocalAuthListManagement": ("GetLocalListVersion", {}),
    "Reservation": ("CancelReservation", {"reservationId": 1}),
    "SmartCharging": ("ClearChargingProfile", {}),
    "RemoteTrigger": ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
}


class KeyEffects(Scenario):
    def value(self, key):
        """The value that the charge point tells."""
        return self.call("GetConfiguration", key=[key])["configurationKey"][0]["value"]

    def set(self, key, value):
        """The status of a change."""
        return self.status("ChangeConfiguration", key=key, value=value)

    def times(self, action):
        """When ``action`` came, in s."""
        return [at_ms // 1000 for at_ms, name, _ in self.central.calls if name == action]

    def test_ConnectorPhaseRotation(self):
        self.assertEqual(self.set("ConnectorPhaseRotation", "0.RST,1.RTS"), "Accepted")
        for value in ("2.RST", "1.RRR", "RST"):
            self.assertEqual(self.set("ConnectorPhaseRotation", value), "Rejected", value)
        self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual(self.value("ConnectorPhaseRotation"), "0.RST,1.RTS")

    def test_lengths_of_lists(self):
        for name, items in (
            ("ConnectorPhaseRotation", ["1.RST"] * 12),
            ("MeterValuesAlignedData", MEASURANDS),
            ("MeterValuesSampledData", MEASURANDS),
            ("StopTxnAlignedData", MEASURANDS),
            ("StopTxnSampledData", MEASURANDS),
        ):
            most = int(self.value(name + "MaxLength"))
            self.assertEqual(self.set(name + "MaxLength", "1"), "Rejected")
            self.assertEqual(self.set(name, ",".join(items[:most])), "Accepted", name)
            more = (items + items)[: most + 1]
            self.assertEqual(self.set(name, ",".join(more)), "Rejected", name)
            self.assertEqual(self.value(name), ",".join(items[:most]))

    def test_CpoName(self):
        self.assertEqual(self.set("CpoName", "Strom AG"), "Accepted")
        self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual(self.value("CpoName"), "Strom AG")

    def test_GetConfigurationMaxKeys(self):
        most = int(self.value("GetConfigurationMaxKeys"))
        answer = self.call("GetConfiguration", key=["Odd"] * most)
        self.assertEqual(answer["configurationKey"], [])
        answer = self.call("GetConfiguration", key=["Odd"] * (most + 1))
        self.assertEqual(answer, "PropertyConstraintViolation")

    def test_HeartbeatInterval(self):
        self.change("HeartbeatInterval", "20")
        self.bench.run(65)
        times = self.times("Heartbeat")
        self.assertEqual(len(times), 3)
        self.assertEqual(times[2] - times[0], 40)

    def test_MaxCurrent(self):
        self.bench.charge()
        self.assertEqual(self.bench.evse.offered_ma, 16000)
        self.change("MaxCurrent", "10")
        self.bench.run(1)
        self.assertEqual(self.bench.evse.offered_ma, 10000)
        self.change("MaxCurrent", "5")
        self.bench.run(10)
        self.assertEqual(self.bench.evse.offered_ma, 0)
        self.assertEqual(self.central.statuses()[-1], "SuspendedEVSE")

    def test_MessageTimeout(self):
        self.central.answers["StatusNotification"] = None
        self.change("MessageTimeout", "40")
        self.status("TriggerMessage", requestedMessage="StatusNotification")
        self.bench.run(85)
        times = self.times("StatusNotification")
        self.assertEqual([times[1] - times[0], len(times)], [40, 2])

    def test_NumberOfConnectors(self):
        self.bench = Bench(connectors=2)
        self.central = self.bench.central
        self.bench.connect()
        self.bench.run(1)
        self.assertEqual(self.value("NumberOfConnectors"), "2")
        told = {status["connectorId"] for status in self.central.payloads("StatusNotification")}
        self.assertEqual(told, {0, 1, 2})

    def test_ResetRetries(self):
        for retries, least_s in (("0", 58), ("1", 118)):
            self.setUp()
            self.change("ResetRetries", retries)
            self.bench.charge()
            self.central.answers["StopTransaction"] = None
            self.status("Reset", type="Soft")
            took_ms = self.bench.run_until(
                lambda: self.bench.charge_point.ready_to_reset(self.bench.now_ms), 200
            )
            self.assertAlmostEqual(took_ms // 1000, least_s + 1, delta=1)

    def test_SupportedFeatureProfiles(self):
        profiles = self.value("SupportedFeatureProfiles").split(",")
        for profile, (action, payload) in COMMANDS.items():
            answer = self.call(action, **payload)
            if profile in profiles:
                self.assertIsInstance(answer, dict, action)
            else:
                self.assertEqual(answer, "NotSupported", action)

    def test_TransactionMessageRetryInterval(self):
        self.central.answers["StartTransaction"] = "InternalError"
        self.change("TransactionMessageRetryInterval", "10")
        self.bench.charge()
        self.bench.run(60)
        times = self.times("StartTransaction")
        self.assertEqual([at - times[0] for at in times], [0, 10, 30])

    def test_TransactionMessageAttempts(self):
        self.central.answers["StartTransaction"] = "InternalError"
        self.change("TransactionMessageRetryInterval", "0")
        for attempts in (1, 4):
            self.central.forget()
            self.change("TransactionMessageAttempts", str(attempts))
            self.bench.charge()
            self.bench.run(5)
            self.assertEqual(len(self.starts()), attempts)
            self.unplug()

    def test_UnlockConnectorOnEVSideDisconnect(self):
        self.assertEqual(row(KEYS, "UnlockConnectorOnEVSideDisconnect")[1:3], ["R", "false"])
        self.assertEqual(self.set("UnlockConnectorOnEVSideDisconnect", "true"), "Rejected")
        self.assertEqual(self.status("UnlockConnector", connectorId=1), "NotSupported")


if __name__ == "__main__":
    unittest.main()
