"""loader.chip: one set of reset causes for both families, and flags that survive a reset."""

import unittest

from fakes import NoReset, machine, machine_esp32, power_on, wires
from loader import chip as loader_chip
from loader.resets import ASKED, CRASHED, HARD, HEALTHY, POWER_ON, SOFT, WATCHDOG

CTRL_RUNS = 5000  # ms of a watchdog that goes on


class Rp2Test(unittest.TestCase):
    def chip(self, **settings):
        power_on(**settings)
        return loader_chip.Chip({"chip": "rp2040"})

    def test_causes(self):
        for settings, cause in (
            ({"cause": 1}, POWER_ON),
            ({"cause": 3, "reason": 1}, WATCHDOG),
            ({"cause": 3, "reason": 2}, HARD),
            ({"cause": 3, "reason": 2, "watchdog_ms": CTRL_RUNS}, SOFT),
            ({"cause": 1, "watchdog_ms": CTRL_RUNS}, SOFT),
        ):
            self.assertEqual(self.chip(**settings).reset_cause(), cause)

    def test_a_wanted_reset_needs_no_flag_here(self):
        chip = self.chip(cause=3, reason=1)
        chip.set_flags(ASKED)
        self.assertEqual(chip.reset_cause(), WATCHDOG)

    def test_flags(self):
        chip = self.chip()
        self.assertEqual(chip.flags(), 0)
        chip.set_flags(HEALTHY | CRASHED)
        scratch = list(wires.scratch)
        self.assertEqual(self.chip(scratch=scratch, cause=3, reason=1).flags(), HEALTHY | CRASHED)
        self.assertEqual(self.chip(scratch=[0xDEADBEEF, 0, 0, 0]).flags(), 0)

    def test_reset(self):
        chip = self.chip()
        chip.set_flags(HEALTHY)
        with self.assertRaises(NoReset):
            chip.reset()
        self.assertEqual(chip.flags(), HEALTHY | ASKED)
        self.assertEqual(wires.sent[-1], "reset")

    def test_the_rp2350_has_its_watchdog_elsewhere(self):
        silicon = loader_chip.Chip({"chip": "rp2350"})._silicon
        self.assertEqual(silicon._base, 0x400D8000)


class Esp32Test(unittest.TestCase):
    def setUp(self):
        loader_chip.machine = machine_esp32

    def tearDown(self):
        loader_chip.machine = machine

    def chip(self, **settings):
        power_on(**settings)
        return loader_chip.Chip({"chip": "esp32c3"})

    def after(self, flags, cause):
        """A chip that kept ``flags`` over a reset with that cause."""
        self.chip().set_flags(flags)
        return self.chip(cause=cause, rtc=wires.rtc)

    def test_causes(self):
        for port, cause in ((1, POWER_ON), (3, WATCHDOG), (5, SOFT), (4, HARD), (0, HARD)):
            self.assertEqual(self.after(0, port).reset_cause(), cause)

    def test_a_panic_is_told_from_a_wanted_reset(self):
        self.assertEqual(self.after(0, 2).reset_cause(), WATCHDOG)
        self.assertEqual(self.after(HEALTHY, 2).reset_cause(), WATCHDOG)
        self.assertEqual(self.after(ASKED, 2).reset_cause(), HARD)

    def test_a_chip_that_has_never_run_this_blames_nobody(self):
        self.assertEqual(self.chip(cause=2).reset_cause(), HARD)
        self.assertEqual(self.chip(cause=2, rtc="deadbeef").reset_cause(), HARD)

    def test_reset(self):
        chip = self.chip()
        chip.set_flags(CRASHED)
        with self.assertRaises(NoReset):
            chip.reset()
        self.assertEqual(chip.flags(), CRASHED | ASKED)
        self.assertEqual(self.chip(cause=2, rtc=wires.rtc).reset_cause(), HARD)


if __name__ == "__main__":
    unittest.main()
