"""A message that the schemas forbid fails the test in which a charge point sent it."""

import pytest

from pytest_project import make_project, run_pytest
from sent_check import SentCheck

GOOD = ("call", "StatusNotification", {"connectorId": 1, "errorCode": "NoError",
                                       "status": "Available"})  # fmt: skip
SOURCE = """
import sys
import unittest
from bench_central import Central

class Clock:
    elapsed_ms = 0

    def wire_time(self):
        return "2026-01-01T00:00:00Z"

class TestIt(unittest.TestCase):
    def test_it(self):
        bad = '{"currentTime":1}' if %s else '{}'
        Central(Clock()).take('[2,"a","Heartbeat",' + bad + ']')

if __name__ == "__main__":
    unittest.main()
"""


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (GOOD, ""),
        (("call", "StatusNotification", {**GOOD[2], "status": "Odd"}), "'Odd' is not one of"),
        (("call", "StatusNotification", {**GOOD[2], "info": "x" * 51}), "too long"),
        (("call", "StatusNotification", {**GOOD[2], "timestamp": "+5"}), "date-time"),
        (("call", "StatusNotification", {**GOOD[2], "more": 1}), "Additional properties"),
        (("call", "MakeCoffee", {}), "unknown action"),
        (("result", "Reset", {}), "required"),
        (("result", "Reset", {"status": "Accepted"}), ""),
        (("error", "Reset", "FormationViolation"), ""),
        (("error", "Reset", "FormatViolation"), "no error code"),
    ],
)
def test_what_is_wrong_is_found(entry, words):
    found = SentCheck().judge([entry])
    assert bool(found) == bool(words)
    assert words in "".join(found)


@pytest.mark.parametrize(
    ("where", "outcome"),
    [
        ("False", "2 passed"),
        ("sys.implementation.name == 'cpython'", "2 passed, 1 error"),
        ("sys.implementation.name == 'micropython'", "1 failed, 1 passed"),
    ],
)
def test_it_fails_the_test_on_either_interpreter(tmp_path, where, outcome):
    status, output = run_pytest(make_project(tmp_path), SOURCE % where)
    assert outcome in output
    assert bool(status) == (outcome != "2 passed")
    assert "schemas of OCPP 1.6: 2 messages" in output
    assert ("Additional properties" in output) == bool(status)
