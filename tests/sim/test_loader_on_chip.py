"""boot.py, main.py and the loader on a whole chip: what an image can do wrong, and rescue.

Each flash is made by hand: what lies in the slots, what the boot record says. The watchdog
runs at a third of its time.
"""

import asyncio
import json

import pytest

from ucharge.boards import load_board
from ucharge.build import image, updatefile, variants
from ucharge.build.device import loader_files
from ucharge.build.stage import stage
from ucharge.demo.flash import snapshot
from ucharge.device_loader import record as records
from ucharge.device_loader import slots
from ucharge.sim.runner import Chip

BOARD = load_board("sim_rp2")
_WATCHDOG_SCALE = 0.3

_IDLE = b'''"""Runs, feeds, does nothing."""

import time


def main(context):
    print("idle")
    while True:
        context.wdt.feed()
        time.sleep_ms(100)
'''

_CLOSE_AND_RAISE = b'''"""Closes the contactor and fails."""

import time

import machine


def main(context):
    machine.Pin(context.board["contactor_pin"], machine.Pin.OUT, value=1)
    print("closed")
    time.sleep_ms(200)
    raise ValueError("broken on purpose")
'''

_EXIT = b'''"""Exits, which MicroPython would turn into a soft reset."""

import sys


def main(context):
    sys.exit()
'''

_SOFT_RESET = b'''"""Resets in the soft way."""

import machine


def main(context):
    machine.soft_reset()
'''


def build(version, app):
    tree = {**stage(version), "firmware/app.py": app}
    return updatefile.parse(image.build_update(BOARD["compatible"], tree=tree))


@pytest.fixture(scope="module")
def images():
    """name -> parsed update file."""
    return {
        "idle": build((1, 0, 0), _IDLE),
        "raising": build((1, 1, 0), variants._RAISE),
        "closing": build((1, 2, 0), _CLOSE_AND_RAISE),
        "exiting": build((1, 3, 0), _EXIT),
        "soft": build((1, 3, 1), _SOFT_RESET),
    }


