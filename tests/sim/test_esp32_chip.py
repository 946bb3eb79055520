"""A whole simulated ESP32: the loader above its boot loader.

Each flash is made by hand: what lies in the slots, what the boot record says.
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
from ucharge.sim import provision
from ucharge.sim.errors import ChipError
from ucharge.sim.fakes import ota_boot
from ucharge.sim.runner import Chip

BOARD = load_board("sim_esp32")
_WATCHDOG_SCALE = 0.3

_IDLE = b'''"""Runs, feeds, does nothing."""

import time


def main(context):
    print("idle %s %s" % (context.slot, context.is_trial))
    while True:
        context.wdt.feed()
        time.sleep_ms(100)
'''

_MARKS = b'''"""Marks itself valid and hangs, as after a cut between the two marks of confirm."""


def main(context):
    context.slots[context.slot].keep()
    print("marked")
    while True:
        pass
'''


_PANIC = b'''"""Aborts the chip, as a bug in C would."""

import esp32


def main(context):
    print("panics")
    esp32.Partition(esp32.Partition.RUNNING).ioctl(6, 0)
'''


def build(version, app):
    tree = {**stage(version), "firmware/app.py": app}
    return updatefile.parse(image.build_for(BOARD, tree=tree))


@pytest.fixture(scope="module")
def images():
    """name -> parsed update file."""
    return {
        "idle": build((1, 0, 0), _IDLE),
        "good": build((1, 1, 0), _IDLE),
        "raising": build((1, 1, 0), variants._RAISE),
        "hanging": build((1, 1, 0), variants._HANG),
        "marking": build((1, 1, 0), _MARKS),
        "panicking": build((1, 1, 0), _PANIC),
    }


def otadata(*entries):
    """otadata of (sequence, state), in order."""
    data = b""
    for sequence, state in entries:
        crc = ota_boot.crc_of(sequence).to_bytes(4, "little")
        entry = sequence.to_bytes(4, "little") + b"\xff" * 20 + state.to_bytes(4, "little") + crc
        data += entry.ljust(4096, b"\xff")
    return data.ljust(8192, b"\xff")


def make_chip(folder, a, b=None, proven="a", record=None, ota=b"", spoil=None):
    """A chip whose slots hold ``a`` and ``b``; ``spoil``: (slot name, offset) of a flipped bit."""
    files = loader_files()
    files["/board.json"] = json.dumps(BOARD).encode()
    files["@otadata"] = ota
    for name, update in (("a", a), ("b", b)):
        if update is None:
            continue
        payload = bytearray(update.payload)
        if spoil and spoil[0] == name:
            payload[spoil[1]] ^= 1
        files["@ota_0" if name == "a" else "@ota_1"] = bytes(payload)
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


def trial(folder, images, name, **more):
    """A chip on which the image ``name`` was just armed in slot b."""
    record = a_record(records.TRIAL, "b", "a", images[name], attempts=1)
    ota = otadata((1, ota_boot.VALID), (2, ota_boot.NEW))
    return make_chip(folder, images["idle"], images[name], record=record, ota=ota, **more)


def run(chip, story):
    async def inner():
        async with chip:
            return await asyncio.wait_for(story(chip), 60)

    return asyncio.run(inner())


def kinds(chip):
    return [reset.kind for reset in chip.resets]


def test_the_only_image_runs_and_is_marked(tmp_path, images):
    chip = make_chip(tmp_path, images["idle"])
    run(chip, lambda chip: chip.wait_console("^idle a False"))
    assert snapshot(chip).record.reason == "rebuilt"
    assert provision.partitions(chip.flash_path.read_bytes())["@otadata"][24] == ota_boot.VALID


def test_a_hanging_image_is_tried_once(tmp_path, images):
    chip = trial(tmp_path, images, "hanging")
    run(chip, lambda chip: chip.wait_console("^idle a False"))
    assert kinds(chip) == ["watchdog"]
    record = snapshot(chip).record
    assert (record.state, record.reason) == (records.REJECTED, "watchdog")


def test_an_image_that_raises_is_tried_once(tmp_path, images):
    chip = trial(tmp_path, images, "raising")
    run(chip, lambda chip: chip.wait_console("^idle a False"))
    assert kinds(chip) == ["reset"]
    assert snapshot(chip).record.reason == "exception"


def test_power_cuts_in_the_trial_cost_an_attempt_each(tmp_path, images):
    chip = trial(tmp_path, images, "good")

    async def story(chip):
        attempts, seen = [], 0
        for _ in range(3):
            await chip.wait_console("^idle b True", start=seen)
            attempts.append(snapshot(chip).record.attempts)
            seen = len(chip.console)
            await chip.kill()
            await chip.start()
        await chip.wait_console("^idle a False", start=seen)
        return attempts

    assert run(chip, story) == [1, 2, 3]
    assert snapshot(chip).record.reason == "power"


def test_marked_but_not_recorded_is_confirmed(tmp_path, images):
    chip = trial(tmp_path, images, "marking")

    async def story(chip):
        await chip.wait_console("^marked")
        await chip.wait_reset("watchdog")
        await chip.wait_console("^marked", start=len(chip.console))

    run(chip, story)
    record = snapshot(chip).record
    assert (record.state, record.active, record.reason) == (records.CONFIRMED, "b", "confirm")


def test_a_tail_damaged_on_trial_goes_home_without_set_boot(tmp_path, images):
    chip = trial(tmp_path, images, "good", spoil=("b", len(images["good"].payload) - 9))
    run(chip, lambda chip: chip.wait_console("^idle a False"))
    assert kinds(chip) == ["reset"]
    flash = snapshot(chip)
    assert (flash.record.state, flash.record.reason) == (records.REJECTED, "corrupt")
    entries = provision.partitions(chip.flash_path.read_bytes())["@otadata"]
    assert (entries[24], entries[4096 + 24]) == (ota_boot.VALID, ota_boot.ABORTED)


def test_an_interpreter_damaged_later_leaves_the_proven_other(tmp_path, images):
    record = a_record(records.CONFIRMED, "b", "a", images["good"])
    ota = otadata((1, ota_boot.VALID), (2, ota_boot.VALID))
    chip = make_chip(
        tmp_path, images["idle"], images["good"], "ab", record, ota, spoil=("b", 5000)
    )
    run(chip, lambda chip: chip.wait_console("^idle a False"))
    assert snapshot(chip).record.reason == "rollback"


def test_a_crash_loop_goes_back_to_the_proven_slot(tmp_path, images):
    record = a_record(records.CONFIRMED, "b", "a", images["raising"])
    ota = otadata((1, ota_boot.VALID), (2, ota_boot.VALID))
    chip = make_chip(tmp_path, images["idle"], images["raising"], "ab", record, ota)
    run(chip, lambda chip: chip.wait_console("^idle a False"))
    assert kinds(chip) == ["reset"] * 6  # the last one by the loader, to switch
    assert snapshot(chip).record.reason == "crashloop"


def test_a_loop_of_panics_goes_back_to_the_proven_slot(tmp_path, images):
    record = a_record(records.CONFIRMED, "b", "a", images["panicking"])
    ota = otadata((1, ota_boot.VALID), (2, ota_boot.VALID))
    chip = make_chip(tmp_path, images["idle"], images["panicking"], "ab", record, ota)
    run(chip, lambda chip: chip.wait_console("^idle a False"))
    assert kinds(chip) == ["abort"] * 5 + ["reset"]
    assert snapshot(chip).record.reason == "crashloop"


def test_a_panic_on_trial_goes_back(tmp_path, images):
    chip = trial(tmp_path, images, "panicking")
    run(chip, lambda chip: chip.wait_console("^idle a False"))
    assert kinds(chip) == ["abort"]
    assert snapshot(chip).record.reason == "watchdog"


def test_no_bootable_image_is_the_boot_loaders_own_loop(tmp_path, images):
    chip = make_chip(tmp_path, images["idle"], spoil=("a", 100))
    chip.max_restarts_per_minute = 3
    with pytest.raises(ChipError):
        run(chip, lambda chip: chip.wait_console("^idle"))
    assert set(kinds(chip)) == {"abort"}
