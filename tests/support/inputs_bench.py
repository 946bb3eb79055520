"""An outlet with further inputs: cable, temperature, ground fault, emergency stop."""

from charge_bench import STEP_MS
from firmware.evse.surroundings import Surroundings
from outlet_bench import OutletTest


class Inputs:
    """A board's further inputs, set by the test; the tester trips the device, which says so."""

    def __init__(self, **values):
        self.values = values
        self.has_test = values.pop("has_test", False)
        self.trips = True
        self.lets_go = True
        self.tests = 0
        self.under_test = False
        self.tripped = False

    def proximity_ohm(self):
        return self.values.get("ohm")

    def temperature_c(self):
        return self.values.get("celsius")

    def ground_fault(self):
        return self.values.get("ground", self.tripped if self.has_test else None)

    def emergency_stop(self):
        return self.values.get("stop")

    def test_protection(self, on):
        if on and not self.under_test:
            self.tests += 1
        self.under_test = on
        if on and self.trips:
            self.tripped = True
        elif not on and self.lets_go:
            self.tripped = False


class InputsTest(OutletTest):
    """Base of tests; `fit` puts the inputs in."""

    def setUp(self):
        self.surroundings = None
        OutletTest.setUp(self)

    def fit(self, max_c=60, **values):
        self.inputs = Inputs(**values)
        self.surroundings = Surroundings(self.connector, self.inputs, 16000, max_c)

    def step(self):
        if self.surroundings is not None:
            self.surroundings.tick(self.now_ms + STEP_MS)
        OutletTest.step(self)
        if self.inputs_under_test():
            self.assertFalse(self.evse.contactor_on)

    def inputs_under_test(self):
        return self.surroundings is not None and self.inputs.under_test

    def readings(self, *values, name="ohm", ms=200):
        """One after the other, each for ``ms``."""
        for value in values:
            self.inputs.values[name] = value
            self.run_s(ms / 1000)
