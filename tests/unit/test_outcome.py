"""What the history of the versions says at a start, from the boot record."""

import unittest

from firmware.outcome import outcome
from loader.record import CONFIRMED, REJECTED, TRIAL, Record


class Context:
    def __init__(self, state, reason, version=(1, 1, 0)):
        self.record = Record(state, "b", "a", reason)
        self.record.version = version
        self.is_trial = state == TRIAL


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


if __name__ == "__main__":
    unittest.main()
