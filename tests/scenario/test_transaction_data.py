"""StopTransaction's transactionData: begin and end always, the middle thinned to the most."""

import unittest

from firmware.ocpp16.iso import parse_iso
from scenario import Scenario

ENERGY = "Energy.Active.Import.Register"


class TransactionData(Scenario):
    KEYS = {"MeterValueSampleInterval": "10", "AllowOfflineTxForUnknownId": "true"}

    def stop_after(self, seconds):
        """(StopTransaction, [(context, time, value)]) of a charge of that length."""
        self.bench.charge()
        self.bench.run(seconds)
        self.card("TAG1", 10)
        stop = self.stops()[0]
        found = []
        for reading in stop.get("transactionData", ()):
            first = reading["sampledValue"][0]
            found.append((first["context"], parse_iso(reading["timestamp"]), first["value"]))
        return stop, found

    def test_none_by_default(self):
        self.assertNotIn("transactionData", self.stop_after(30)[0])

    def test_begin_samples_end(self):
        self.change("StopTxnSampledData", ENERGY + ",Current.Offered")
        stop, found = self.stop_after(35)
        self.assertEqual(
            [context for context, _, _ in found],
            ["Transaction.Begin"] + ["Sample.Periodic"] * 3 + ["Transaction.End"],
        )
        self.assertEqual(found[0][2], str(self.starts()[0]["meterStart"]))
        self.assertEqual(found[-1][2], str(stop["meterStop"]))
        self.assertEqual(found[-1][1], parse_iso(stop["timestamp"]))
        times = [time for _, time, _ in found]
        self.assertEqual([times[2] - times[1], times[3] - times[2]], [10, 10])
        for reading in stop["transactionData"]:
            measurands = [value["measurand"] for value in reading["sampledValue"]]
            self.assertEqual(measurands, [ENERGY, "Current.Offered"])

    def test_never_more_than_the_most_and_evenly_spaced(self):
        self.change("StopTxnSampledData", ENERGY)
        most = int(self.bench.charge_point.configuration.text("StopTransactionMaxMeterValues"))
        _, found = self.stop_after(1000)
        self.assertLessEqual(len(found), most)
        self.assertGreater(len(found), most // 2)
        self.assertEqual(found[0][0], "Transaction.Begin")
        self.assertEqual(found[-1][0], "Transaction.End")
        times = [time for _, time, _ in found[1:-1]]
        step = times[1] - times[0]
        self.assertEqual(times, [times[0] + step * index for index in range(len(times))])
        values = [int(value) for _, _, value in found]
        self.assertEqual(values, sorted(values))

    def test_clock_aligned_alone(self):
        self.change("ClockAlignedDataInterval", "30")
        self.change("StopTxnAlignedData", ENERGY)
        self.change("MeterValuesAlignedData", "")
        _, found = self.stop_after(65)
        self.assertEqual(
            [context for context, _, _ in found],
            ["Transaction.Begin", "Sample.Clock", "Sample.Clock", "Transaction.End"],
        )
        self.assertEqual([time % 30 for _, time, _ in found[1:3]], [0, 0])
        contexts = [
            payload["meterValue"][0]["sampledValue"][0]["context"]
            for payload in self.central.payloads("MeterValues")
        ]
        self.assertNotIn("Sample.Clock", contexts)

    def test_samples_for_the_end_alone(self):
        self.change("MeterValuesSampledData", "")
        self.change("StopTxnSampledData", ENERGY)
        self.assertEqual(len(self.stop_after(35)[1]), 5)
        self.assertEqual(self.central.payloads("MeterValues"), [])

    def test_offline_and_over_a_power_cut(self):
        self.change("StopTxnSampledData", ENERGY)
        self.bench.disconnect()
        self.bench.charge()
        self.bench.run(35)
        self.card("TAG1", 10)
        self.bench.power_up()
        self.bench.connect()
        self.bench.run(3)
        self.assertEqual(len(self.stops()[0]["transactionData"]), 5)

    def test_power_loss_still_has_begin_and_end(self):
        self.change("StopTxnSampledData", ENERGY)
        self.bench.charge()
        self.bench.run(100)
        self.bench.power_up()
        self.bench.connect()
        self.bench.run(3)
        stop = self.stops()[0]
        begin, end = stop["transactionData"]
        self.assertEqual(begin["timestamp"], self.starts()[0]["timestamp"])
        self.assertEqual(end["sampledValue"][0]["value"], str(stop["meterStop"]))
        self.assertEqual(end["timestamp"], stop["timestamp"])


if __name__ == "__main__":
    unittest.main()
