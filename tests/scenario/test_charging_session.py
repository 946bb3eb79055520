"""Whole charging sessions: by cable, by card, from afar; how each of them ends."""

import unittest

from charge_bench import Bench


class ChargingSession(unittest.TestCase):
    def setUp(self):
        self.bench = Bench({"MeterValueSampleInterval": "10"})
        self.bench.cold_boot()

    def test_cable_first(self):
        bench, central = self.bench, self.bench.central
        bench.vehicle.plugged = True
        bench.run(2)
        self.assertEqual(central.statuses(), ["Preparing"])
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run_until(lambda: bench.evse.contactor_on, 3)
        bench.run(25)
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run(3)
        self.assertFalse(bench.evse.contactor_on)
        self.assertEqual(central.statuses(), ["Preparing", "Charging", "Finishing"])
        bench.vehicle.plugged = False
        bench.run(1)
        self.assertEqual(central.statuses()[-1], "Available")
        transaction = [a for a in central.actions() if a != "StatusNotification"]
        self.assertEqual(
            transaction,
            ["Authorize", "StartTransaction", "MeterValues", "MeterValues", "StopTransaction"],
        )
        start = central.payloads("StartTransaction")[0]
        stop = central.payloads("StopTransaction")[0]
        self.assertEqual(start["idTag"], "TAG1")
        self.assertEqual(stop["transactionId"], 101)
        self.assertEqual(stop["reason"], "Local")
        self.assertEqual(stop["idTag"], "TAG1")
        self.assertEqual(stop["meterStop"] - start["meterStart"], int(bench.vehicle.wh))
        self.assertGreater(stop["meterStop"], start["meterStart"])

    def test_card_first(self):
        bench, central = self.bench, self.bench.central
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run(2)
        self.assertEqual(central.statuses(), ["Preparing"])
        self.assertNotIn("StartTransaction", central.actions())
        bench.vehicle.plugged = True
        bench.run_until(lambda: bench.evse.contactor_on, 3)
        bench.run(1)
        self.assertEqual(central.statuses(), ["Preparing", "Charging"])
        self.assertIn("StartTransaction", central.actions())

    def test_remote_start_then_cable(self):
        bench, central = self.bench, self.bench.central
        answer = central.call("RemoteStartTransaction", {"idTag": "R1", "connectorId": 1})
        self.assertEqual(answer, {"status": "Accepted"})
        bench.run(2)
        bench.vehicle.plugged = True
        bench.run_until(lambda: bench.evse.contactor_on, 3)
        bench.run(1)
        order = [a for a in central.actions() if a != "StatusNotification"]
        self.assertEqual(order, ["Authorize", "StartTransaction"])
        self.assertEqual(central.payloads("StartTransaction")[0]["idTag"], "R1")


if __name__ == "__main__":
    unittest.main()
