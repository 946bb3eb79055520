"""firmware.hal.pilot against the fakes: plateaus by rank, duty out, no allocation."""

import sys
import unittest

from fakes import BOARD, power_on, wires
from firmware.hal.pilot import Pilot

TOLERANCE_MV = 60


class PilotTest(unittest.TestCase):
    def setUp(self):
        power_on()
        self.pilot = Pilot(BOARD)

    def check(self, high_mv, low_mv):
        high, low = self.pilot.read()
        self.assertLess(abs(high - high_mv), TOLERANCE_MV, "high %d" % high)
        self.assertLess(abs(low - low_mv), TOLERANCE_MV, "low %d" % low)

    def test_starts_steady_high(self):
        self.assertEqual(wires.pwm[16], [1000, 65535])
        self.check(12000, 12000)

    def test_duty(self):
        for tenths, wanted in ((0, 0), (100, 6553), (533, 34930), (1000, 65535)):
            self.pilot.set_duty(tenths)
            self.assertEqual(wires.pwm[16], [1000, wanted])
        self.pilot.set_duty(None)
        self.assertEqual(wires.pwm[16], [1000, 65535])

    def test_same_duty_is_not_written_again(self):
        self.pilot.set_duty(500)
        count = len(wires.sent)
        self.pilot.set_duty(500)
        self.assertEqual(len(wires.sent), count)

    def test_both_plateaus_in_every_burst(self):
        # 8 % is the least and 96 % the most that tells a car a current.
        for tenths in (80, 100, 266, 533, 850, 960):
            self.pilot.set_duty(tenths)
            for high_mv in (12000, 9000, 6000, 3000):
                wires.high_mv = high_mv
                for _ in range(20):
                    self.check(high_mv, -12000)

    def test_steady_low(self):
        self.pilot.set_duty(0)
        self.check(-12000, -12000)

    def test_no_diode(self):
        self.pilot.set_duty(500)
        wires.high_mv, wires.low_mv = 6000, -6000
        self.check(6000, -6000)

    def test_shorted(self):
        self.pilot.set_duty(500)
        wires.high_mv, wires.low_mv = 0, 0
        self.check(0, 0)

    def test_one_glitch_is_no_plateau(self):
        class GlitchyAdc:
            count = 0

            def read_u16(self):
                GlitchyAdc.count += 1
                return 65535 if GlitchyAdc.count == 5 else 0 if GlitchyAdc.count == 9 else 45874

        self.pilot._adc = GlitchyAdc()
        self.check(6000, 6000)

    def test_read_allocates_nothing(self):
        if sys.implementation.name != "micropython":
            self.skipTest("CPython's heap can't be locked")
        import micropython

        self.pilot.set_duty(533)
        self.pilot.read()
        micropython.heap_lock()
        try:
            for _ in range(3):
                self.pilot.read()
            failed = False
        except MemoryError:
            failed = True
        finally:
            micropython.heap_unlock()
        self.assertFalse(failed)


if __name__ == "__main__":
    unittest.main()
