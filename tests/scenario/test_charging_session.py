"""Regular sessions: plug first, card first, who may charge, and what happens if nobody comes."""

import unittest

from scenario import Scenario


class RegularSession(Scenario):
    KEYS = {"MeterValueSampleInterval": "10", "ConnectionTimeOut": "20"}

    def test_start_by_plug_first(self):
        bench, central = self.bench, self.central
        self.plug()
        self.assertEqual(central.statuses(), ["Preparing"])
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run_until(lambda: bench.evse.contactor_on, 3)
        bench.run(25)
        self.card("TAG1", 3)
        self.assertFalse(bench.evse.contactor_on)
        self.assertEqual(central.statuses(), ["Preparing", "Charging", "Finishing"])
        self.unplug(1)
        self.assertEqual(central.statuses()[-1], "Available")
        self.assertEqual(
            self.messages(),
            ["Authorize", "StartTransaction", "MeterValues", "MeterValues", "StopTransaction"],
        )
        start, stop = self.starts()[0], self.stops()[0]
        self.assertEqual((start["connectorId"], start["idTag"]), (1, "TAG1"))
        self.assertEqual((stop["transactionId"], stop["idTag"]), (101, "TAG1"))
        self.assertEqual(stop.get("reason", "Local"), "Local")
        self.assertEqual(stop["meterStop"] - start["meterStart"], int(bench.vehicle.wh))
        self.assertGreater(stop["meterStop"], start["meterStart"])

    def test_start_by_card_first(self):
        bench, central = self.bench, self.central
        self.card("TAG1")
        self.assertEqual(central.statuses(), ["Preparing"])
        self.assertEqual(self.starts(), [])
        bench.vehicle.plugged = True
        bench.run_until(lambda: bench.evse.contactor_on, 3)
        bench.run(1)
        self.assertEqual(central.statuses(), ["Preparing", "Charging"])
        self.assertEqual(self.messages(), ["Authorize", "StartTransaction"])

    def test_card_without_a_plug_times_out(self):
        self.card("TAG1", 19)
        self.assertEqual(self.central.statuses(), ["Preparing"])
        self.bench.run(3)
        self.assertEqual(self.central.statuses(), ["Preparing", "Available"])
        self.plug(10)
        self.assertEqual(self.starts(), [], "the card is forgotten")
        self.card("TAG1", 5)
        self.assertTrue(self.charges())

    def test_plug_without_a_card_times_out(self):
        self.plug(19)
        self.assertEqual(self.central.statuses(), ["Preparing"])
        self.bench.run(3)
        self.assertEqual(self.central.statuses(), ["Preparing", "Finishing"])
        self.unplug()
        self.assertEqual(self.central.statuses()[-1], "Available")
        self.plug(1)
        self.card("TAG1", 5)
        self.assertTrue(self.charges())

    def test_another_card_stops_nothing(self):
        self.bench.charge("TAG1")
        self.card("TAG2", 5)
        self.assertTrue(self.charges())
        self.assertEqual(self.stops(), [])
        self.assertEqual(len(self.starts()), 1)

    def test_the_car_pauses_and_goes_on_in_the_same_transaction(self):
        self.bench.charge()
        self.bench.vehicle.wants = False
        self.bench.run(20)  # longer than the contactor must rest
        self.bench.vehicle.wants = True
        self.bench.run(5)
        self.assertEqual(
            self.central.statuses(), ["Preparing", "Charging", "SuspendedEV", "Charging"]
        )
        self.assertEqual((len(self.starts()), self.stops()), (1, []))

    def test_two_sessions_go_on_with_the_register(self):
        for idTag in ("TAG1", "TAG2"):
            self.bench.charge(idTag)
            self.bench.run(20)
            self.unplug()
        first, second = self.stops()
        self.assertEqual(self.starts()[1]["meterStart"], first["meterStop"])
        self.assertGreater(second["meterStop"], first["meterStop"])
        self.assertEqual((first["transactionId"], second["transactionId"]), (101, 102))


class WhoMayCharge(Scenario):
    def test_a_card_that_is_not_accepted_starts_nothing(self):
        for info in (
            {"status": "Blocked"}, {"status": "Expired"}, {"status": "Invalid"},
            {"status": "ConcurrentTx"}, {"status": "Odd"}, {}, 5,
        ):  # fmt: skip
            self.central.answers["Authorize"] = {"idTagInfo": info}
            self.plug(1)
            self.card("BAD", 5)
            self.assertFalse(self.bench.evse.in_use, info)
            self.unplug(2)
        self.assertEqual(self.starts(), [])

    def test_not_accepted_in_the_start_answer_stops(self):
        answer = {"transactionId": 5, "idTagInfo": {"status": "Invalid"}}
        self.central.answers["StartTransaction"] = answer
        self.plug(1)
        self.card("BAD", 10)
        stop = self.stops()[0]
        self.assertEqual((stop["reason"], stop["transactionId"]), ("DeAuthorized", 5))
        self.assertFalse(self.charges())

    def test_not_accepted_in_the_start_answer_suspends_where_configured(self):
        self.change("StopTransactionOnInvalidId", "false")
        answer = {"transactionId": 5, "idTagInfo": {"status": "Blocked"}}
        self.central.answers["StartTransaction"] = answer
        self.plug(1)
        self.card("BAD", 10)
        self.assertEqual(self.central.statuses()[-1], "SuspendedEVSE")
        self.assertFalse(self.bench.evse.contactor_on)
        self.assertEqual(self.stops(), [])
        self.unplug()
        self.assertEqual(self.stops()[0]["transactionId"], 5)

    def test_a_start_answer_without_an_id_means_minus_one(self):
        self.central.answers["StartTransaction"] = {"transactionId": "x5"}
        self.bench.charge()
        self.unplug()
        self.assertEqual(self.stops()[0]["transactionId"], -1)


class Logged(Scenario):
    def test_the_log_tells_of_charging(self):
        self.bench.lines.clear()
        self.bench.charge()
        self.card("TAG1", 10)
        self.unplug()
        wh = self.stops()[0]["meterStop"]
        self.assertEqual(
            self.bench.lines,
            [
                "connector 1: Preparing NoError",
                "transaction begins at connector 1: 0 Wh",
                "connector 1: Charging NoError",
                "transaction ends at connector 1: %d Wh, Local" % wh,
                "connector 1: Finishing NoError",
                "connector 1: Available NoError",
            ],
        )
        self.bench.lines.clear()
        self.bench.run(60)
        self.assertEqual(self.bench.lines, [])


if __name__ == "__main__":
    unittest.main()
