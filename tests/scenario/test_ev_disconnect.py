"""The plug is pulled at the car: StopTransactionOnEVSideDisconnect true and false."""

import unittest

from scenario import Scenario


class StopsTheTransaction(Scenario):
    KEYS = {"StopTransactionOnEVSideDisconnect": "true"}

    def test_pulled_plug_ends_it(self):
        self.bench.charge()
        self.bench.vehicle.plugged = False
        self.bench.run(0.2)
        self.assertFalse(self.bench.evse.contactor_on, "within 100 ms and the debounce")
        self.bench.run(3)
        self.assertEqual(
            self.central.statuses(), ["Preparing", "Charging", "Finishing", "Available"]
        )
        stop = self.stops()[0]
        self.assertEqual((stop["reason"], stop["transactionId"]), ("EVDisconnected", 101))
        self.assertNotIn("idTag", stop)

    def test_pulled_while_suspended(self):
        self.bench.charge()
        self.bench.vehicle.wants = False
        self.bench.run(3)
        self.unplug()
        self.assertEqual(
            self.central.statuses(),
            ["Preparing", "Charging", "SuspendedEV", "Finishing", "Available"],
        )
        self.assertEqual(self.stops()[0]["reason"], "EVDisconnected")

    def test_the_next_car_is_a_new_transaction(self):
        self.bench.charge()
        self.unplug()
        self.plug(5)
        self.assertFalse(self.charges())
        self.card("TAG2", 5)
        self.assertEqual([start["idTag"] for start in self.starts()], ["TAG1", "TAG2"])


class GoesOn(Scenario):
    KEYS = {"StopTransactionOnEVSideDisconnect": "false"}

    def test_pulled_plug_suspends_it(self):
        self.bench.charge()
        self.bench.vehicle.plugged = False
        self.bench.run(0.2)
        self.assertFalse(self.bench.evse.contactor_on)
        self.bench.run(60)
        self.assertEqual(self.central.statuses(), ["Preparing", "Charging", "SuspendedEV"])
        self.assertEqual(self.stops(), [])

    def test_the_same_transaction_charges_again(self):
        self.bench.charge()
        self.unplug(30)
        before_wh = self.bench.vehicle.wh
        self.plug(15)
        self.assertGreater(self.bench.vehicle.wh, before_wh)
        self.assertEqual(self.central.statuses()[-2:], ["SuspendedEV", "Charging"])
        self.card("TAG1", 3)
        self.assertEqual((len(self.starts()), len(self.stops())), (1, 1))
        self.assertEqual(self.stops()[0]["transactionId"], 101)

    def test_card_and_central_system_can_end_it_meanwhile(self):
        self.bench.charge()
        self.unplug()
        self.card("TAG1", 3)
        self.assertEqual(self.stops()[0].get("reason", "Local"), "Local")
        self.assertEqual(self.central.statuses()[-1], "Available")
        self.bench.charge("TAG2")
        self.unplug()
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=102), "Accepted")
        self.bench.run(3)
        self.assertEqual(self.stops()[1]["reason"], "Remote")


if __name__ == "__main__":
    unittest.main()
