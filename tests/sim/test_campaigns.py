"""Short versions of the slow campaigns, and the demo itself, run as a user runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def last_line(*arguments, timeout_s=240):
    """Run Python with ``arguments``; (exit status, last line)."""
    process = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
    )
    print(process.stdout)
    return process.returncode, process.stdout.rstrip().rpartition("\n")[2]


@pytest.mark.parametrize("board", ["sim_rp2", "sim_esp32"])
def test_the_demo_ends_as_expected(board):
    status, line = last_line("-m", "ucharge", "demo", "--board", board)
    assert (status, line) == (0, "demo: 7 of 7 outcomes as expected")


def test_some_power_cuts():
    status, line = last_line("tests/powerloss/run.py", "--every", "29")
    assert status == 0
    assert line.startswith("powerloss: ") and line.endswith(" cuts, 0 failures")
    assert int(line.split()[1]) >= 150


def test_seeded_bugs_are_caught_by_some_power_cuts():
    status, line = last_line("tests/powerloss/run.py", "--selftest", "--every", "9", timeout_s=600)
    assert (status, line) == (0, "powerloss-selftest: 38 of 38 seeded bugs caught")


def test_some_kills():
    status, line = last_line("tests/sim/killtest.py", "--runs", "4")
    assert (status, line) == (0, "killtest: 4 kills, 0 failures")


def test_some_hours_of_soak():
    status, line = last_line("tests/soak/run.py", "--hours", "1.5")
    assert status == 0
    assert line.startswith("soak: ") and line.endswith(" 0 lost, 0 duplicated, 0 Wh off")
    assert int(line.split()[1]) >= 25


def test_the_soak_notices_a_seeded_bug():
    status, line = last_line("tests/soak/run.py", "--hours", "1", "--bug", "order_broken")
    assert status == 1
    assert not line.endswith(" 0 lost, 0 duplicated, 0 Wh off")


def test_the_soak_does_not_depend_on_its_steps():
    status, line = last_line("tests/soak/run.py", "--steps", "--hours", "0.5")
    assert status == 0 and line.endswith("alike")
