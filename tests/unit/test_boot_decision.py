"""One test a row of the boot decision (lib/loader/decide.py), named after the row."""

import unittest

from boot_facts import broken, decide, fresh, good, record
from loader import decide as d
from loader.record import CONFIRMED, REJECTED, TRIAL
from loader.resets import CRASHED, HARD, HEALTHY, POWER_ON, SERVICE, SOFT, WATCHDOG


class Case(unittest.TestCase):
    def check(self, decision, row, action, slot):
        self.assertEqual((decision.row, decision.action, decision.slot), (row, action, slot))


class TestFileFamilies(Case):
    """RP2 and others whose loader chooses the slot itself."""

    def test_no_valid_record_takes_the_newest_proven_slot(self):
        decision = decide(None, good((1, 0, 0), (1, 0, 0)), good((1, 2, 0)))
        self.check(decision, "no valid record", d.RUN, "b")
        self.assertEqual(decision.record.state, CONFIRMED)
        self.assertEqual(decision.record.reason, "rebuilt")
        self.assertEqual(decision.record.version, (1, 2, 0))
        self.assertEqual(decision.record.floor, (1, 0, 0), "the floor never goes down")

    def test_no_valid_record_prefers_an_old_proven_slot_to_a_new_unproven_one(self):
        self.check(decide(None, good(), fresh((9, 0, 0))), "no valid record", d.RUN, "a")

    def test_no_valid_record_runs_an_unproven_slot_only_as_a_trial(self):
        decision = decide(None, broken(), fresh())
        self.check(decision, "no valid record", d.RUN, "b")
        self.assertEqual((decision.record.state, decision.record.attempts), (TRIAL, 1))

    def test_confirmed_verifies_and_runs(self):
        decision = decide(record(CONFIRMED), good(), good())
        self.check(decision, "confirmed, verifies and runs", d.RUN, "b")
        self.assertIsNone(decision.record, "an ordinary boot writes nothing")

    def test_rejected_runs_the_previous_slot(self):
        decision = decide(record(REJECTED), good(), fresh())
        self.check(decision, "confirmed, verifies and runs", d.RUN, "a")
        self.assertIsNone(decision.record)

    def test_confirmed_counts_an_unhealthy_boot(self):
        for more in ({"cause": WATCHDOG}, {"flags": CRASHED}):
            decision = decide(record(CONFIRMED, unhealthy=2), good(), good(), **more)
            self.check(decision, "confirmed, verifies and runs", d.RUN, "b")
            self.assertEqual(decision.record.unhealthy, 3)

    def test_a_boot_that_had_been_healthy_clears_the_count(self):
        decision = decide(
            record(CONFIRMED, unhealthy=4), good(), good(), cause=WATCHDOG, flags=HEALTHY
        )
        self.assertEqual(decision.record.unhealthy, 0)

    def test_a_power_cut_is_not_blamed_on_the_image(self):
        decision = decide(record(CONFIRMED, unhealthy=4), good(), good(), cause=POWER_ON)
        self.check(decision, "confirmed, verifies and runs", d.RUN, "b")
        self.assertEqual(decision.record.unhealthy, 0)

    def test_an_ordinary_reset_is_no_unhealthy_boot(self):
        self.assertIsNone(decide(record(CONFIRMED, unhealthy=4), good(), good()).record)

    def test_confirmed_five_unhealthy_boots_other_proven(self):
        decision = decide(
            record(CONFIRMED, unhealthy=4, floor=(1, 1, 0)), good(), good(), cause=WATCHDOG
        )
        self.check(decision, "confirmed, five unhealthy boots, other proven", d.RUN, "a")
        self.assertEqual(decision.record.reason, "crashloop")
        self.assertEqual(decision.record.state, CONFIRMED)
        self.assertEqual(decision.record.floor, (1, 1, 0))

    def test_confirmed_five_unhealthy_boots_no_other_to_try(self):
        decision = decide(record(CONFIRMED, unhealthy=4), fresh(), good(), cause=WATCHDOG)
        self.check(decision, "confirmed, five unhealthy boots, no other to try", d.RESCUE, None)

    def test_after_a_crash_loop_the_other_slot_is_not_left_for_the_first_one_again(self):
        again = record(CONFIRMED, unhealthy=4, reason="crashloop")
        decision = decide(again, good(), good(), cause=WATCHDOG)
        self.check(decision, "confirmed, five unhealthy boots, no other to try", d.RESCUE, None)

    def test_rescue_after_a_crash_loop_ends_with_a_power_cycle(self):
        decision = decide(record(CONFIRMED, unhealthy=5), fresh(), good(), cause=POWER_ON)
        self.check(decision, "confirmed, verifies and runs", d.RUN, "b")

    def test_confirmed_does_not_verify_other_proven(self):
        decision = decide(record(CONFIRMED), good(), broken())
        self.check(decision, "confirmed, does not verify, other proven", d.RUN, "a")
        self.assertEqual(decision.record.reason, "corrupt")

    def test_confirmed_does_not_verify_other_unproven_is_rescue(self):
        decision = decide(record(CONFIRMED), fresh(), broken())
        self.check(decision, "nothing verifies", d.RESCUE, None)

    def test_a_rejected_image_never_comes_back_as_confirmed(self):
        decision = decide(record(REJECTED), broken(), fresh())
        self.check(decision, "nothing verifies", d.RESCUE, None)

    def test_trial_attempts_left_counts_before_the_run(self):
        for attempts in (0, 1, 2):
            decision = decide(record(TRIAL, attempts=attempts), good(), fresh())
            self.check(decision, "trial, attempts left", d.RUN, "b")
            self.assertEqual(decision.record.attempts, attempts + 1)
            self.assertEqual(decision.record.state, TRIAL)

    def test_trial_attempts_used_up_is_rejected_with_the_reset_cause(self):
        for more, reason in (
            ({"cause": WATCHDOG}, "watchdog"),
            ({"cause": POWER_ON}, "power"),
            ({"cause": HARD}, "reset"),
            ({"cause": HARD, "flags": CRASHED}, "exception"),
        ):
            decision = decide(record(TRIAL, attempts=3), good(), fresh(), **more)
            self.check(decision, "trial, attempts used up", d.RUN, "a")
            self.assertEqual(decision.record.state, REJECTED)
            self.assertEqual(decision.record.reason, reason)

    def test_trial_attempts_used_up_and_nothing_to_go_back_to(self):
        row = "trial, attempts used up, nothing to go back to"
        decision = decide(record(TRIAL, attempts=3), broken(), fresh(), cause=WATCHDOG)
        self.check(decision, row, d.RESCUE, None)
        self.assertIsNone(decision.record, "it is not rejected: there is no other")
        decision = decide(record(TRIAL, attempts=3), broken(), fresh(), cause=POWER_ON)
        self.check(decision, row, d.RUN, "b")
        self.assertEqual((decision.record.state, decision.record.attempts), (TRIAL, 1))

    def test_trial_does_not_verify(self):
        decision = decide(record(TRIAL), good(), broken())
        self.check(decision, "trial, does not verify", d.RUN, "a")
        self.assertEqual(decision.record.reason, "corrupt")
        self.assertEqual(decision.record.state, REJECTED)

    def test_trial_soft_reset_counts_nothing(self):
        for attempts in (1, 3):
            decision = decide(record(TRIAL, attempts=attempts), good(), fresh(), cause=SOFT)
            self.check(decision, "trial, soft reset or after service mode", d.RUN, "b")
            self.assertIsNone(decision.record)

    def test_trial_after_service_mode_counts_nothing(self):
        for cause in (HARD, WATCHDOG):
            decision = decide(record(TRIAL), good(), fresh(), cause=cause, flags=SERVICE)
            self.check(decision, "trial, soft reset or after service mode", d.RUN, "b")
            self.assertIsNone(decision.record)

    def test_service_mode_is_no_unhealthy_boot(self):
        for flags, row in (
            (SERVICE | CRASHED, "confirmed, verifies and runs"),
            (CRASHED, "confirmed, five unhealthy boots, other proven"),
        ):
            rec = record(CONFIRMED, unhealthy=4)
            decision = decide(rec, good(), good(), cause=WATCHDOG, flags=flags)
            self.assertEqual(decision.row, row)

    def test_nothing_verifies(self):
        for rec in (None, record(CONFIRMED), record(REJECTED)):
            self.check(decide(rec, broken(), broken()), "nothing verifies", d.RESCUE, None)


