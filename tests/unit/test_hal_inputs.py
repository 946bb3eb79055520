"""firmware.hal.inputs against the fakes: resistance, temperature, alarms, the test output."""

import unittest

from fakes import BOARD, power_on, wires
from firmware.hal.contactor import NoSafeLevel
from firmware.hal.inputs import Inputs

ALL = {
    "safe_outputs": [[15, 0], [16, 1], [20, 1]],
    "proximity_adc_pin": 27,
    "proximity_pullup_ohm": 1000,
    "temperature_adc_pin": 28,
    "temperature_span_c": 330,
    "temperature_offset_c": -50,
    "temperature_max_c": 65,
    "ground_fault_pin": 18,
    "emergency_stop_pin": 19,
    "rcd_test_pin": 20,
    "ventilated": True,
}


def board(**changes):
    result = dict(BOARD)
    result.update(changes)
    return result


class InputsTest(unittest.TestCase):
    def setUp(self):
        power_on()

    def test_what_is_not_named_has_no_say(self):
        inputs = Inputs(board(ground_fault_pin=18))
        self.assertIsNone(inputs.proximity_ohm())
        self.assertIsNone(inputs.temperature_c())
        self.assertIsNone(inputs.emergency_stop())
        self.assertFalse(inputs.has_test)
        inputs.test_protection(True)

    def test_test_output_without_a_safe_level(self):
        with self.assertRaises(NoSafeLevel):
            Inputs(board(rcd_test_pin=20, ground_fault_pin=18))

    def test_proximity(self):
        inputs = Inputs(board(**ALL))
        for ohm in (100, 220, 680, 1500, 2300):
            wires.receive("adc 27 %d" % (65535 * ohm // (ohm + 1000)))
            self.assertAlmostEqual(inputs.proximity_ohm(), ohm, delta=ohm // 50 + 1)
        wires.receive("adc 27 65535")
        self.assertEqual(inputs.proximity_ohm(), 1000000)
        wires.receive("adc 27 0")
        self.assertEqual(inputs.proximity_ohm(), 0)

    def test_temperature(self):
        inputs = Inputs(board(**ALL))
        for celsius in (-40, 0, 25, 80):
            wires.receive("adc 28 %d" % (65535 * (celsius + 50) // 330))
            self.assertAlmostEqual(inputs.temperature_c(), celsius, delta=1)

    def test_alarms_are_low_while_all_is_well(self):
        inputs = Inputs(board(**ALL))
        # A broken wire.
        self.assertTrue(inputs.ground_fault())
        self.assertTrue(inputs.emergency_stop())
        wires.receive("level 18 0")
        wires.receive("level 19 0")
        self.assertFalse(inputs.ground_fault())
        self.assertFalse(inputs.emergency_stop())

    def test_test_output_rests_at_its_safe_level(self):
        inputs = Inputs(board(**ALL))
        self.assertTrue(inputs.has_test)
        self.assertEqual(wires.outputs[20], 1)
        inputs.test_protection(True)
        self.assertEqual(wires.outputs[20], 0)
        inputs.test_protection(False)
        self.assertEqual(wires.outputs[20], 1)


if __name__ == "__main__":
    unittest.main()
