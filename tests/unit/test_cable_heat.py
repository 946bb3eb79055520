"""Cable rating and temperature: how much current they leave, and when none."""

import unittest

from firmware.evse.surroundings import cable_ma
from inputs_bench import InputsTest


class CableHeatTest(InputsTest):
    # -- cable ---------------------------------------------------------------------------

    def test_ratings_and_gaps(self):
        for ohm, current_ma in (
            (0, 0), (79, 0), (80, 63000), (140, 63000), (141, 0), (163, 0), (164, 32000),
            (308, 32000), (309, 0), (399, 0), (400, 20000), (936, 20000), (937, 0), (1099, 0),
            (1100, 13000), (2460, 13000), (2461, None), (1000000, None),
        ):  # fmt: skip
            self.assertEqual(cable_ma(ohm), current_ma, ohm)

    def test_cable_limits(self):
        self.fit(ohm=1500)
        self.charge()
        self.assertEqual(self.evse.offered_ma, 13000)

    def test_the_board_limits_where_the_cable_carries_more(self):
        self.fit(ohm=220)
        self.charge()
        self.assertEqual(self.evse.offered_ma, 16000)

    def test_never_more_than_the_next_cable_carries(self):
        self.fit(ohm=220)
        self.charge()
        self.connector.stop("Local")
        self.vehicle.plugged = False
        self.run_s(3)
        self.inputs.values["ohm"] = 1500
        self.vehicle.plugged = True
        self.connector.authorize("TAG", self.now_ms)
        for _ in range(1000):
            self.step()
            self.assertLessEqual(self.evse.offered_ma, 13000)
        self.assertTrue(self.evse.contactor_on)

    def test_value_in_a_gap_is_a_fault(self):
        for ohm in (1000, 5000, 20):
            self.setUp()
            self.fit(ohm=ohm)
            self.vehicle.plugged = True
            self.connector.authorize("TAG", self.now_ms)
            self.never_closes(3)
            self.assertEqual(
                (self.connector.status, self.connector.errorCode), ("Faulted", "OtherError")
            )
            self.vehicle.plugged = False
            self.run_s(3)
            self.assertEqual(self.connector.status, "Available")

    def test_cable_that_breaks_while_charging(self):
        self.fit(ohm=220)
        self.charge()
        self.inputs.values["ohm"] = 350
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 1000)

    def test_smaller_rating_holds_at_once(self):
        self.fit(ohm=220)
        self.charge()
        self.inputs.values["ohm"] = 1500
        self.assertLessEqual(self.ms_until(lambda: self.evse.offered_ma == 13000), 200)
        self.readings(220)
        self.assertEqual(self.evse.offered_ma, 13000)
        self.run_s(1)
        self.assertEqual(self.evse.offered_ma, 16000)  # it was one reading
        self.assertTrue(self.evse.contactor_on)

    def test_no_rating_holds_more_than_the_smallest_seen(self):
        self.fit(ohm=220)
        self.charge()
        self.readings(1500, 680)
        self.assertEqual(self.evse.offered_ma, 13000)

    def test_alternating_ratings_are_a_fault(self):
        for values in ((220, 1500), (1500, 220), (220, 5000), (220, 350), (680, 1500, 220)):
            for ms in (200, 400):
                self.setUp()
                self.fit(ohm=220)
                self.charge()
                for _ in range(6):
                    self.readings(*values, ms=ms)
                self.assertFalse(self.evse.contactor_on, values)
                self.assertEqual(self.evse.offered_ma, 0)
                self.assertEqual(
                    (self.connector.status, self.connector.errorCode), ("Faulted", "OtherError")
                )

    def test_plug_without_a_steady_value_is_a_fault(self):
        self.fit(ohm=220)
        self.vehicle.plugged = True
        for _ in range(8):
            self.readings(220, 680)
            self.assertEqual(self.evse.offered_ma, 0)
        self.assertEqual(self.connector.status, "Faulted")
        self.vehicle.plugged = False
        self.run_s(1)
        self.inputs.values["ohm"] = 680
        self.charge()

    def test_a_cable_does_not_grow(self):
        self.fit(ohm=1500)
        self.charge()
        self.inputs.values["ohm"] = 220
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 1200)
        self.assertEqual(self.connector.status, "Faulted")

    # -- temperature ---------------------------------------------------------------------

    def test_heat_takes_current_away(self):
        self.fit(celsius=25)
        self.charge()
        for celsius, current_ma in (
            (60, 16000), (61, 15000), (65, 11000), (64, 11000), (63, 13000), (70, 6000),
            (74, 6000), (68, 8000), (58, 16000),
        ):  # fmt: skip
            self.inputs.values["celsius"] = celsius
            self.run_s(1)
            self.assertEqual(self.evse.offered_ma, current_ma, celsius)
            self.assertTrue(self.evse.contactor_on)

    def test_too_hot(self):
        for celsius in (75, 151, -51):
            self.setUp()
            self.fit(celsius=25)
            self.charge()
            self.inputs.values["celsius"] = celsius
            self.run_s(1)
            self.assertFalse(self.evse.contactor_on)
            self.assertEqual(
                (self.connector.status, self.connector.errorCode), ("Faulted", "HighTemperature")
            )
            self.inputs.values["celsius"] = 66
            self.run_s(1)
            self.assertEqual(self.connector.status, "Faulted")
            self.inputs.values["celsius"] = 40
            self.ms_until(lambda: self.evse.contactor_on)
            self.assertEqual(self.evse.offered_ma, 16000)

    def test_one_hot_reading_is_noise(self):
        for celsius in (64, 80, 149, 200, -60):
            self.setUp()
            self.fit(celsius=25)
            self.charge()
            for _ in range(5):
                self.readings(celsius, 25, name="celsius")
                self.assertEqual(self.evse.offered_ma, 16000)
                self.assertTrue(self.evse.contactor_on)

    def test_one_cool_reading_is_noise(self):
        self.fit(celsius=66)
        self.charge()
        self.assertEqual(self.evse.offered_ma, 10000)
        self.readings(20, 66, 66, name="celsius")
        self.assertEqual(self.evse.offered_ma, 10000)
        self.inputs.values["celsius"] = 80
        self.run_s(1)
        self.readings(20, 80, name="celsius")
        self.assertEqual(self.connector.status, "Faulted")

    def test_real_heat_acts_with_the_second_reading(self):
        for celsius in (75, 120, -60):
            self.setUp()
            self.fit(celsius=25)
            self.charge()
            self.inputs.values["celsius"] = celsius
            self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 420)
            self.assertEqual(self.connector.errorCode, "HighTemperature")


if __name__ == "__main__":
    unittest.main()
