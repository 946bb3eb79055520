"""The contactor: when it closes, when it opens and how soon; faults; random events."""

import unittest

from charge_bench import STEP_MS, Vehicle
from firmware.evse.evse import Evse
from outlet_bench import TABLE, OutletTest
from ticks import ticks_add

WRAP = ticks_add(0, -1) + 1  # where this interpreter's milliseconds begin anew


class SafetyTest(OutletTest):
    def test_reclose_waits_10_s(self):
        self.charge()
        self.vehicle.wants = False
        self.run_s(1)
        self.vehicle.wants = True
        self.run_s(1)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.assertGreaterEqual(self.ms_until(lambda: self.evse.contactor_on), 7800)
        self.assertEqual(self.connector.status, "Charging")

    def test_at_most_six_closings_in_ten_minutes(self):
        self.charge()
        start_ms = self.now_ms
        closings_ms = [self.now_ms]
        was_on = True
        while self.now_ms - start_ms < 1200000:
            self.vehicle.wants = not self.evse.contactor_on
            self.step()
            if self.evse.contactor_on and not was_on:
                closings_ms.append(self.now_ms)
            was_on = self.evse.contactor_on
        self.assertGreater(len(closings_ms), 10)
        for index in range(6, len(closings_ms)):
            self.assertGreaterEqual(closings_ms[index] - closings_ms[index - 6], 598000)

    def test_missing_diode(self):
        self.vehicle.has_diode = False
        self.vehicle.plugged = True
        self.run_s(1)
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(20)
        self.assertFalse(self.evse.contactor_on)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.assertEqual(self.connector.errorCode, "EVCommunicationError")
        self.vehicle.plugged = False
        self.run_s(2)
        self.assertEqual(
            (self.connector.status, self.connector.errorCode), ("Available", "NoError")
        )

    def test_missing_diode_is_found_before_closing(self):
        self.vehicle.has_diode = False
        self.vehicle.impatient = True
        self.vehicle.plugged = True
        self.run_s(1)
        self.connector.authorize("TAG", self.now_ms)
        self.never_closes(5)

    def test_diode_is_checked_anew_after_a_fault(self):
        self.charge()
        self.vehicle.impatient = True
        self.meter_wh = None
        self.run_s(15)
        self.vehicle.has_diode = False
        self.meter_wh = 0
        self.never_closes(5)

    def test_fault_opens_at_once_under_load(self):
        self.charge()
        self.vehicle.impatient = True
        self.meter_wh = None
        self.step()
        self.assertFalse(self.evse.contactor_on)

    def test_trial_opens_what_is_closed(self):
        self.charge()
        self.evse.inhibited = True
        self.run_s(1)
        self.assertFalse(self.evse.contactor_on)

    def test_shorted_pilot_opens_at_once(self):
        self.charge()
        self.vehicle.shorted = True
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 100)
        self.run_s(1)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.assertEqual(self.connector.errorCode, "EVCommunicationError")
        self.assertTrue(self.evse.in_use)
        self.vehicle.shorted = False
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertEqual(self.connector.errorCode, "NoError")

    def test_welded_contactor_latches(self):
        self.charge()
        self.feedback = lambda coil: True
        self.vehicle.wants = False
        self.run_s(2)
        self.assertEqual((self.connector.status, self.connector.errorCode),
                         ("Faulted", "PowerSwitchFailure"))  # fmt: skip
        self.assertEqual(self.events()[-1], ("stopped", "Other"))
        self.vehicle.plugged = False
        self.feedback = lambda coil: coil
        self.run_s(2)
        self.assertEqual(self.connector.status, "Faulted")
        self.assertFalse(self.connector.authorize("TAG", self.now_ms))
        self.connector.faults.clear("weld")
        self.run_s(1)
        self.assertEqual(self.connector.status, "Available")

    def test_contactor_stuck_open_latches_until_unplug(self):
        self.feedback = lambda coil: False
        self.vehicle.plugged = True
        self.connector.authorize("TAG", self.now_ms)
        self.run_s(5)
        self.assertFalse(self.evse.contactor_on)
        self.assertEqual(self.connector.errorCode, "PowerSwitchFailure")
        self.vehicle.plugged = False
        self.run_s(3)
        self.assertEqual(self.connector.status, "Available")

    def test_closed_feedback_forbids_closing(self):
        self.feedback = lambda coil: True
        self.vehicle.plugged = True
        self.vehicle.impatient = True
        self.connector.authorize("TAG", self.now_ms)
        self.never_closes(10)

    def test_silent_meter_is_a_fault(self):
        self.charge()
        self.meter_wh = None
        self.run_s(1)
        self.assertFalse(self.evse.contactor_on)
        self.assertEqual((self.connector.status, self.connector.errorCode),
                         ("Faulted", "PowerMeterFailure"))  # fmt: skip

    def test_trial_never_closes_nor_starts(self):
        self.evse.inhibited = True
        self.vehicle.plugged = True
        self.run_s(1)
        self.assertFalse(self.connector.authorize("TAG", self.now_ms))
        self.run_s(5)
        self.assertEqual(self.connector.status, "Unavailable")
        self.assertEqual(self.evse.events, [])

    def test_register_never_goes_back(self):
        self.evse = Evse(16000)
        self.connector = self.evse.connectors[0]
        self.connector.register.wh = 5000
        for reading_wh, total_wh in ((0, 5000), (10, 5010), (3, 5010), (11, 5011)):
            self.meter_wh = reading_wh
            self.step()
            self.assertEqual(self.connector.register.wh, total_wh)

    def test_absolute_meter_is_taken_as_it_is(self):
        self.evse = Evse(16000)
        self.connector = self.evse.connectors[0]
        self.connector.register.wh = 5000
        for reading_wh, total_wh in ((5003, 5003), (5002, 5003), (5010, 5010)):
            self.meter_wh = reading_wh
            self.step()
            self.assertEqual(self.connector.register.wh, total_wh)


