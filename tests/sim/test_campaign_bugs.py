"""Short version of the power-cut campaign's self-test, run as a user runs it."""

from campaign_process import last_line


def test_seeded_bugs_are_caught_by_some_power_cuts():
    status, line = last_line(
        "tests/powerloss/run.py", "--selftest", "--every", "23", timeout_s=600
    )
    assert (status, line) == (0, "powerloss-selftest: 38 of 38 seeded bugs caught")
