"""Pilot states: band edges, hysteresis, debounce, the diode."""

import unittest

from firmware.evse.pilot import Pilot
from ticks import ticks_add

LEVELS = (("A", 12000), ("B", 9000), ("C", 6000), ("D", 3000), ("E", 0), ("F", -12000))


class PilotTest(unittest.TestCase):
    def setUp(self):
        self.pilot = Pilot()
        self.now_ms = 0

    def feed(self, high_mv, low_mv=None, times=1, pwm_on=False, every_ms=20):
        for _ in range(times):
            self.now_ms += every_ms
            self.pilot.update(self.now_ms, high_mv, high_mv if low_mv is None else low_mv, pwm_on)
        return self.pilot.state

    def test_every_band_to_its_edges_from_every_state(self):
        for _, start_mv in LEVELS:
            for state, level_mv in LEVELS:
                for offset_mv in (-1000, 0, 1000):
                    self.setUp()
                    self.feed(start_mv, times=6)
                    got = self.feed(level_mv + offset_mv, times=6)
                    self.assertEqual(got, state, (start_mv, level_mv, offset_mv))

    def test_unknown_until_believed(self):
        self.assertIsNone(self.feed(12000, times=2))
        self.assertEqual(self.feed(12000, times=3), "A")

    def test_between_bands_the_present_state_holds(self):
        self.feed(9000, times=6)
        self.assertEqual(self.feed(10500, times=20), "B")
        self.feed(12000, times=6)
        self.assertEqual(self.feed(10500, times=20), "A")

    def test_change_is_believed_within_60_ms(self):
        self.feed(6000, times=6)
        edge_ms = self.now_ms
        while self.pilot.state == "C":
            self.feed(9000)
        self.assertLessEqual(self.now_ms - edge_ms, 60)

    def test_spikes_are_ignored(self):
        self.feed(6000, times=6)
        for _ in range(50):
            self.feed(12000)
            self.feed(6000, times=3)
            self.assertEqual(self.pilot.state, "C")

    def test_alternating_pilot_does_not_hold_its_state(self):
        self.feed(6000, times=6)
        for _ in range(10):
            self.feed(0)
            self.feed(6000)
            if self.pilot.state != "C":
                return
        self.fail("still C")

    def test_one_sample_after_a_stall_proves_nothing(self):
        self.feed(9000, times=6)
        self.assertEqual(self.feed(6000, every_ms=5000), "B")

    def test_out_of_range_is_a_fault(self):
        self.assertEqual(self.feed(15000, times=6), "E")
        self.assertEqual(self.feed(-6000, times=6), "E")

    def test_diode_is_verified_with_pwm_only(self):
        self.feed(9000, times=10)
        self.assertFalse(self.pilot.diode_verified)
        self.feed(9000, -12000, times=4, pwm_on=True)
        self.assertTrue(self.pilot.diode_verified)
        self.assertFalse(self.pilot.diode_fault)

    def test_missing_diode(self):
        for low_mv in (-9000, -10900, -13100, 0):
            self.setUp()
            self.feed(9000, times=6)
            self.feed(9000, low_mv, times=4, pwm_on=True)
            self.assertTrue(self.pilot.diode_fault)
            self.assertFalse(self.pilot.diode_verified)

    def test_diode_lost_while_charging(self):
        self.feed(6000, -12000, times=20, pwm_on=True)
        self.feed(6000, -6000, times=7, pwm_on=True)
        self.assertTrue(self.pilot.diode_fault)

    def test_unplug_forgets_the_diode(self):
        self.feed(9000, -12000, times=10, pwm_on=True)
        self.feed(12000, -12000, times=4, pwm_on=True)
        self.assertFalse(self.pilot.diode_verified)

    def test_wrapping_time(self):
        period = ticks_add(0, -1) + 1
        self.now_ms = period - 70
        self.feed(12000)
        for _ in range(8):
            self.now_ms = (self.now_ms + 20) % period
            self.pilot.update(self.now_ms, 9000, 9000, False)
        self.assertEqual(self.pilot.state, "B")


if __name__ == "__main__":
    unittest.main()
