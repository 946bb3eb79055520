"""What the history of the versions says at a start, from the boot record."""

import unittest

from firmware.outcome import fell, outcome
from loader.record import CONFIRMED, REJECTED, TRIAL, Record


class Context:
    def __init__(self, state, reason, version=(1, 1, 0)):
        self.record = Record(state, "b", "a", reason)
        self.record.version = version
        self.is_trial = state == TRIAL
        self.slots = {"a": Slot((1, 1, 0)), "b": Slot((1, 2, 0))}


class Slot:
    def __init__(self, version):
        self._version = version

    def version(self):
        return self._version


class Outcome(unittest.TestCase):
    def test_each_state_and_why(self):
        for state, reason, text in (
            (TRIAL, "install", "on trial"),
            (CONFIRMED, "confirm", "confirmed"),
            (CONFIRMED, "none", "confirmed"),
            (CONFIRMED, "crashloop", "confirmed: crashloop"),
            (CONFIRMED, "corrupt", "confirmed: corrupt"),
            (CONFIRMED, "rebuilt", "confirmed: rebuilt"),
            (REJECTED, "watchdog", "after 1.1.0 was rejected: watchdog"),
            (REJECTED, "selftest", "after 1.1.0 was rejected: selftest"),
            (REJECTED, "deadline", "after 1.1.0 was rejected: deadline"),
        ):
            self.assertEqual(outcome(Context(state, reason)), text)

    def test_what_a_check_for_updates_is_told(self):
        back, corrupt = "RollBack", "CorruptSlot"
        for state, reason, expected in (
            (TRIAL, "install", ((), ())),
            (CONFIRMED, "confirm", ((), ())),
            (CONFIRMED, "none", ((), ())),
            (CONFIRMED, "rebuilt", ((), ())),
            (CONFIRMED, "crashloop", ((back,), (1, 1, 0))),
            (CONFIRMED, "rollback", ((back,), (1, 1, 0))),
            (CONFIRMED, "corrupt", ((corrupt,), ())),
            (REJECTED, "watchdog", ((back,), (1, 2, 0))),
            (REJECTED, "corrupt", ((back, corrupt), (1, 2, 0))),
        ):
            found = fell(Context(state, reason, (1, 2, 0)))
            self.assertEqual(found[1:], expected, (state, reason))
            self.assertEqual(bool(found[0]), bool(expected[0]))

    def test_two_times_have_two_marks(self):
        marks = set()
        for request_id in (1, 2):
            context = Context(REJECTED, "watchdog")
            context.record.request_id = request_id
            marks.add(fell(context)[0])
        self.assertEqual(len(marks), 2)


if __name__ == "__main__":
    unittest.main()
