"""Transactions while the central system is out of reach (TC_036 to TC_039), and power cuts."""

import unittest

from charge_bench import START_S, Bench
from firmware.ocpp16.clock import parse_iso

TRANSACTION = ("StartTransaction", "MeterValues", "StopTransaction")


class Offline(unittest.TestCase):
    def setUp(self):
        self.bench = Bench(
            {"MeterValueSampleInterval": "10", "AllowOfflineTxForUnknownId": "true",
             "TransactionMessageRetryInterval": "20"}
        )  # fmt: skip
        self.central = self.bench.central

    def transaction_calls(self):
        return [call for call in self.central.calls if call[1] in TRANSACTION]

    def transaction_actions(self):
        return [action for _, action, _ in self.transaction_calls()]

    def test_meter_values_are_kept_and_exactly_spaced(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        bench.charge()
        bench.disconnect()
        bench.run(45)
        self.assertTrue(bench.evse.contactor_on)
        bench.connect()
        bench.run(20)
        readings = [payload["meterValue"][0] for payload in central.payloads("MeterValues")]
        times = [parse_iso(reading["timestamp"]) for reading in readings]
        self.assertEqual(times, [times[0] + 10 * index for index in range(len(times))])
        self.assertGreaterEqual(len(times), 6)
        values = [int(reading["sampledValue"][0]["value"]) for reading in readings]
        self.assertEqual(values, sorted(values))
        for payload in central.payloads("MeterValues"):
            self.assertEqual(payload["transactionId"], 101)

    def test_whole_transaction_offline(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        bench.disconnect()
        bench.charge("OFF")
        bench.run(25)
        bench.charge_point.present_id_tag("OFF", bench.now_ms)
        bench.run(2)
        self.assertFalse(bench.evse.contactor_on)
        central.forget()
        bench.connect()
        bench.run(5)
        self.assertEqual(
            self.transaction_actions(),
            ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"],
        )
        start = central.payloads("StartTransaction")[0]
        stop = central.payloads("StopTransaction")[0]
        self.assertEqual(start["idTag"], "OFF")
        self.assertEqual(stop["transactionId"], 101)
        self.assertEqual(stop["reason"], "Local")
        self.assertGreater(parse_iso(stop["timestamp"]) - parse_iso(start["timestamp"]), 20)
        self.assertNotIn("Authorize", central.actions())

    def test_unknown_id_is_refused_offline_by_default(self):
        bench = Bench()
        bench.cold_boot()
        bench.disconnect()
        bench.vehicle.plugged = True
        bench.run(1)
        bench.charge_point.present_id_tag("OFF", bench.now_ms)
        bench.run(5)
        self.assertFalse(bench.evse.in_use)

    def test_transaction_before_the_first_registration_gets_true_times(self):
        bench, central = self.bench, self.central
        bench.charge("EARLY")
        started_s = START_S + bench.elapsed_ms // 1000
        bench.run(15)
        bench.connect()
        bench.run(3)
        start = central.payloads("StartTransaction")[0]
        self.assertAlmostEqual(parse_iso(start["timestamp"]), started_s, delta=3)
        reading = central.payloads("MeterValues")[0]["meterValue"][0]
        self.assertAlmostEqual(parse_iso(reading["timestamp"]), started_s + 10, delta=3)

    def test_stop_while_offline_continues_the_id(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        bench.charge()
        bench.disconnect()
        bench.vehicle.plugged = False
        bench.run(3)
        bench.connect()
        bench.run(3)
        stop = central.payloads("StopTransaction")[0]
        self.assertEqual((stop["transactionId"], stop["reason"]), (101, "EVDisconnected"))

    def test_link_lost_before_the_answer_sends_again(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        start = central.answers["StartTransaction"]
        central.answers["StartTransaction"] = None
        bench.charge()
        bench.disconnect()
        central.answers["StartTransaction"] = start
        bench.run(1)
        bench.connect()
        bench.run(2)
        self.assertEqual(self.transaction_actions(), ["StartTransaction", "StartTransaction"])

    def test_failing_start_is_retried_then_minus_one(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        central.answers["StartTransaction"] = "InternalError"
        bench.charge()
        bench.run(80)
        times = [at_ms for at_ms, action, _ in central.calls if action == "StartTransaction"]
        self.assertEqual(len(times), 3)
        self.assertAlmostEqual(times[1] - times[0], 20000, delta=200)
        self.assertAlmostEqual(times[2] - times[1], 40000, delta=200)
        bench.vehicle.plugged = False
        bench.run(5)
        self.assertEqual(central.payloads("StopTransaction")[0]["transactionId"], -1)
        for payload in central.payloads("MeterValues"):
            self.assertEqual(payload["transactionId"], -1)

    def test_others_overtake_a_waiting_transaction_message(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        central.answers["StartTransaction"] = "InternalError"
        bench.charge()
        self.assertIn("Charging", central.statuses())

    def test_power_cut_ends_the_transaction_with_power_loss(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        bench.charge()
        bench.run(330)
        central.forget()
        bench.power_up()
        bench.run(1)
        self.assertEqual(bench.evse.connectors[0].status, "Preparing")
        bench.connect()
        bench.run(2)
        self.assertEqual(self.transaction_actions(), ["StopTransaction"])
        stop = central.payloads("StopTransaction")[0]
        self.assertEqual((stop["transactionId"], stop["reason"]), (101, "PowerLoss"))
        self.assertGreater(stop["meterStop"], 200)
        self.assertGreaterEqual(bench.evse.connectors[0].register.wh, stop["meterStop"])
        bench.power_up()
        bench.connect()
        bench.run(2)
        self.assertEqual(len(self.transaction_calls()), 1)

    def test_power_cut_before_the_start_was_answered(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        bench.disconnect()
        bench.charge("OFF")
        bench.power_up("Reboot")
        bench.connect()
        bench.run(2)
        self.assertEqual(self.transaction_actions(), ["StartTransaction", "StopTransaction"])
        stop = central.payloads("StopTransaction")[0]
        self.assertEqual((stop["transactionId"], stop["reason"]), (101, "Reboot"))

    def test_stop_that_was_not_delivered_survives_a_power_cut(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        bench.charge()
        bench.disconnect()
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run(2)
        bench.vehicle.plugged = False
        bench.run(2)
        bench.power_up()
        central.forget()
        bench.connect()
        bench.run(2)
        stop = central.payloads("StopTransaction")[0]
        self.assertEqual((stop["transactionId"], stop["reason"]), (101, "Local"))
        self.assertEqual(stop["idTag"], "TAG1")

    def test_power_cut_before_any_registration(self):
        bench, central = self.bench, self.central
        bench.charge("EARLY")
        bench.power_up()
        bench.run(5)
        bench.connect()
        bench.run(2)
        start = central.payloads("StartTransaction")[0]
        self.assertLessEqual(parse_iso(start["timestamp"]), START_S + bench.elapsed_ms // 1000)
        self.assertGreater(parse_iso(start["timestamp"]), START_S - 60)

    def test_garbage_in_the_state_file(self):
        for data in (b"", b"{", b"[]", b'{"open":[1]}', b'{"open":{}}', b'{"open":[{}]}',
                     b'{"registers_wh":["x"]}', b'{"registers_wh":7}'):  # fmt: skip
            self.bench.files.data["/state/transactions.json"] = data
            self.bench.power_up()
        self.bench.cold_boot()
        self.assertEqual(self.transaction_calls(), [])


if __name__ == "__main__":
    unittest.main()
