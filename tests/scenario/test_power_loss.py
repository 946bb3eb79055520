"""A transaction that a power cut or a reset broke off: stopped, and its books."""

import json
import unittest

from charge_bench import START_S, Bench
from cut_files import CutFiles, PowerCut
from firmware.ocpp16.iso import parse_iso
from firmware.ocpp16.outbox import PATH
from scenario import Scenario


class Stopped(Scenario):
    KEYS = {"MeterValueSampleInterval": "10", "AllowOfflineTxForUnknownId": "true"}

    def reboot(self, reason="PowerLoss", seconds=3):
        self.bench.power_up(reason)
        self.bench.run(1)
        self.bench.connect()
        self.bench.run(seconds)

    def test_online_the_register_is_a_minute_old_at_most(self):
        bench = self.bench
        bench.charge()
        bench.run(200)
        before_wh = bench.evse.connectors[0].register.wh
        cut_s = START_S + bench.elapsed_ms // 1000
        bench.vehicle.wh = 0.0  # a meter that starts with the board
        self.reboot()
        stop = self.stops()[0]
        self.assertEqual((stop["transactionId"], stop["reason"]), (101, "PowerLoss"))
        self.assertNotIn("idTag", stop)
        self.assertIn(before_wh - stop["meterStop"], range(70))
        self.assertIn(cut_s - parse_iso(stop["timestamp"]), range(62))

    def test_meter_with_a_memory_loses_nothing(self):
        bench = self.bench
        bench.charge()
        bench.run(200)
        wh = int(bench.vehicle.wh)
        self.reboot()
        self.assertEqual(self.stops()[0]["meterStop"], wh)

    def test_offline_the_last_sample_counts(self):
        bench = self.bench
        bench.charge()
        bench.disconnect()
        bench.run(45)
        bench.vehicle.wh = 0.0
        self.central.forget()
        self.reboot("Reboot")
        last = self.central.payloads("MeterValues")[-1]["meterValue"][0]
        stop = self.stops()[0]
        self.assertEqual(stop["reason"], "Reboot")
        self.assertEqual(str(stop["meterStop"]), last["sampledValue"][0]["value"])
        self.assertEqual(stop["timestamp"], last["timestamp"])
        self.assertGreaterEqual(len(self.central.payloads("MeterValues")), 4)

    def test_register_goes_on_over_reboots(self):
        bench = self.bench
        last_wh = 0
        for number in range(3):
            bench.charge("TAG%d" % number)
            bench.run(30)
            self.unplug()
            start, stop = self.starts()[-1], self.stops()[-1]
            self.assertGreaterEqual(start["meterStart"], last_wh)
            last_wh = stop["meterStop"]
            bench.vehicle.wh = 0.0
            self.reboot()
        self.assertGreater(last_wh, 70)

    def test_start_never_answered_then_power_cut(self):
        bench = self.bench
        self.central.answers["StartTransaction"] = None
        bench.charge()
        bench.run(5)
        del self.central.answers["StartTransaction"]
        self.central.answers["StartTransaction"] = {
            "transactionId": 0, "idTagInfo": {"status": "Accepted"}
        }  # fmt: skip
        self.reboot()
        self.assertEqual(len(self.starts()), 2)
        self.assertEqual(self.starts()[0], self.starts()[1])
        self.assertEqual(self.stops()[0]["transactionId"], 0)

    def test_start_given_up_stays_minus_one_over_a_power_cut(self):
        bench = self.bench
        self.change("TransactionMessageAttempts", "1")
        self.central.answers["StartTransaction"] = "InternalError"
        bench.charge()
        bench.run(5)
        self.reboot()
        self.assertEqual(self.stops()[0]["transactionId"], -1)

    def test_next_charge_is_not_held_up(self):
        bench = self.bench
        bench.charge()
        bench.disconnect()
        bench.power_up()
        bench.run(1)
        bench.charge("TAG2")  # offline still
        bench.run(20)
        bench.connect()
        bench.run(5)
        self.assertEqual([stop["transactionId"] for stop in self.stops()], [101])
        self.assertEqual([start["idTag"] for start in self.starts()], ["TAG1", "TAG2"])
        self.assertTrue(self.charges())