class TestEsp32(Case):
    """The boot loader has chosen already: ``running``."""

    def test_esp32_trial_runs(self):
        decision = decide(record(TRIAL, attempts=1), good(), fresh(), running="b")
        self.check(decision, "esp32 trial, runs", d.RUN, "b")
        self.assertIsNone(decision.record, "the slot that armed it wrote the attempt")

    def test_esp32_trial_runs_unguarded_is_counted(self):
        rec = record(TRIAL, attempts=1)
        decision = decide(rec, broken(), fresh(), cause=WATCHDOG, running="b", guarded=False)
        self.check(decision, "trial, attempts left", d.RUN, "b")
        self.assertEqual(decision.record.attempts, 2)
        rec = record(TRIAL, attempts=3)
        decision = decide(rec, good(), fresh(), cause=WATCHDOG, running="b", guarded=False)
        self.check(decision, "trial, attempts used up", d.SWITCH, "a")

    def test_esp32_trial_soft_reset_before_the_reset_that_starts_it(self):
        decision = decide(record(TRIAL, attempts=1), good(), fresh(), cause=SOFT, running="a")
        self.check(decision, "trial, soft reset or after service mode", d.SWITCH, "b")
        self.assertIsNone(decision.record)

    def test_esp32_trial_ended_by_service_mode_is_started_again(self):
        rec = record(TRIAL, attempts=1)
        decision = decide(rec, good(), fresh(), running="a", flags=SERVICE)
        self.check(decision, "trial, soft reset or after service mode", d.SWITCH, "b")
        self.assertIsNone(decision.record)

    def test_esp32_confirmed_sent_away_by_a_power_cut_counts_no_try(self):
        rec = record(CONFIRMED, attempts=2)
        decision = decide(rec, fresh(), good(), cause=POWER_ON, running="a")
        row = "esp32 confirmed, verifies, does not run, tries left"
        self.check(decision, row, d.SWITCH, "b")
        self.assertIsNone(decision.record)

    def test_esp32_trial_does_not_run_power_cut_attempts_left(self):
        decision = decide(record(TRIAL, attempts=1), good(), fresh(), cause=POWER_ON, running="a")
        self.check(decision, "esp32 trial, does not run, power cut, attempts left", d.SWITCH, "b")
        self.assertEqual(decision.record.attempts, 2)

    def test_esp32_trial_does_not_run_power_cut_attempts_used_up(self):
        decision = decide(record(TRIAL, attempts=3), good(), fresh(), cause=POWER_ON, running="a")
        self.check(decision, "esp32 trial, does not run, any other cause", d.RUN, "a")
        self.assertEqual(decision.record.reason, "power")

    def test_esp32_trial_does_not_run_any_other_cause(self):
        decision = decide(record(TRIAL, attempts=1), good(), fresh(), cause=WATCHDOG, running="a")
        self.check(decision, "esp32 trial, does not run, any other cause", d.RUN, "a")
        self.assertEqual(decision.record.state, REJECTED)
        self.assertEqual(decision.record.reason, "watchdog")

    def test_esp32_trial_runs_but_does_not_verify(self):
        decision = decide(record(TRIAL, attempts=1), good(), broken(), running="b")
        self.check(decision, "trial, does not verify", d.SWITCH, "a")
        self.assertEqual(decision.record.state, REJECTED)

    def test_esp32_confirmed_verifies_does_not_run_tries_left(self):
        for attempts in (0, 1):
            decision = decide(record(CONFIRMED, attempts=attempts), good(), good(), running="a")
            self.check(
                decision, "esp32 confirmed, verifies, does not run, tries left", d.SWITCH, "b"
            )
            self.assertEqual(decision.record.attempts, attempts + 1)

    def test_esp32_confirmed_back_home_forgets_the_tries(self):
        decision = decide(record(CONFIRMED, attempts=2), good(), good(), running="b")
        self.check(decision, "confirmed, verifies and runs", d.RUN, "b")
        self.assertEqual(decision.record.attempts, 0)

    def test_esp32_confirmed_does_not_run_what_runs_is_proven(self):
        for b, attempts in ((good(), 2), (broken(), 0)):
            decision = decide(record(CONFIRMED, attempts=attempts), good(), b, running="a")
            self.check(decision, "esp32 confirmed, does not run, what runs is proven", d.RUN, "a")
            self.assertEqual(decision.record.reason, "rollback")

    def test_esp32_confirmed_does_not_run_what_runs_is_unproven(self):
        decision = decide(record(CONFIRMED, attempts=2), fresh(), good(), running="a")
        self.check(decision, "nothing verifies", d.RESCUE, None)

    def test_esp32_rejected_runs_previous(self):
        decision = decide(record(REJECTED), good(), fresh(), running="a")
        self.check(decision, "confirmed, verifies and runs", d.RUN, "a")

    def test_esp32_no_valid_record_switches_to_the_proven_slot(self):
        decision = decide(None, good(), fresh(), running="b")
        self.check(decision, "no valid record", d.SWITCH, "a")


class TestTable(unittest.TestCase):
    def test_every_row_has_a_name_of_its_own(self):
        names = [row[0] for row in d.ROWS]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
