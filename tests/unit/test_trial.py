"""When a trial is confirmed, rejected, or goes on."""

import unittest

from firmware.trial import Trial, deadline_s
from ticks import ticks_add


class TestTrial(unittest.TestCase):
    def setUp(self):
        self.start_ms = 5000
        self.trial = Trial(self.start_ms, 30, 600)

    def at(self, after_s, self_test_passed=True, boot_answered=True):
        now_ms = ticks_add(self.start_ms, int(after_s * 1000))
        return self.trial.verdict(now_ms, self_test_passed, boot_answered)

    def test_confirmed_after_the_time_with_an_answer(self):
        self.assertIsNone(self.at(29.9))
        self.assertEqual(self.at(30), Trial.CONFIRM)

    def test_not_confirmed_without_an_answer(self):
        self.assertIsNone(self.at(599, boot_answered=False))

    def test_the_deadline_rejects(self):
        self.assertEqual(self.at(600, boot_answered=False), "deadline")

    def test_an_answer_at_the_last_moment_counts(self):
        self.assertEqual(self.at(600), Trial.CONFIRM)

    def test_an_age_beyond_the_ticks_wrap(self):
        for day in range(1, 15):
            for hour in range(24):
                finding = self.at((day * 24 + hour) * 3600, boot_answered=False)
                self.assertEqual(finding, "deadline")
            self.assertEqual(self.at((day * 24 + hour) * 3600), Trial.CONFIRM)

    def test_a_self_test_that_keeps_failing_rejects(self):
        for _ in range(9):
            self.assertIsNone(self.at(31, self_test_passed=False))
        self.assertEqual(self.at(31, self_test_passed=False), "selftest")

    def test_a_glitch_of_the_self_test_is_forgiven_but_never_confirmed(self):
        for _ in range(20):
            self.assertIsNone(self.at(31, self_test_passed=False))
            self.assertEqual(self.at(31), Trial.CONFIRM)


class Job:
    """What a trial asks of the update job."""

    def __init__(self, offline):
        self.offline = offline


class TestDeadline(unittest.TestCase):
    def test_longer_where_the_image_before_had_no_central_system_either(self):
        self.assertEqual(deadline_s(600, None), 600)
        self.assertEqual(deadline_s(600, Job(False)), 600)
        self.assertEqual(deadline_s(600, Job(True)), 86400)
        self.assertEqual(deadline_s(100000, Job(True)), 100000)


if __name__ == "__main__":
    unittest.main()
