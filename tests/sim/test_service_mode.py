"""Service mode on a whole chip: mpremote's work on a board whose watchdog can't be stopped.

The REPL is real MicroPython's, on a terminal; the watchdog is the runner's. It runs at a quarter
of its time: a second here is four of the chip's, for it.
"""

import asyncio
import sys

import pytest

from trial_chip import make_chip
from ucharge.board.connection import Board
from ucharge.demo.flash import snapshot

_SCALE = 0.25
_SESSION_S = 60 * _SCALE
FAMILIES = ("sim_rp2", "sim_esp32")


def run(chip, story):
    async def inner():
        async with chip:
            return await asyncio.wait_for(story(chip), 90)

    return asyncio.run(inner())


async def mpremote(chip, *arguments):
    """The command itself; what it printed."""
    command = (sys.executable, "-m", "mpremote", "connect", chip.terminal.path, *arguments)
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


@pytest.mark.parametrize("board", FAMILIES)
def test_a_session_of_a_minute_in_a_trial_spends_no_attempt(tmp_path, board):
    chip = make_chip(tmp_path / "chip", board, 1, watchdog_scale=_SCALE)
    (tmp_path / "note.txt").write_text("by cable")

    async def story(chip):
        await chip.wait_console("^idle b True")
        await chip.wait_until(lambda: chip.vehicle.contactor_closed, 10, "closed")
        before = snapshot(chip).record.attempts
        nap = f"import time; time.sleep({_SESSION_S / 2}); print('awake')"
        said = await mpremote(chip, "exec", nap)
        opened = not chip.vehicle.contactor_closed
        await mpremote(chip, "cp", str(tmp_path / "note.txt"), ":/note.txt")
        await asyncio.sleep(_SESSION_S / 2)  # nobody types
        listed = await mpremote(chip, "ls", ":/")
        during = [reset.kind for reset in chip.resets]
        seen = len(chip.console)
        connection = await asyncio.to_thread(Board.open, chip.terminal.path)
        await asyncio.to_thread(connection.reset)
        await chip.wait_console("^idle b True", start=seen)
        return before, said, opened, listed, during, snapshot(chip).record.attempts

    before, said, opened, listed, during, after = run(chip, story)
    assert "awake" in said and "note.txt" in listed
    assert opened
    assert set(during) == {"soft_reset"}
    assert "watchdog" not in [reset.kind for reset in chip.resets]
    assert after == before
    assert chip.read_file("/note.txt") == b"by cable"


def test_ctrl_d_starts_the_application_again_and_it_feeds_itself(tmp_path):
    chip = make_chip(tmp_path, "sim_rp2", 0, watchdog_scale=_SCALE)

    async def story(chip):
        await chip.wait_console("^idle b True")
        chip.interrupt()
        await chip.wait_console("service mode: outputs off")
        seen = len(chip.console)
        chip.terminal.type(b"\r\x04")
        await chip.wait_console("idle b True", start=seen)
        connection = await asyncio.to_thread(Board.open, chip.terminal.path)
        seen = len(chip.console)
        # Its timer is gone and so is the flag: a hard hang from here is the watchdog's.
        code = "from loader import start\nstart.context.timer.deinit()"
        await asyncio.to_thread(connection.exec, code)
        await chip.wait_reset("watchdog")
        await asyncio.to_thread(connection.close)

    run(chip, story)
    assert [reset.kind for reset in chip.resets] == ["soft_reset", "watchdog"]


def test_a_second_ctrl_c_changes_nothing(tmp_path):
    chip = make_chip(tmp_path, "sim_rp2", 0, watchdog_scale=_SCALE)

    async def story(chip):
        await chip.wait_console("^idle b True")
        chip.terminal.type(b"\x03\x03\x03")
        await chip.wait_console("service mode: outputs off")
        await asyncio.sleep(8.388 * _SCALE * 2)
        return chip.vehicle.contactor_closed

    assert run(chip, story) is False
    assert chip.resets == []