def make_chip(folder, a=None, b=None, proven="ab", record=None, damage=""):
    """A chip whose slots hold ``a`` and ``b``; ``damage`` names slots with a flipped bit."""
    files = loader_files()
    files["/board.json"] = json.dumps(BOARD).encode()
    for name, update in (("a", a), ("b", b)):
        if update is None:
            continue
        payload = bytearray(update.payload)
        payload[len(payload) // 2] ^= name in damage
        files[f"/slots/{name}.rom"] = bytes(payload)
        files[f"/slots/{name}.mf"] = bytes(update.header.data)
        if name in proven:
            files[f"/slots/{name}.ok"] = slots.proven_mark(update.header.digest, (0, 0, 0))
    if record:
        files["/slots/rec0"] = record.pack()
    chip = Chip(folder, BOARD, watchdog_scale=_WATCHDOG_SCALE)
    chip.provision(files)
    return chip


def a_record(state, active, previous, update, **changes):
    record = records.Record(state, active, previous, "install")
    record.digest = update.header.digest
    return record.copy(**changes)


def run(chip, story):
    async def inner():
        async with chip:
            return await asyncio.wait_for(story(chip), 60)

    return asyncio.run(inner())


def test_rescue_keeps_outputs_off_blinks_and_does_not_loop(tmp_path, images):
    chip = make_chip(tmp_path, images["idle"], images["raising"], damage="ab")

    async def story(chip):
        await chip.wait_console("rescue. No slot can run")
        await asyncio.sleep(BOARD["watchdog_ms"] / 1000 * _WATCHDOG_SCALE * 2)
        return dict(chip.world.outputs)

    outputs = run(chip, story)
    assert chip.resets == []
    assert all(outputs[pin] == level for pin, level in BOARD["safe_outputs"])


def test_storage_that_fails_at_boot_is_rescue(tmp_path, images):
    files = loader_files()
    files["/board.json"] = json.dumps(BOARD).encode()
    files["/slots"] = b"a file where the folder should be"
    chip = Chip(tmp_path, BOARD, watchdog_scale=_WATCHDOG_SCALE)
    chip.provision(files)

    async def story(chip):
        await chip.wait_console("rescue. No slot can run")
        await asyncio.sleep(BOARD["watchdog_ms"] / 1000 * _WATCHDOG_SCALE * 1.5)

    run(chip, story)
    assert chip.resets == []


def test_an_exception_in_boot_is_rescue(tmp_path, images):
    record = a_record(records.TRIAL, "b", "a", images["raising"])
    chip = make_chip(tmp_path, images["idle"], images["raising"], "a", record)
    files = {path: chip.read_file(path) for path in chip.list_files()}
    files["/loader/choose.py"] = b"raise ValueError('a flash that lies')\n"
    chip.provision(files)

    async def story(chip):
        await chip.wait_console("a flash that lies")
        await chip.wait_console("rescue. No slot can run")

    run(chip, story)
    assert chip.resets == []


def test_a_crash_loop_goes_back_to_the_proven_slot(tmp_path, images):
    record = a_record(records.CONFIRMED, "b", "a", images["raising"])
    chip = make_chip(tmp_path, images["idle"], images["raising"], record=record)
    run(chip, lambda chip: chip.wait_console("^idle"))
    assert [reset.kind for reset in chip.resets] == ["reset"] * 5
    flash = snapshot(chip)
    assert (flash.record.home, flash.record.reason) == ("a", "crashloop")


def test_a_crash_loop_without_another_proven_slot_is_rescue_until_power_on(tmp_path, images):
    record = a_record(records.CONFIRMED, "b", "a", images["raising"])
    chip = make_chip(tmp_path, images["idle"], images["raising"], "b", record)

    async def story(chip):
        await chip.wait_console("rescue. No slot can run")
        crashes = len(chip.resets)
        seen = len(chip.console)
        await chip.kill()
        await chip.start()
        await chip.wait_console("broken on purpose", start=seen)
        return crashes

    assert run(chip, story) == 5


def test_a_corrupt_slot_is_left_for_the_proven_one(tmp_path, images):
    record = a_record(records.CONFIRMED, "b", "a", images["closing"])
    chip = make_chip(tmp_path, images["idle"], images["closing"], record=record, damage="b")
    run(chip, lambda chip: chip.wait_console("^idle"))
    assert chip.resets == []
    assert snapshot(chip).record.reason == "corrupt"


def test_without_a_record_the_proven_slot_runs(tmp_path, images):
    chip = make_chip(tmp_path, images["idle"], images["raising"], proven="a")
    run(chip, lambda chip: chip.wait_console("^idle"))
    assert snapshot(chip).record.reason == "rebuilt"


def test_an_exception_opens_the_contactor_at_once(tmp_path, images):
    record = a_record(records.CONFIRMED, "b", "a", images["closing"])
    chip = make_chip(tmp_path, None, images["closing"], record=record)

    async def story(chip):
        closed = await chip.wait_until(lambda: chip.vehicle.contactor_closed, 10, "closed")
        opened = await chip.wait_until(lambda: not chip.vehicle.contactor_closed, 10, "open")
        await chip.wait_reset("reset")
        return closed, opened

    assert run(chip, story) == (True, True)


def test_ctrl_c_opens_the_contactor(tmp_path, images):
    app = _CLOSE_AND_RAISE.replace(
        b"    time.sleep_ms(200)", b"    while True:\n        context.wdt.feed()"
    )
    chip = make_chip(tmp_path, None, build((1, 4, 0), app))

    async def story(chip):
        closed = await chip.wait_until(lambda: chip.vehicle.contactor_closed, 10, "closed")
        chip.interrupt()
        opened = await chip.wait_until(lambda: not chip.vehicle.contactor_closed, 10, "open")
        await chip.wait_console("service mode: outputs off")
        return closed, opened

    assert run(chip, story) == (True, True)


def test_a_trial_that_raises_is_tried_three_times(tmp_path, images):
    record = a_record(records.TRIAL, "b", "a", images["raising"])
    chip = make_chip(tmp_path, images["idle"], images["raising"], "a", record)
    run(chip, lambda chip: chip.wait_console("^idle"))
    assert [reset.kind for reset in chip.resets] == ["reset"] * 3
    flash = snapshot(chip)
    assert (flash.record.state, flash.record.reason) == (records.REJECTED, "exception")


@pytest.mark.parametrize("name", ["exiting", "soft"])
def test_an_image_that_exits_is_no_way_round_the_count(tmp_path, images, name):
    record = a_record(records.TRIAL, "b", "a", images[name])
    chip = make_chip(tmp_path, images["idle"], images[name], "a", record)
    run(chip, lambda chip: chip.wait_console("^idle"))
    assert [reset.kind for reset in chip.resets] == ["reset"] * 3
    assert snapshot(chip).record.reason == "exception"


def test_two_crashing_slots_end_in_rescue(tmp_path, images):
    record = a_record(records.CONFIRMED, "b", "a", images["raising"])
    chip = make_chip(tmp_path, images["exiting"], images["raising"], record=record)
    run(chip, lambda chip: chip.wait_console("rescue. No slot can run"))
    assert len(chip.resets) == 10


@pytest.mark.parametrize(
    "board",
    [
        b"{cut short",
        b"{}",
        b"[1, 2]",
        json.dumps({**BOARD, "safe_outputs": 5}).encode(),
        json.dumps({**BOARD, "safe_outputs": [["x", {}], *BOARD["safe_outputs"]]}).encode(),
        json.dumps({**BOARD, "watchdog_ms": 9000}).encode(),
        json.dumps({**BOARD, "watchdog_ms": "8000"}).encode(),
    ],
)
def test_a_damaged_board_file_never_ends_in_a_loop(tmp_path, images, board):
    record = a_record(records.CONFIRMED, "a", "b", images["idle"])
    chip = make_chip(tmp_path, images["idle"], record=record)
    files = {path: chip.read_file(path) for path in chip.list_files()}
    chip.provision({**files, "/board.json": board})

    async def story(chip):
        await chip.wait_console("^idle|rescue. No slot can run")
        return dict(chip.world.outputs)

    outputs = run(chip, story)
    assert chip.resets == []
    if b"contactor_pin" in board and b'"safe_outputs": 5' not in board:
        assert outputs[BOARD["contactor_pin"]] == 0


def test_a_failing_record_write_keeps_a_proven_image_running(tmp_path, images):
    record = a_record(records.CONFIRMED, "a", "b", images["idle"], unhealthy=2)
    chip = make_chip(tmp_path, images["idle"], record=record)
    files = {path: chip.read_file(path) for path in chip.list_files()}
    files["/slots/rec1/in-the-way"] = b"a folder where the second record should be"
    chip.provision(files)
    run(chip, lambda chip: chip.wait_console("^idle"))
    assert "boot record not written" in "\n".join(chip.console)
