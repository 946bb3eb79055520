"""Short version of the soak, run as a user runs it."""

from campaign_process import last_line


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
