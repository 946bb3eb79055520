"""Short version of the power-cut campaign and of the kills, run as a user runs it."""

from campaign_process import last_line


def test_some_power_cuts():
    status, line = last_line("tests/powerloss/run.py", "--every", "97")
    assert status == 0
    assert line.startswith("powerloss: ") and line.endswith(" cuts, 0 failures")
    assert int(line.split()[1]) >= 400


def test_some_kills():
    status, line = last_line("tests/sim/killtest.py", "--runs", "4")
    assert (status, line) == (0, "killtest: 4 kills, 0 failures")
