"""TxResumptionTimeout: a transaction that a power cut broke off goes on, or is stopped."""

import unittest

from scenario import Scenario


class Resumed(Scenario):
    KEYS = {"MeterValueSampleInterval": "10", "TxResumptionTimeout": "60"}

    def cut(self):
        self.bench.charge()
        self.bench.run(65)
        self.central.forget()
        self.bench.power_up()

    def test_car_is_still_there(self):
        self.cut()
        self.bench.run(2)
        self.assertFalse(self.charges())
        self.bench.connect()
        self.bench.run(15)
        self.assertEqual(self.stops(), [])
        self.assertEqual(self.starts(), [])
        self.assertEqual(self.central.payloads("Authorize"), [{"idTag": "TAG1"}])
        self.assertTrue(self.charges())
        contexts = [
            payload["meterValue"][0]["sampledValue"][0]["context"]
            for payload in self.central.payloads("MeterValues")
        ]
        self.assertEqual(contexts[:3], ["Interruption.Begin", "Interruption.End"] + contexts[2:3])
        self.card("TAG1", 10)
        stop = self.stops()[0]
        self.assertEqual((stop["transactionId"], stop["reason"]), (101, "Local"))
        self.bench.power_up()
        self.bench.connect()
        self.bench.run(3)
        self.assertEqual(len(self.stops()), 1)

    def test_car_has_gone(self):
        self.cut()
        self.bench.vehicle.plugged = False
        self.bench.run(2)
        self.bench.connect()
        self.bench.run(3)
        self.assertEqual(self.stops()[0]["reason"], "PowerLoss")

    def test_idTag_is_not_accepted_any_more(self):
        self.cut()
        self.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(self.stops()[0]["reason"], "PowerLoss")
        self.assertFalse(self.charges())

    def test_central_system_stays_away(self):
        self.cut()
        self.bench.run(25)
        # The card is known from before: it may.
        self.assertTrue(self.charges())
        self.bench.connect()
        self.bench.run(3)
        self.assertEqual(self.stops(), [])

    def test_pilot_tells_nothing_in_time(self):
        self.cut()
        self.bench.vehicle.shorted = True
        self.bench.run(70)
        self.bench.connect()
        self.bench.run(3)
        self.assertEqual(self.stops()[0]["reason"], "PowerLoss")

    def test_another_card_ends_it_first(self):
        self.cut()
        self.bench.charge_point.configuration.change("AllowOfflineTxForUnknownId", "true")
        self.bench.run(1)
        self.card("TAG2", 5)
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual([stop["transactionId"] for stop in self.stops()], [101])
        self.assertEqual([start["idTag"] for start in self.starts()], ["TAG2"])
        order = [action for action in self.central.actions() if "Transaction" in action]
        self.assertEqual(order, ["StopTransaction", "StartTransaction"])

    def test_stopped_from_afar_while_it_waits(self):
        self.cut()
        self.central.answers["Authorize"] = None
        self.bench.connect()
        self.bench.run(1)
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=100), "Rejected")
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=101), "Accepted")
        self.bench.run(40)
        self.assertFalse(self.charges())
        stops = [(stop["transactionId"], stop["reason"]) for stop in self.stops()]
        self.assertEqual(stops, [(101, "Remote")])
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=101), "Rejected")

    def test_stopped_from_afar_before_anything_is_known(self):
        self.bench.charge()
        self.bench.run(65)
        energy_wh = int(self.bench.vehicle.wh)
        self.bench.power_up()
        self.bench.connect()
        self.bench.run(0.04)
        self.assertEqual(self.bench.evse.connectors[0].pilot.state, None)
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=101), "Accepted")
        self.bench.run(10)
        self.assertEqual(self.stops()[0]["reason"], "Remote")
        self.assertEqual(self.stops()[0]["meterStop"], energy_wh)
        self.assertEqual(self.starts()[1:], [])

    def test_power_goes_again_and_again(self):
        self.cut()
        for _ in range(4):
            self.bench.run(1)
            self.bench.power_up()
        self.bench.connect()
        self.bench.run(15)
        self.assertTrue(self.charges())
        self.assertEqual((self.starts(), self.stops()), ([], []))


class Invalid(Scenario):
    # What was refused when it began does not begin anew with a power cut.
    KEYS = {
        "TxResumptionTimeout": "60", "AuthorizationCacheEnabled": "false",
        "StopTransactionOnInvalidId": "false", "MaxEnergyOnInvalidId": "25",
    }  # fmt: skip

    def refused(self, payload):
        return {"transactionId": 7, "idTagInfo": {"status": "Invalid"}}

    def stopped(self):
        self.bench.run(40)
        self.assertFalse(self.charges())
        stops = [(stop["transactionId"], stop["reason"]) for stop in self.stops()]
        self.assertEqual(stops, [(7, "PowerLoss")])

    def test_limit_was_reached(self):
        self.central.answers["StartTransaction"] = self.refused
        self.bench.charge()
        self.bench.run(60)
        self.assertFalse(self.charges())
        self.bench.power_up()
        self.bench.connect()
        self.stopped()

    def test_over_two_power_cuts(self):
        self.central.answers["StartTransaction"] = self.refused
        self.bench.charge()
        self.bench.run(5)
        for _ in range(2):
            self.bench.power_up()
            self.bench.run(0.04)
        self.bench.connect()
        self.stopped()

    def test_refused_only_after_the_power_cut(self):
        self.change("AllowOfflineTxForUnknownId", "true")
        self.bench.disconnect()
        self.bench.charge()
        self.bench.run(60)
        self.bench.power_up()
        self.central.answers["StartTransaction"] = self.refused
        self.bench.connect()
        self.stopped()


if __name__ == "__main__":
    unittest.main()