class Predecessor(Scenario):
    """What version 1.0.0 left in its state file: one open, one ended, one never answered."""

    def left(self):
        start = {
            "connectorId": 1, "idTag": "OLD", "meterStart": 10,
            "timestamp": "2025-12-31T23:00:00Z",
        }  # fmt: skip
        stop = {"meterStop": 20, "timestamp": "2025-12-31T23:30:00Z", "reason": "Local"}
        return {
            "schema": 1,
            "registers_wh": [30],
            "open": [
                {"start": start, "stop": stop},
                {"start": start, "stop": stop, "id": 7},
                {"start": start, "id": 8, "last": "2025-12-31T23:40:00Z"},
            ],
        }

    def judge(self):
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(len(self.starts()), 1)
        stops = [(stop["transactionId"], stop["meterStop"]) for stop in self.stops()]
        self.assertEqual(stops, [(101, 20), (7, 20), (8, 30)])
        self.assertEqual(self.stops()[2]["timestamp"], "2025-12-31T23:40:00Z")
        self.bench.power_up()
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(len(self.stops()), 3)

    def test_is_told_after_the_update(self):
        self.bench.files.data = {PATH: json.dumps(self.left()).encode()}
        self.bench.power_up()
        self.bench.run(1)
        self.judge()

    def test_is_told_once_the_trial_is_over(self):
        self.bench.files.data = {PATH: json.dumps(self.left()).encode()}
        self.bench.power_up(inhibited=True)
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(self.starts() + self.stops(), [])
        kept = json.loads(self.bench.files.data[PATH])
        self.assertEqual(kept["open"], self.left()["open"])
        self.bench.disconnect()
        self.bench.evse.inhibited = False
        self.bench.run(1)
        self.judge()


class Cuts(unittest.TestCase):
    """The power goes at each change of the flash in a day of two charges, one of them offline."""

    KEYS = {
        "MeterValueSampleInterval": "5",
        "AllowOfflineTxForUnknownId": "true",
        "StopTxnSampledData": "Energy.Active.Import.Register",
    }

    def day(self, bench):
        bench.cold_boot()
        bench.charge()
        bench.run(6)
        bench.disconnect()
        bench.run(6)
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run(2)
        bench.vehicle.plugged = False
        bench.run(2)
        bench.charge("TAG2")
        bench.run(11)
        bench.connect()
        bench.run(2)

    def run_day(self, cut_at=None, after=False):
        starts = {}  # payload as text -> transactionId
        stops = {}

        def start(payload):
            starts.setdefault(str(payload), 200 + len(starts))
            return {"transactionId": starts[str(payload)], "idTagInfo": {"status": "Accepted"}}

        def stop(payload):
            stops.setdefault(payload["transactionId"], payload)
            self.assertEqual(stops[payload["transactionId"]], payload)
            return {}

        files = CutFiles()
        bench = Bench(self.KEYS, files=files)
        before = files.operations
        files.after = after
        files.cut_at = None if cut_at is None else before + cut_at
        bench.central.answers["StartTransaction"] = start
        bench.central.answers["StopTransaction"] = stop
        try:
            self.day(bench)
        except PowerCut:
            pass
        operations = files.operations - before
        files.restore_power()
        for _ in range(2):
            bench.power_up()
            bench.run(1)
            bench.connect()
            bench.run(3)
        self.assertEqual(sorted(starts.values()), sorted(stops))
        for payload in stops.values():
            self.assertEqual(
                str(payload["meterStop"]),
                payload["transactionData"][-1]["sampledValue"][0]["value"],
            )
        self.assertEqual(len(bench.charge_point._outbox), 0)
        return operations

    def test_every_transaction_is_told_once_and_ends(self):
        operations = self.run_day()
        self.assertGreater(operations, 10)
        for after in (False, True):
            for cut_at in range(1, operations + 1):
                with self.subTest(cut_at=cut_at, after=after):
                    self.run_day(cut_at, after)


if __name__ == "__main__":
    unittest.main()
