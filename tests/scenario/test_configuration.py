"""GetConfiguration and ChangeConfiguration over the wire."""

import unittest

from scenario import Scenario

# Those that the specification requires of Core.
REQUIRED = """
AuthorizeRemoteTxRequests ClockAlignedDataInterval ConnectionTimeOut ConnectorPhaseRotation
GetConfigurationMaxKeys HeartbeatInterval LocalAuthorizeOffline LocalPreAuthorize
MeterValuesAlignedData MeterValuesSampledData MeterValueSampleInterval NumberOfConnectors
ResetRetries StopTransactionOnInvalidId StopTxnAlignedData StopTxnSampledData
SupportedFeatureProfiles TransactionMessageAttempts TransactionMessageRetryInterval
UnlockConnectorOnEVSideDisconnect
"""


class Configuration(Scenario):
    def values(self, *names):
        """Key -> its entry; of all keys where none is named."""
        answer = self.call("GetConfiguration", **({"key": list(names)} if names else {}))
        return {entry["key"]: entry for entry in answer["configurationKey"]}

    def test_all_keys(self):
        answer = self.call("GetConfiguration")
        self.assertFalse(answer.get("unknownKey"))
        names = [entry["key"] for entry in answer["configurationKey"]]
        for name in REQUIRED.split():
            self.assertIn(name, names)
        self.assertEqual(len(set(names)), len(names))
        self.assertEqual(self.call("GetConfiguration", key=[]), answer)
        for entry in answer["configurationKey"]:
            self.assertLessEqual(len(entry["key"]), 50)
            self.assertLessEqual(len(entry.get("value", "")), 500)
        self.assertLessEqual(len(names), int(self.values()["GetConfigurationMaxKeys"]["value"]))

    def test_known_and_unknown_keys(self):
        answer = self.call("GetConfiguration", key=["NumberOfConnectors", "Nonsense"])
        self.assertEqual(
            answer["configurationKey"],
            [{"key": "NumberOfConnectors", "readonly": True, "value": "1"}],
        )
        self.assertEqual(answer["unknownKey"], ["Nonsense"])
        answer = self.call("GetConfiguration", key=["numberofconnectors", "Number", "number 1"])
        self.assertEqual(answer["configurationKey"][0]["key"], "NumberOfConnectors")
        self.assertEqual(answer["unknownKey"], ["Number", "number 1"])

    def test_profiles(self):
        profiles = self.values()["SupportedFeatureProfiles"]["value"].split(",")
        for profile in ("Core", "FirmwareManagement", "RemoteTrigger"):
            self.assertIn(profile, profiles)

    def test_change(self):
        for key, value, status in (
            ("HeartbeatInterval", "20", "Accepted"),
            ("HeartbeatInterval", "x", "Rejected"),
            ("HeartbeatInterval", "-1", "Rejected"),
            ("HeartbeatInterval", "", "Rejected"),
            ("WebSocketPingInterval", "-1", "Rejected"),
            ("LocalPreAuthorize", "yes", "Rejected"),
            ("NumberOfConnectors", "2", "Rejected"),
            ("Nonsense", "x", "NotSupported"),
            ("heartbeatinterval", "20", "Accepted"),
        ):
            answer = self.status("ChangeConfiguration", key=key, value=value)
            self.assertEqual(answer, status, (key, value))
        self.assertEqual(self.values("HeartbeatInterval")["HeartbeatInterval"]["value"], "20")
        self.bench.run(45)
        self.assertEqual(self.central.actions().count("Heartbeat"), 2)

    def test_what_is_writable_takes_its_own_value(self):
        for key, entry in self.values().items():
            if key == "AuthorizationKey":
                continue  # it is never told
            answer = self.status("ChangeConfiguration", key=key, value=entry["value"])
            if entry["readonly"]:
                self.assertEqual(answer, "Rejected", key)
            else:
                self.assertIn(answer, ("Accepted", "RebootRequired"), key)

    def test_changes_outlive_a_power_cut(self):
        self.change("ConnectionTimeOut", "17")
        self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual(self.values("ConnectionTimeOut")["ConnectionTimeOut"]["value"], "17")

    def test_connection_time_out_takes_effect(self):
        self.change("ConnectionTimeOut", "10")
        self.status("RemoteStartTransaction", idTag="R")
        self.bench.run(5)
        self.assertEqual(self.central.statuses(), ["Preparing"])
        self.bench.run(7)
        self.assertEqual(self.central.statuses(), ["Preparing", "Available"])

    def test_minimum_status_duration_takes_effect(self):
        self.change("MinimumStatusDuration", "5")
        self.plug(3)
        self.unplug(10)
        self.assertEqual(self.central.statuses(), [])
        self.plug(6)
        self.assertEqual(self.central.statuses(), ["Preparing"])


if __name__ == "__main__":
    unittest.main()
