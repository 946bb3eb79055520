"""Duty cycle and current, both ways."""

import unittest

from firmware.evse.limits import duty_for

# What a vehicle reads from 3-7 %: the current is agreed digitally (ISO 15118).
DIGITAL = -1


def current_for(duty):
    """The mA that a vehicle takes from ``duty``; 0: no charging; DIGITAL: see there."""
    if 30 <= duty <= 70:
        return DIGITAL
    if duty < 80 or duty > 970:
        return 0
    if duty < 100:
        return 6000
    if duty <= 850:
        return duty * 60
    return min((duty - 640) * 250, 80000)


class DutyTest(unittest.TestCase):
    def test_charger_to_vehicle(self):
        for current_ma, duty in (
            (0, 0), (5999, 0), (6000, 100), (10000, 166), (16000, 266), (32000, 533),
            (51000, 850), (52000, 850), (60000, 880), (63000, 892), (80000, 960), (90000, 960),
        ):  # fmt: skip
            self.assertEqual(duty_for(current_ma), duty, current_ma)

    def test_vehicle_never_reads_more_than_offered(self):
        for current_ma in range(0, 90000, 37):
            duty = duty_for(current_ma)
            self.assertLessEqual(current_for(duty), min(current_ma, 80000))
            self.assertTrue(duty == 0 or 100 <= duty <= 960)

    def test_more_current_is_never_less_duty(self):
        duties = [duty_for(current_ma) for current_ma in range(0, 90000, 50)]
        self.assertEqual(duties, sorted(duties))

    def test_vehicle_reads(self):
        for duty, current_ma in (
            (0, 0), (29, 0), (30, DIGITAL), (50, DIGITAL), (70, DIGITAL), (75, 0), (80, 6000),
            (99, 6000), (100, 6000), (500, 30000), (850, 51000), (900, 65000), (960, 80000),
            (970, 80000), (971, 0), (1000, 0),
        ):  # fmt: skip
            self.assertEqual(current_for(duty), current_ma, duty)


if __name__ == "__main__":
    unittest.main()
