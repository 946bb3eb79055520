"""Every row of the boot decision on each family it applies to: a table beside the table.

What a row does to the record is tested in test_boot_decision.py; here, that it is the one that
matches, and what boot.py then does. On the ESP32 another slot is reached by way of set_boot.
"""

import unittest

from boot_facts import broken, decide, fresh, good, record
from loader.decide import RESCUE, ROWS, RUN, SWITCH
from loader.record import CONFIRMED, TRIAL
from loader.resets import CRASHED, HARD, POWER_ON, SOFT, WATCHDOG

RP2, ESP32 = "rp2", "esp32"

# row, family, record, slot a, slot b, what else holds, action, slot
CASES = (
    ("no valid record", RP2, None, good(), fresh(), {}, RUN, "a"),
    ("no valid record", ESP32, None, good(), fresh(), {"running": "b"}, SWITCH, "a"),
    (
        "confirmed, five unhealthy boots, other proven", RP2,
        record(CONFIRMED, unhealthy=4), good(), good(), {"cause": WATCHDOG}, RUN, "a",
    ),
    (
        "confirmed, five unhealthy boots, other proven", ESP32,
        record(CONFIRMED, unhealthy=4), good(), good(), {"cause": WATCHDOG, "running": "b"},
        SWITCH, "a",
    ),
    (
        "confirmed, five unhealthy boots, no other to try", RP2,
        record(CONFIRMED, unhealthy=4), fresh(), good(), {"cause": WATCHDOG}, RESCUE, None,
    ),
    (
        "confirmed, five unhealthy boots, no other to try", ESP32,
        record(CONFIRMED, unhealthy=4), fresh(), good(), {"flags": CRASHED, "running": "b"},
        RESCUE, None,
    ),
    ("confirmed, verifies and runs", RP2, record(CONFIRMED), good(), good(), {}, RUN, "b"),
    (
        "confirmed, verifies and runs", ESP32,
        record(CONFIRMED), good(), good(), {"running": "b"}, RUN, "b",
    ),
    (
        "esp32 confirmed, verifies, does not run, tries left", ESP32,
        record(CONFIRMED), good(), good(), {"running": "a"}, SWITCH, "b",
    ),
    (
        "esp32 confirmed, does not run, what runs is proven", ESP32,
        record(CONFIRMED), good(), broken(), {"running": "a"}, RUN, "a",
    ),
    (
        "confirmed, does not verify, other proven", RP2,
        record(CONFIRMED), good(), broken(), {}, RUN, "a",
    ),
    (
        "confirmed, does not verify, other proven", ESP32,
        record(CONFIRMED), good(), broken(), {"running": "b"}, SWITCH, "a",
    ),
    ("trial, does not verify", RP2, record(TRIAL), good(), broken(), {}, RUN, "a"),
    (
        "trial, does not verify", ESP32,
        record(TRIAL, attempts=1), good(), broken(), {"running": "b"}, SWITCH, "a",
    ),
    (
        "esp32 trial, runs", ESP32,
        record(TRIAL, attempts=1), good(), fresh(), {"running": "b"}, RUN, "b",
    ),
    (
        "trial, soft reset or after service mode", RP2,
        record(TRIAL), good(), fresh(), {"cause": SOFT}, RUN, "b",
    ),
    (
        "trial, soft reset or after service mode", ESP32,
        record(TRIAL, attempts=1), good(), fresh(), {"cause": SOFT, "running": "a"}, SWITCH, "b",
    ),
    (
        "trial, attempts left", RP2,
        record(TRIAL, attempts=2), good(), fresh(), {"cause": WATCHDOG}, RUN, "b",
    ),
    (
        "trial, attempts left", ESP32,
        record(TRIAL, attempts=2), good(), fresh(),
        {"cause": WATCHDOG, "running": "b", "guarded": False}, RUN, "b",
    ),
    (
        "esp32 trial, does not run, power cut, attempts left", ESP32,
        record(TRIAL, attempts=2), good(), fresh(), {"cause": POWER_ON, "running": "a"},
        SWITCH, "b",
    ),
    (
        "esp32 trial, does not run, any other cause", ESP32,
        record(TRIAL, attempts=1), good(), fresh(), {"cause": WATCHDOG, "running": "a"}, RUN, "a",
    ),
    (
        "trial, attempts used up, nothing to go back to", RP2,
        record(TRIAL, attempts=3), broken(), fresh(), {"cause": WATCHDOG}, RESCUE, None,
    ),
    (
        "trial, attempts used up, nothing to go back to", ESP32,
        record(TRIAL, attempts=3), broken(), fresh(),
        {"cause": HARD, "running": "b", "guarded": False}, RESCUE, None,
    ),
    ("trial, attempts used up", RP2, record(TRIAL, attempts=3), good(), fresh(), {}, RUN, "a"),
    (
        "trial, attempts used up", ESP32,
        record(TRIAL, attempts=3), good(), fresh(), {"running": "b", "guarded": False},
        SWITCH, "a",
    ),
    ("nothing verifies", RP2, record(CONFIRMED), broken(), broken(), {}, RESCUE, None),
    (
        "nothing verifies", ESP32,
        record(CONFIRMED), broken(), broken(), {"running": "a"}, RESCUE, None,
    ),
)  # fmt: skip


class RowsTest(unittest.TestCase):
    def test_each(self):
        for row, family, rec, a, b, more, action, slot in CASES:
            decision = decide(rec, a, b, **more)
            found = (decision.row, decision.action, decision.slot)
            self.assertEqual(found, (row, action, slot), (row, family))

    def test_a_family_shows_in_what_runs(self):
        for row, family, _, _, _, more, _, _ in CASES:
            self.assertEqual("running" in more, family == ESP32, row)

    def test_no_row_is_left_out(self):
        wanted = set()
        for name, _, _ in ROWS:
            wanted.add((name, ESP32))
            if not name.startswith(ESP32):
                wanted.add((name, RP2))
        self.assertEqual({case[:2] for case in CASES}, wanted)


if __name__ == "__main__":
    unittest.main()
