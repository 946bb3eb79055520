"""Some Autobahn cases of each section on both interpreters, as `make autobahn` runs them all."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def autobahn(*arguments):
    """(exit status, output) of the campaign."""
    done = subprocess.run(
        [sys.executable, "tests/autobahn/run.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_some_cases_of_each_section():
    status, output = autobahn("--short")
    last = output.rstrip().rpartition("\n")[2]
    found = re.fullmatch(r"autobahn: (\d+)/(\d+) micropython, (\d+)/(\d+) cpython", last)
    assert status == 0 and found, output
    assert len(set(found.groups())) == 1 and int(found[1]) >= 40, output
