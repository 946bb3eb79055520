"""One day in which all is said that this charger can say: so that the schemas see all of it."""

import unittest

from charge_bench import START_S
from firmware.ocpp16 import update_job as jobs
from update_bench import UpdateBench

CALLS = {
    "Authorize", "BootNotification", "DiagnosticsStatusNotification",
    "FirmwareStatusNotification", "Heartbeat", "MeterValues", "StartTransaction",
    "StatusNotification", "StopTransaction",
}  # fmt: skip
COMMANDS = (
    ("GetConfiguration", {}),
    ("GetConfiguration", {"key": ["HeartbeatInterval", "Nonsense"]}),
    ("ChangeConfiguration", {"key": "StopTxnSampledData", "value": "Current.Offered"}),
    ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "20"}),
    ("ClearCache", {}),
    ("DataTransfer", {"vendorId": "nobody"}),
    ("DataTransfer", {"vendorId": "uCharge", "messageId": "ClearFault"}),
    ("UnlockConnector", {"connectorId": 1}),
    ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    ("RemoteStartTransaction", {"idTag": "R"}),
    ("RemoteStopTransaction", {"transactionId": 7}),
    ("GetDiagnostics", {"location": "https://host/logs"}),
    ("Reset", {"type": "Soft"}),
)  # fmt: skip
ALL_VALUES = (
    "Energy.Active.Import.Register,Current.Import,Current.Offered,Power.Active.Import,Voltage,"
    "Temperature,SoC"
)


class EveryMessage(unittest.TestCase):
    def test_every_message(self):
        bench = UpdateBench({"MeterValueSampleInterval": "5", "ClockAlignedDataInterval": "30"})
        central = bench.central
        bench.cold_boot()
        seen = set()
        for key in ("MeterValuesSampledData", "MeterValuesAlignedData", "StopTxnAlignedData"):
            for value in (ALL_VALUES, "Energy.Active.Import.Register,Current.Offered"):
                central.call("ChangeConfiguration", {"key": key, "value": value})
        for action, payload in COMMANDS[:4]:
            self.assertIsInstance(central.call(action, payload), dict, action)
        bench.charge()
        bench.run(70)
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run(5)
        bench.vehicle.plugged = False
        bench.run(5)
        bench.ask(retries=0)
        bench.until(jobs.DOWNLOADING)
        bench.job.transport_failed("404", START_S)
        bench.run(3)
        for message in ("DiagnosticsStatusNotification", "BootNotification", "MeterValues"):
            central.call("TriggerMessage", {"requestedMessage": message})
            bench.run(1)
        for action, payload in COMMANDS:
            self.assertIsInstance(central.call(action, payload), dict, action)
            bench.run(1)
        for kind, action in central.order:
            seen.add(action if kind == "call" else kind + " " + action)
        missing = CALLS | {"result " + action for action, _ in COMMANDS}
        missing -= seen
        self.assertEqual(missing, set())
        stop = central.payloads("StopTransaction")[0]
        self.assertGreater(len(stop["transactionData"]), 2)


if __name__ == "__main__":
    unittest.main()