class RandomEvents(unittest.TestCase):
    """The contactor under events in no sensible order; a seed gives the same ones again."""

    def random(self, below):
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.seed >> 8) % below

    def test_never_closed_when_it_must_be_open(self):
        for seed in range(12):
            with self.subTest(seed=seed):
                self.seed = seed * 7919 + 1
                self.run_seed()

    def run_seed(self):
        self.evse = Evse(16000)
        self.connector = self.evse.connectors[0]
        self.vehicle = Vehicle()
        self.now_ms = WRAP - 30000  # wraps on the way
        self.welded = False
        self.opened_ms = None
        self.closings_ms = []
        self.must_open_ms = None
        status = "Available"
        was_on = False
        for _ in range(2500):
            if self.random(25) == 0:
                self.disturb()
            self.now_ms += STEP_MS
            high_mv, low_mv = self.vehicle.pilot(self.evse.offered_ma)
            feedback = self.evse.contactor_on or self.welded
            self.evse.tick(self.now_ms % WRAP, high_mv, low_mv, 0, feedback)
            on = self.evse.contactor_on
            if on and not was_on:
                self.check_closing()
            if was_on and not on:
                self.opened_ms = self.now_ms
            self.check_open_in_time(on, high_mv, low_mv)
            if self.connector.status != status:
                self.assertIn(self.connector.status, TABLE[status])
                status = self.connector.status
            was_on = on

    def disturb(self):
        kind = self.random(13)
        vehicle = self.vehicle
        connector = self.connector
        if kind < 3:
            vehicle.plugged = not vehicle.plugged
        elif kind < 5:
            vehicle.wants = not vehicle.wants
        elif kind < 8:
            connector.authorize("T", self.now_ms % WRAP)
        elif kind == 8:
            connector.stop("Remote")
        elif kind == 9:
            connector.energy_limit_wh = (None, 0)[self.random(2)]
        elif kind == 10:
            connector.limits.set("temperature", (None, 0, 6000, 32000)[self.random(4)])
        elif kind == 11:
            vehicle.shorted = not vehicle.shorted
        else:
            odd = self.random(4)
            if odd == 0:
                vehicle.has_diode = not vehicle.has_diode
            elif odd == 1:
                vehicle.lets_go = not vehicle.lets_go
            elif odd == 2:
                self.evse.set_available(not connector.operative, True, 1)
            elif self.random(4) == 0:
                self.welded = not self.welded
                connector.faults.clear("weld")

    def check_closing(self):
        connector = self.connector
        self.assertIsNotNone(connector.transaction)
        self.assertEqual(connector.pilot.state, "C")
        self.assertTrue(connector.pilot.diode_verified)
        self.assertEqual(connector.faults.active, [])
        self.assertGreaterEqual(self.evse.offered_ma, 6000)
        self.assertIsNone(connector.energy_limit_wh)
        self.assertFalse(self.welded)
        if self.opened_ms is not None:
            self.assertGreaterEqual(self.now_ms - self.opened_ms, 10000)
        self.closings_ms.append(self.now_ms)
        if len(self.closings_ms) > 6:
            self.assertGreaterEqual(self.now_ms - self.closings_ms[-7], 600000)

    def check_open_in_time(self, on, high_mv, low_mv):
        vehicle = self.vehicle
        asks = vehicle.plugged and high_mv == 6000
        stopping = self.evse.offered_ma == 0
        if asks and not stopping and vehicle.has_diode:
            self.must_open_ms = None
        elif self.must_open_ms is None:
            within_ms = 100
            if asks and not vehicle.shorted:
                within_ms = 6100 if stopping else 3000
            self.must_open_ms = self.now_ms + within_ms
        elif not asks:
            self.must_open_ms = min(self.must_open_ms, self.now_ms + 100)
        if on and self.must_open_ms is not None:
            self.assertLessEqual(self.now_ms, self.must_open_ms)


if __name__ == "__main__":
    unittest.main()
