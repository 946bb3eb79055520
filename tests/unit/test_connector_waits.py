"""Who waits for whom: ConnectionTimeOut and Preparing, SuspendedEV and SuspendedEVSE."""

import unittest

from outlet_bench import OutletTest


class WaitsTest(OutletTest):
    def setUp(self):
        OutletTest.setUp(self)
        self.evse.connection_timeout_ms = 20000

    def waits_anew(self, end):
        """After ``end()`` Preparing shows for the whole of ConnectionTimeOut."""
        end()
        self.run_s(19)
        self.assertEqual(self.connector.status, "Preparing")
        self.run_s(2)

    # -- ConnectionTimeOut ---------------------------------------------------------------

    def test_car_waits_anew_after_a_fault(self):
        for seconds in (1, 15, 60):  # also where the time was up in the fault
            self.setUp()
            self.vehicle.plugged = True
            self.run_s(10)
            self.meter_wh = None
            self.run_s(seconds)
            self.assertEqual(self.connector.status, "Faulted")
            self.meter_wh = 0
            self.waits_anew(lambda: self.run_s(0.3))
            self.assertEqual(self.connector.status, "Finishing")

    def test_car_that_had_waited_waits_anew_after_a_fault(self):
        self.vehicle.plugged = True
        self.run_s(25)
        self.assertEqual(self.connector.status, "Finishing")
        self.meter_wh = None
        self.run_s(1)
        self.meter_wh = 0
        self.waits_anew(lambda: self.run_s(0.3))
        self.assertEqual(self.connector.status, "Finishing")

    def test_card_waits_anew_after_a_fault(self):
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(15)
        self.meter_wh = None
        self.run_s(4)
        self.meter_wh = 0
        self.waits_anew(lambda: self.run_s(0.3))
        self.assertEqual(self.connector.status, "Available")
        self.assertFalse(self.evse.in_use)

    def test_card_is_forgotten_in_a_long_fault(self):
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(1)
        self.meter_wh = None
        self.run_s(21)
        self.assertFalse(self.evse.in_use)  # who comes next is somebody else
        self.meter_wh = 0
        self.run_s(1)
        self.assertEqual(self.connector.status, "Available")

    def test_car_waits_anew_after_a_fault_of_the_pilot(self):
        self.vehicle.plugged = True
        self.run_s(10)
        self.vehicle.shorted = True
        self.run_s(30)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.vehicle.shorted = False
        self.waits_anew(lambda: self.run_s(1))
        self.assertEqual(self.connector.status, "Finishing")

    def test_car_waits_anew_once_in_service(self):
        for persistent in (True, False):
            self.setUp()
            self.vehicle.plugged = True
            self.run_s(10)
            self.evse.set_available(False, persistent)
            self.run_s(30)
            self.assertEqual(self.connector.status, "Unavailable")
            self.evse.set_available(True, persistent)
            self.waits_anew(lambda: self.run_s(0.3))
            self.assertEqual(self.connector.status, "Finishing")

    def test_card_does_not_wait_for_ever_once_out_of_service(self):
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(1)
        self.evse.set_available(False, True)
        self.run_s(20)
        self.assertEqual(self.connector.status, "Unavailable")
        self.assertFalse(self.evse.in_use)

    def test_car_waits_anew_after_a_trial(self):
        self.evse.inhibited = True
        self.vehicle.plugged = True
        self.run_s(60)
        self.assertEqual(self.connector.status, "Unavailable")
        self.evse.inhibited = False
        self.waits_anew(lambda: self.run_s(0.3))
        self.assertEqual(self.connector.status, "Finishing")

    def test_cable_put_in_during_a_fault_starts_after_it(self):
        self.connector.authorize("TAG", self.now_ms)
        self.meter_wh = None
        self.run_s(1)
        self.vehicle.plugged = True
        self.run_s(1)
        self.meter_wh = 0
        self.ms_until(lambda: self.evse.contactor_on)
        self.run_s(1)
        self.assertEqual(self.shown[-3:], ["Faulted", "Preparing", "Charging"])

    # -- SuspendedEV, SuspendedEVSE ------------------------------------------------------

    def suspended_until_taken_up(self):
        """From SuspendedEVSE, as the EVSE, to Charging: the car was never the cause."""
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.ms_until(lambda: self.connector.status == "Charging")
        self.assertEqual(self.shown[-2:], ["SuspendedEVSE", "Charging"])

    def test_limit_that_was_too_low(self):
        self.charge()
        self.connector.limits.set("temperature", 0)
        self.run_s(15)
        self.connector.limits.set("temperature", None)
        self.suspended_until_taken_up()

    def test_contactor_at_rest(self):
        self.evse.hold_open(self.now_ms, 5000)
        self.vehicle.plugged = True
        self.run_s(1)
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(1)
        self.suspended_until_taken_up()

    def test_fault_of_the_meter(self):
        self.charge()
        self.meter_wh = None
        self.run_s(15)
        self.meter_wh = 0
        self.ms_until(lambda: self.connector.status == "Charging")
        self.assertEqual(self.shown[-3:], ["Faulted", "SuspendedEVSE", "Charging"])

    def test_car_that_does_not_want_has_5_s_to_show_it(self):
        self.charge()
        self.connector.limits.set("temperature", 0)
        self.run_s(15)
        self.vehicle.wants = False
        self.connector.limits.set("temperature", None)
        self.run_s(4.9)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.run_s(0.2)
        self.assertEqual(self.connector.status, "SuspendedEV")
        self.vehicle.wants = True
        self.ms_until(lambda: self.connector.status == "Charging")
        self.assertEqual(self.shown[-3:], ["SuspendedEVSE", "SuspendedEV", "Charging"])

    def test_car_that_lets_go_and_asks_while_the_contactor_rests(self):
        self.charge()
        self.vehicle.wants = False
        self.run_s(1)
        self.assertEqual(self.connector.status, "SuspendedEV")
        self.vehicle.wants = True
        self.run_s(1)
        self.suspended_until_taken_up()

    def test_car_that_left_in_that_time(self):
        self.evse.stop_on_unplug = False
        self.vehicle.wants = False
        self.vehicle.plugged = True
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(2)
        self.assertEqual(self.connector.status, "Preparing")
        self.vehicle.plugged = False
        self.run_s(1)
        self.assertEqual(self.connector.status, "SuspendedEV")


if __name__ == "__main__":
    unittest.main()
