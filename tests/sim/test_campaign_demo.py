"""The demo, run as a user runs it."""

import pytest

from campaign_process import last_line


@pytest.mark.parametrize("board", ["sim_rp2", "sim_esp32"])
def test_the_demo_ends_as_expected(board):
    status, line = last_line("-m", "ucharge", "demo", "--board", board)
    assert (status, line) == (0, "demo: 7 of 7 outcomes as expected")
