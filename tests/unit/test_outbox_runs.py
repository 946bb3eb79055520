"""When the runs were whose stamps lie in the queue: by their notes, first dates and order."""

import unittest

from firmware.ocpp16.clock import Clock
from firmware.ocpp16.iso import parse_iso
from firmware.ocpp16.outbox_runs import Runs, age

NOON = "2026-01-01T12:00:00Z"
NOON_S = 1767268800


class RunsTest(unittest.TestCase):
    def setUp(self):
        self.clock = Clock(0)
        self.runs = Runs(self.clock)

    def tell(self, *lines):
        for line in lines:
            if line[:2] in ("P ", "C "):
                self.runs.line(line)
            else:
                self.runs.saw(line)
        return self.runs.date()

    def test_a_note_says_it(self):
        starts = self.tell("P a-", "+5", "+65", "C a- %d" % NOON_S, "P b-", "+7")
        self.assertEqual(starts, {"a-": NOON_S, "b-": -7})
        self.assertEqual(self.runs.own("+65", ["a-", 65, NOON_S]), "2026-01-01T12:01:05Z")

    def test_else_the_first_date_after_them_does(self):
        self.assertEqual(self.tell("P a-", "+5", "+60", NOON, "2026-01-02T12:00:00Z"),
                         {"a-": NOON_S - 60})  # fmt: skip

    def test_else_each_ended_when_the_next_one_began(self):
        self.assertEqual(
            self.tell("P a-", "+10", "P b-", "+20", "+40", "P b-", "+50", "P c-", "+7"),
            {"a-": -67, "b-": -57, "c-": -7},
        )

    def test_one_that_learned_it_says_it_of_those_before_it(self):
        starts = self.tell("P a-", "+10", "P b-", "+20", "P c-", NOON, "P d-", "+1")
        self.assertEqual(starts, {"a-": NOON_S - 30, "b-": NOON_S - 20, "d-": -1})

    def test_notes_of_runs_that_are_gone_or_spoilt_stamps_do_no_harm(self):
        self.assertEqual(self.tell("C z- 5", "P a-", "+x", "+", "t", ""), {"a-": 0})
        self.assertEqual(self.runs.own("+99999999999999999999", ["a-", 0, 0]), "+0")

    def test_the_run_of_the_state_file(self):
        self.runs.note("b-", ["+30", NOON])
        self.assertEqual(self.runs.own(NOON), NOON)
        self.assertEqual(self.tell("P a-", "+10"), {"a-": -40, "b-": -30})
        self.assertEqual(self.runs.own("+30"), "+0")
        self.assertEqual(self.runs.own("+20"), "+-10")
        self.clock.set(NOON, 5000)
        self.assertEqual(parse_iso(self.runs.own("+20")), NOON_S - 5 - 10)

    def test_a_state_file_that_names_no_run(self):
        self.runs.note("", ["+30"])
        self.assertEqual(self.tell("P a-", "+10"), {"a-": -10})
        self.assertEqual(self.runs.own("+30"), "+0")

    def test_only_the_latest_are_told_apart(self):
        for number in range(40):
            self.runs.line("P %d-" % number)
            self.runs.saw("+1")
        starts = self.runs.date()
        self.assertEqual(len(starts), 16)
        self.assertEqual(starts["39-"], -1)
        self.assertIn("24-", starts)

    def test_the_age_of_stamps(self):
        stamps = ["+5", NOON, "+-7", "2026-01-01T11:00:00Z", ""]
        self.assertEqual(sorted(stamps, key=age), [stamps[4], stamps[3], NOON, "+-7", "+5"])


if __name__ == "__main__":
    unittest.main()
