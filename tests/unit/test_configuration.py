"""Configuration keys: types, access, bounds, and what survives a reboot."""

import json
import unittest

from charge_bench import MemoryFiles
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.configuration_check import PATH, accepted
from firmware.ocpp16.configuration_keys import KEYS
from firmware.ocpp16.table import names, row


class FullFiles(MemoryFiles):
    def write(self, path, data):
        raise OSError(28)


class ConfigurationTest(unittest.TestCase):
    def setUp(self):
        self.files = MemoryFiles()
        self.configuration = Configuration(self.files)

    def test_every_default_is_one_the_key_takes(self):
        for name in names(KEYS):
            value = self.configuration.text(name)
            self.assertEqual(accepted(name, value), value, name)
            self.assertLessEqual(len(name), 50)

    def test_required_keys_of_the_profiles(self):
        for name in (
            "AuthorizeRemoteTxRequests", "ClockAlignedDataInterval", "ConnectionTimeOut",
            "ConnectorPhaseRotation", "GetConfigurationMaxKeys", "HeartbeatInterval",
            "LocalAuthorizeOffline", "LocalPreAuthorize", "MeterValuesAlignedData",
            "MeterValuesSampledData", "MeterValueSampleInterval", "NumberOfConnectors",
            "ResetRetries", "StopTransactionOnInvalidId", "StopTxnAlignedData",
            "StopTxnSampledData", "SupportedFeatureProfiles", "TransactionMessageAttempts",
            "TransactionMessageRetryInterval", "UnlockConnectorOnEVSideDisconnect",
        ):  # fmt: skip
            self.assertIsNotNone(row(KEYS, name), name)

    def test_odd_names_are_unknown(self):
        for name in ("", " ", "AllowOfflineTxForUnknownId W", "b", "W", "\n", "heartbeatinterva"):
            self.assertIsNone(row(KEYS, name), name)
            self.assertEqual(self.configuration.change(name, "1"), "NotSupported")
        self.assertEqual(names(KEYS), sorted(names(KEYS)))

    def test_names_are_of_any_case(self):
        for name in ("heartbeatinterval", "HEARTBEATINTERVAL", "HeartbeatInterval"):
            self.assertEqual(self.configuration.change(name, "77"), "Accepted", name)
        self.assertEqual(self.configuration.number("HeartbeatInterval"), 77)
        saved = json.loads(self.files.data[PATH])["keys"]
        self.assertEqual(saved, {"HeartbeatInterval": "77"})

    def test_answers(self):
        change = self.configuration.change
        for name, value, status in (
            ("Nonsense", "1", "NotSupported"),
            ("NumberOfConnectors", "2", "Rejected"),
            ("HeartbeatInterval", "60", "Accepted"),
            ("HeartbeatInterval", "0", "Rejected"),
            ("HeartbeatInterval", "-1", "Rejected"),
            ("HeartbeatInterval", "1e2", "Rejected"),
            ("HeartbeatInterval", "", "Rejected"),
            ("HeartbeatInterval", "99999999999999999999", "Rejected"),
            ("HeartbeatInterval", "\u0661\u0662", "Rejected"),
            ("WebSocketPingInterval", "0", "Accepted"),
            ("WebSocketPingInterval", "-1", "Rejected"),
            ("AuthorizeRemoteTxRequests", "FALSE", "Accepted"),
            ("AuthorizeRemoteTxRequests", "0", "Rejected"),
            (
                "MeterValuesSampledData",
                "Current.Offered,Energy.Active.Import.Register",
                "Accepted",
            ),
            ("MeterValuesSampledData", "Current.Offered, Voltage", "Rejected"),
            ("MeterValuesSampledData", "Current.Offered,Current.Offered", "Rejected"),
            ("StopTxnSampledData", "Voltage", "Rejected"),
            ("StopTxnSampledData", "", "Accepted"),
            ("ConnectorPhaseRotation", "0.RST, 1.RTS", "Accepted"),
            ("ConnectorPhaseRotation", "1.ABC", "Rejected"),
            ("ConnectorPhaseRotation", "2.RST", "Rejected"),  # there is one connector
            ("ConnectorPhaseRotation", ",".join(["0.RST"] * 11), "Rejected"),
        ):
            self.assertEqual(change(name, value), status, (name, value))
        self.assertEqual(self.configuration.number("HeartbeatInterval"), 60)
        self.assertFalse(self.configuration.flag("AuthorizeRemoteTxRequests"))
        self.assertEqual(
            list(self.configuration.items("MeterValuesSampledData")),
            ["Current.Offered", "Energy.Active.Import.Register"],
        )
        self.assertEqual(list(self.configuration.items("StopTxnSampledData")), [])

    def test_survives_a_reboot(self):
        self.configuration.change("HeartbeatInterval", "61")
        again = Configuration(self.files, {"HeartbeatInterval": "90", "ConnectionTimeOut": 30})
        self.assertEqual(again.number("HeartbeatInterval"), 61)
        self.assertEqual(again.number("ConnectionTimeOut"), 30)
        self.assertEqual(json.loads(self.files.data[PATH])["schema"], 1)

    def test_passing_values_do_not_survive(self):
        self.configuration.assign("HeartbeatInterval", 77)
        self.assertEqual(self.configuration.number("HeartbeatInterval"), 77)
        self.assertEqual(Configuration(self.files).text("HeartbeatInterval"), "300")

    def test_same_value_as_the_passing_one_is_kept(self):
        self.configuration.assign("HeartbeatInterval", 77)
        self.configuration.change("HeartbeatInterval", "77")
        self.assertEqual(Configuration(self.files).number("HeartbeatInterval"), 77)

    def test_unchanged_value_is_not_written_again(self):
        self.configuration.change("HeartbeatInterval", "61")
        self.configuration.change("HeartbeatInterval", "61")
        self.assertEqual(self.files.writes, 1)

    def test_keys_of_a_later_version_are_kept(self):
        later = {"schema": 1, "keys": {"Later": "x", "ConnectionTimeOut": "31"}, "more": 1}
        self.files.write(PATH, json.dumps(later).encode())
        configuration = Configuration(self.files)
        self.assertEqual(configuration.change("HeartbeatInterval", "61"), "Accepted")
        saved = json.loads(self.files.data[PATH])["keys"]
        self.assertEqual(
            saved, {"Later": "x", "ConnectionTimeOut": "31", "HeartbeatInterval": "61"}
        )

    def test_unreadable_file_gives_defaults(self):
        for data in (
            b"",
            b"{",
            b"[]",
            b"7",
            b'{"keys":[1]}',
            b'{"keys":{"HeartbeatInterval":[5]}}',
        ):
            self.files.data[PATH] = data
            self.assertEqual(Configuration(self.files).text("HeartbeatInterval"), "300")

    def test_bad_provided_values_are_ignored(self):
        configuration = Configuration(self.files, {"HeartbeatInterval": "x", "Other": "1"})
        self.assertEqual(configuration.text("HeartbeatInterval"), "300")

    def test_full_storage_is_a_refusal(self):
        configuration = Configuration(FullFiles())
        self.assertEqual(configuration.change("HeartbeatInterval", "61"), "Rejected")
        self.assertEqual(configuration.text("HeartbeatInterval"), "300")


if __name__ == "__main__":
    unittest.main()
