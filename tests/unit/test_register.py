"""The energy register: monotonic, and never more than the outlet could have given."""

import unittest

from firmware.evse.transaction import Register


class RegisterTest(unittest.TestCase):
    def read(self, saved_wh, *readings_wh, **options):
        """(believed, register) after each reading; one every ``every_ms``, at most ``max_ma``."""
        register = Register(options.get("max_ma", 16000))
        register.wh = saved_wh
        every_ms = options.get("every_ms", 1000)
        return [
            (register.update(reading, turn * every_ms), register.wh)
            for turn, reading in enumerate(readings_wh)
        ]

    def test_counter_that_starts_with_the_board(self):
        self.assertEqual(self.read(5000, 0, 7), [(True, 5000), (True, 5007)])
        self.assertEqual(self.read(1, 0, 1), [(True, 1), (True, 2)])
        self.assertEqual(self.read(0, 0, 1), [(True, 0), (True, 1)])

    def test_another_meter_than_before(self):
        self.assertEqual(self.read(90000, 5000, 5001), [(True, 90000), (True, 90001)])
        self.assertEqual(self.read(5000, 90000, 90001), [(True, 5000), (True, 5001)])

    def test_the_same_meter_after_a_power_cut(self):
        # What was not saved, a minute or two, is in the meter.
        self.assertEqual(self.read(5000, 5500, 5501), [(True, 5500), (True, 5501)])

    def test_the_first_meter_is_taken_as_it_is(self):
        self.assertEqual(self.read(0, 90000, 90001), [(True, 90000), (True, 90001)])

    def test_a_jump_is_no_energy(self):
        self.assertEqual(
            self.read(0, 100, 5100, 5101, 101),
            [(True, 100), (False, 100), (False, 100), (True, 101)],
        )
        self.assertEqual(self.read(0, 0, 1 << 40, 2), [(True, 0), (False, 0), (True, 2)])

    def test_no_patience_makes_a_jump_true(self):
        # As long as nothing flows, time is no credit.
        readings = [0] * 7200 + [100, 0]
        self.assertEqual(self.read(0, *readings)[-2:], [(False, 0), (True, 0)])

    def test_full_power_is_believed(self):
        for every_ms in (20, 1000, 9000, 3600000):
            step_wh = 11 * every_ms // 3600  # 11 kW
            readings = [turn * step_wh for turn in range(50)]
            self.assertEqual(
                self.read(0, *readings, every_ms=every_ms)[-1], (True, readings[-1]), every_ms
            )

    def test_more_than_full_power_is_not(self):
        readings = [turn * 10 for turn in range(50)]  # 36 kW
        believed, wh = self.read(0, *readings)[-1]
        self.assertFalse(believed)
        self.assertLessEqual(wh, 16000 * 60 // 3600)
        self.assertEqual(self.read(0, *readings, max_ma=63000)[-1], (True, 490))

    def test_coarse_and_late_meters(self):
        readings = [turn // 3 * 10 for turn in range(60)]
        self.assertEqual(self.read(0, *readings)[-1], (True, 190))

    def test_pulses_are_believed(self):
        self.assertEqual(self.read(7, 0, 5000, max_ma=0), [(True, 7), (True, 5007)])

    def test_noise_adds_nothing(self):
        for low in (9, 900, 90000):
            readings = [low + 1, low] * 50
            self.assertEqual(self.read(0, *readings)[-1], (True, low + 1))

    def test_backwards(self):
        self.assertEqual(
            self.read(0, 5000, 4900, 4899, None, 5000),
            [(True, 5000), (True, 5000), (False, 5000), (False, 5000), (True, 5000)],
        )

    def test_a_fall_is_no_new_beginning(self):
        self.assertEqual(
            self.read(0, 5000, 3, 5001, 700, 5002),
            [(True, 5000), (False, 5000), (True, 5001), (False, 5001), (True, 5002)],
        )

    def test_silence_is_no_credit(self):
        readings = [10] + [None] * 600 + [200, 11]
        self.assertEqual(self.read(0, *readings)[-2:], [(False, 10), (True, 11)])


if __name__ == "__main__":
    unittest.main()
