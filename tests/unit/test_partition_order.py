"""What becomes of an update on the simulated ESP32: loader and boot loader together."""

import unittest

from esp_device import HOME, Device
from loader import record, verdict
from loader.choose import choose
from loader.decide import RUN, SWITCH
from loader.record import CONFIRMED, REJECTED, TRIAL
from loader.resets import HARD, POWER_ON, SOFT, WATCHDOG

VALID, ABORTED = 2, 4


class TestOrder(Device):
    """Each row of the boot decision for the ESP32, against the boot loader."""

    def confirm(self, held):
        return verdict.confirm(self.files, held, self.slots(), (1, 1, 0))

    def test_install_try_confirm(self):
        self.assertEqual(self.arm().attempts, 1)
        held, decision = self.boot()
        self.assertEqual((decision.row, held.attempts), ("esp32 trial, runs", 1))
        self.confirm(held)
        for cause in (HARD, WATCHDOG, POWER_ON):
            held, decision = self.boot(cause)
            self.assertEqual((decision.slot, held.state), ("b", CONFIRMED))
        self.assertTrue(self.slots()["b"].proven())

    def test_a_hang_is_tried_once(self):
        self.arm()
        self.boot()
        held, decision = self.boot(WATCHDOG)
        self.assertEqual((decision.slot, held.state, held.reason), ("a", REJECTED, "watchdog"))

    def test_a_power_cut_costs_one_of_three_attempts(self):
        self.arm()
        for attempts in (1, 2, 3):
            held, decision = self.boot(POWER_ON)
            self.assertEqual((decision.slot, held.attempts), ("b", attempts))
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.state, held.reason), ("a", REJECTED, "power"))

    def test_an_image_set_boot_refuses_is_not_armed(self):
        self.stage()
        self.board.put("ota_1", b"\x00", 3000)
        with self.assertRaises(OSError):
            verdict.arm(self.files, record.read(self.files), self.slots(), (1, 1, 0))
        self.assertEqual(record.read(self.files).state, CONFIRMED)
        self.assertEqual(self.boot()[1].slot, "a")

    def test_a_cut_between_record_and_set_boot(self):
        trial = self.arm()
        self.board.ota.write(1, 0xFFFFFFFF, 0xFFFFFFFF)
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.attempts), ("b", trial.attempts + 1))

    def test_a_soft_reset_before_the_reset(self):
        self.arm()
        held, decision = choose(self.files, self.slots(), SOFT, 0, lambda: None)
        self.assertEqual((decision.action, decision.slot, held.state), (SWITCH, "b", TRIAL))
        self.assertEqual(self.board.reset(), "ota_1")

    def test_a_soft_reset_in_the_trial(self):
        self.arm()
        self.boot()
        held, decision = choose(self.files, self.slots(), SOFT, 0, lambda: None)
        self.assertEqual((decision.action, decision.slot, held.attempts), (RUN, "b", 1))

    def test_a_cut_between_mark_and_record_is_a_confirm(self):
        self.arm()
        self.boot()
        self.slots()["b"].keep()
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.state, held.reason), ("b", CONFIRMED, "confirm"))
        self.assertTrue(self.slots()["b"].proven())
        self.assertEqual(held.floor, (1, 1, 0))

    def test_rejected_while_pending_needs_no_set_boot(self):
        self.arm()
        held, _ = self.boot()
        verdict.reject(self.files, held, "selftest")
        states = self.board.states()
        held, decision = self.boot()
        self.assertEqual((decision.slot, held.reason), ("a", "selftest"))
        self.assertEqual(self.board.states(), [states[0], (1, ABORTED)])

    def test_the_trap(self):
        """A confirmed b, a rejected in its trial: no power cut may bring a back."""
        self.arm()
        self.confirm(self.boot()[0])
        self.boot()
        slot = self.slots()["a"]
        slot.erase()
        slot.append(HOME[0])
        slot.publish(HOME[1])
        verdict.arm(self.files, record.read(self.files), self.slots(), (1, 0, 0))
        held, decision = self.boot()
        self.assertEqual(decision.slot, "a")
        verdict.reject(self.files, held, "deadline")
        for _ in range(4):
            self.assertEqual(self.board.reset(), "ota_1")
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.home), ("b", "b"))

    def test_a_corrupt_home_boots_the_proven_other(self):
        self.arm()
        self.confirm(self.boot()[0])
        self.boot()
        self.board.put("ota_1", b"\x00", 3000)
        held, decision = self.boot()
        self.assertEqual((decision.slot, held.reason), ("a", "rollback"))
        self.assertEqual(self.board.ota.boot_partition()[4], "ota_0")
        self.assertEqual(self.board.states(), [(0, VALID), (1, VALID)])

    def test_after_that_an_update_has_its_one_attempt_again(self):
        self.test_a_corrupt_home_boots_the_proven_other()
        self.arm()
        held, decision = self.boot()
        self.assertEqual((decision.slot, held.state), ("b", TRIAL))
        held, decision = self.boot(WATCHDOG)
        self.assertEqual((decision.slot, held.state), ("a", REJECTED))

    def test_a_trial_the_boot_loader_does_not_guard_is_counted(self):
        """Home is gone and otadata still names it: no native rollback."""
        self.arm()
        self.board.ota.write(1, 0xFFFFFFFF, 0xFFFFFFFF)
        self.board.put("ota_0", b"\x00")
        for attempts in (2, 3):
            held, decision = self.boot(WATCHDOG)
            self.assertEqual((decision.slot, held.state, held.attempts), ("b", TRIAL, attempts))
        held, decision = self.boot(WATCHDOG)
        self.assertIsNone(decision.slot)

    def test_a_crash_loop_goes_to_the_other_proven_slot(self):
        self.arm()
        self.confirm(self.boot()[0])
        self.boot()
        for _ in range(5):
            held, decision = self.boot(WATCHDOG)
        self.assertEqual((decision.slot, held.reason), ("a", "crashloop"))
        held, decision = self.boot(POWER_ON)
        self.assertEqual((decision.slot, held.reason), ("a", "crashloop"))

    def test_lost_otadata_is_written_anew(self):
        self.arm()
        self.confirm(self.boot()[0])
        for index in (0, 1):
            self.board.flash.erase(self.board.ota._sector(index))
        held, decision = self.boot()
        self.assertEqual((decision.slot, held.home), ("b", "b"))
        self.assertEqual(self.board.reset(), "ota_1")


if __name__ == "__main__":
    unittest.main()
