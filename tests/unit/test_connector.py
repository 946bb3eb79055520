"""The connector: sessions, statuses, availability, time-outs."""

import unittest

from firmware.evse.evse import Evse
from firmware.evse.status import CHANGES, STATUSES, next_status
from firmware.evse.transaction import Transaction
from outlet_bench import TABLE, OutletTest


class ConnectorTest(OutletTest):
    def test_no_energy_without_authorization(self):
        self.vehicle.plugged = True
        self.run_s(30)
        self.assertEqual(self.shown, ["Available", "Preparing"])
        self.assertEqual(self.evse.offered_ma, 0)
        self.assertFalse(self.evse.contactor_on)

    def test_session(self):
        self.charge()
        self.assertEqual(self.evse.offered_ma, 16000)
        self.assertEqual(self.shown, ["Available", "Preparing", "Charging"])
        self.meter_wh = 12
        self.connector.stop("Local", "TAG")
        self.run_s(1)
        self.assertEqual(self.shown[-1], "Finishing")
        transaction = self.evse.events[-1][1]
        self.assertEqual(transaction.meter_stop_wh, 12)
        self.assertEqual(self.events(), [("started", "Local"), ("stopped", "Local")])
        self.assertFalse(self.evse.in_use)
        self.vehicle.plugged = False
        self.run_s(2)
        self.assertEqual(self.shown[-1], "Available")

    def test_closes_within_3_s_of_ready(self):
        self.vehicle.wants = False
        self.vehicle.plugged = True
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(10)
        self.assertEqual(self.shown, ["Available", "Preparing", "SuspendedEV"])
        self.vehicle.wants = True
        self.assertLessEqual(self.ms_until(lambda: self.evse.contactor_on), 3000)

    def test_vehicle_lets_go(self):
        self.charge()
        self.vehicle.wants = False
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 100)
        self.run_s(1)
        self.assertEqual(self.connector.status, "SuspendedEV")
        self.assertEqual(self.evse.offered_ma, 16000)

    def test_unplug_stops(self):
        self.charge()
        self.vehicle.plugged = False
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 100)
        self.assertEqual(self.events()[-1], ("stopped", "EVDisconnected"))
        self.run_s(2)
        self.assertEqual(self.shown[-2:], ["Finishing", "Available"])

    def test_unplug_goes_on_where_configured(self):
        self.evse.stop_on_unplug = False
        self.charge()
        self.vehicle.plugged = False
        self.run_s(2)
        self.assertEqual(self.shown[-1], "SuspendedEV")
        self.assertTrue(self.evse.in_use)
        self.assertEqual(self.evse.offered_ma, 0)
        self.vehicle.plugged = True
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertEqual(len(self.evse.events), 1)

    def test_ordinary_stop_unloads_first(self):
        self.charge()
        self.vehicle.lets_go = False
        self.connector.stop("Remote")
        self.step()
        self.assertEqual(self.evse.offered_ma, 0)
        self.assertTrue(self.evse.contactor_on)
        took_ms = self.ms_until(lambda: not self.evse.contactor_on)
        self.assertGreaterEqual(took_ms, 5900)
        self.assertLessEqual(took_ms, 6000)

    def test_ordinary_stop_is_quick_with_a_good_vehicle(self):
        self.charge()
        self.connector.stop("Remote")
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 200)

    def test_limit_below_6_a_suspends(self):
        self.charge()
        self.connector.limits.set("temperature", 5999)
        self.run_s(1)
        self.assertFalse(self.evse.contactor_on)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.connector.limits.set("temperature", 8000)
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertEqual(self.evse.offered_ma, 8000)
        self.connector.limits.set("temperature", None)
        self.step()
        self.assertEqual(self.evse.offered_ma, 16000)
        self.assertEqual(self.connector.status, "Charging")

    def test_card_first_times_out(self):
        self.evse.connection_timeout_ms = 20000
        self.connector.authorize("TAG", self.now_ms)
        self.assertTrue(self.evse.in_use)
        self.run_s(19)
        self.assertEqual(self.connector.status, "Preparing")
        self.run_s(2)
        self.assertEqual(self.connector.status, "Available")
        self.assertFalse(self.evse.in_use)
        self.vehicle.plugged = True
        self.run_s(2)
        self.assertEqual(self.evse.events, [])

    def test_cable_first_times_out_then_card(self):
        self.evse.connection_timeout_ms = 20000
        self.vehicle.plugged = True
        self.run_s(25)
        self.assertEqual(self.connector.status, "Finishing")
        self.connector.authorize("TAG", self.now_ms)
        self.ms_until(lambda: self.evse.contactor_on)
        self.run_s(1)
        self.assertEqual(self.shown[-3:], ["Finishing", "Preparing", "Charging"])

    def test_blocked_starts(self):
        self.evse.starts_blocked = True
        self.assertFalse(self.connector.authorize("TAG", self.now_ms))

    def test_one_transaction_at_a_time(self):
        self.charge()
        self.assertFalse(self.connector.authorize("OTHER", self.now_ms))

    def test_out_of_service(self):
        self.assertTrue(self.evse.set_available(False, True))
        self.run_s(1)
        self.assertEqual((self.connector.status, self.evse.status), ("Unavailable", "Unavailable"))
        self.assertFalse(self.connector.authorize("TAG", self.now_ms))
        self.assertTrue(self.evse.set_available(True, True))
        self.vehicle.plugged = True
        self.run_s(1)
        self.assertEqual(self.connector.status, "Preparing")

    def test_out_of_service_waits_for_the_transaction(self):
        self.charge()
        self.assertFalse(self.evse.set_available(False, True, 1))
        self.run_s(1)
        self.assertEqual(self.connector.status, "Charging")
        self.connector.stop("Local")
        self.run_s(3)
        self.assertEqual(self.connector.status, "Unavailable")
        self.assertEqual(self.evse.status, "Available")

    def test_held_and_operative_are_apart(self):
        self.evse.set_available(False, True, 1)
        self.evse.set_available(False, False)
        self.evse.set_available(True, False)
        self.run_s(1)
        self.assertEqual(self.connector.status, "Unavailable")
        self.evse.set_available(True, True, 1)
        self.run_s(1)
        self.assertEqual(self.connector.status, "Available")

    def test_energy_limit_suspends(self):
        self.connector.register.max_ma = 0  # pulses, as fast as wanted
        self.meter_wh = 700
        self.charge()
        self.connector.energy_limit_wh = 300
        self.meter_wh = 999
        self.run_s(1)
        self.assertTrue(self.evse.contactor_on)
        self.meter_wh = 1000
        self.run_s(1)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.assertFalse(self.evse.contactor_on)
        self.assertTrue(self.evse.in_use)
        self.connector.stop("Local")
        self.run_s(12)
        self.connector.authorize("TAG", self.now_ms)
        self.ms_until(lambda: self.evse.contactor_on)  # the limit was that transaction's

    def test_resume(self):
        transaction = Transaction(1, "TAG", 100)
        self.assertFalse(self.connector.resume(transaction))  # nobody is there
        self.vehicle.plugged = True
        self.run_s(1)
        self.evse.set_available(False, True)
        self.assertFalse(self.connector.resume(transaction))
        self.evse.set_available(True, True)
        self.assertTrue(self.connector.resume(transaction))
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertFalse(self.connector.resume(Transaction(1, "TAG", 100)))
        self.assertEqual(self.evse.events, [])  # it has begun long ago
        self.vehicle.plugged = False
        self.run_s(2)
        self.assertEqual(self.events(), [("stopped", "EVDisconnected")])

    def test_restart_holds_the_contactor_open(self):
        self.evse.hold_open(self.now_ms, 30000)
        start_ms = self.now_ms
        self.vehicle.plugged = True
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(39)
        # No offer either: it would have to be kept within 3 s.
        self.assertEqual(self.evse.offered_ma, 0)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertLessEqual(self.now_ms - start_ms, 42000)

    def test_restart_waits_for_the_reclose_time_at_least(self):
        self.evse.hold_open(self.now_ms, 0)
        self.vehicle.plugged = True
        self.connector.authorize("TAG", self.now_ms)
        self.never_closes(9)
        self.assertLessEqual(self.ms_until(lambda: self.evse.contactor_on), 3000)

    def test_no_offer_that_cannot_be_kept(self):
        """Whenever the vehicle takes an offer up, energy follows within 3 s or the offer goes."""
        self.charge()
        taken_ms = None
        for turn in range(6000):
            self.vehicle.wants = turn // 150 % 2 == 0
            self.step()
            taken = self.evse.offered_ma > 0 and self.vehicle.pilot(1)[0] == 6000
            if not taken or self.evse.contactor_on:
                taken_ms = None
            elif taken_ms is None:
                taken_ms = self.now_ms
            else:
                self.assertLessEqual(self.now_ms - taken_ms, 3000)

    def test_start_with_a_car_plugged_in(self):
        self.setUp()
        self.vehicle.plugged = True
        self.evse = Evse(16000)
        self.connector = self.evse.connectors[0]
        self.shown = ["Available"]
        self.run_s(1)
        self.assertEqual(self.connector.status, "Preparing")


class StatusTableTest(unittest.TestCase):
    def test_changes_are_those_of_the_specification(self):
        self.assertEqual(sorted(STATUSES), sorted(TABLE))
        for index in range(len(STATUSES)):
            allowed = [STATUSES[int(step)] for step in CHANGES[index]]
            self.assertEqual(sorted(allowed), sorted(TABLE[STATUSES[index]]), STATUSES[index])

    def test_steps(self):
        for present, wanted, step in (
            ("Available", "Charging", "Charging"),
            ("Charging", "Charging", "Charging"),
            ("Finishing", "Charging", "Preparing"),
            ("Preparing", "Unavailable", "Available"),
            ("Charging", "Preparing", "Finishing"),
        ):
            self.assertEqual(next_status(present, wanted), step)


if __name__ == "__main__":
    unittest.main()
