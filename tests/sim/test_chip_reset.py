"""A real chip process: reset causes, the watchdog, what survives which reset."""

import asyncio
import time

import pytest

from chip_program import program, run
from ucharge.sim.errors import ChipError
from ucharge.sim.resets import Reset

REASON = "machine.mem32[0x40058008]"
SCRATCH = "machine.mem32[0x4005800C]"
BOOT = f"""
import machine
n = {SCRATCH}
print("boot", n, "cause", machine.reset_cause(), "reason", {REASON})
{SCRATCH} = n + 1
"""


def counting(folder, main, **options):
    """A chip with the program ``main`` after a boot.py that counts the starts."""
    return program(folder, {"/boot.py": BOOT, "/main.py": main}, **options)


def kinds(chip):
    return [reset.kind for reset in chip.resets]


def test_power_on(tmp_path):
    chip = counting(tmp_path, "")
    line = run(chip, lambda chip: chip.wait_console("^boot"))
    assert line == "boot 0 cause 1 reason 0"
    assert chip.resets == []


def test_reset_has_cause_3_and_the_forced_bit(tmp_path):
    chip = counting(tmp_path, "if n == 0: machine.reset()")
    line = run(chip, lambda chip: chip.wait_console("^boot 1"))
    assert line == "boot 1 cause 3 reason 2"
    assert kinds(chip) == ["reset"]
    assert chip.resets[0].cause == 3


def test_reset_can_not_be_swallowed(tmp_path):
    main = """
if n == 0:
    try:
        machine.reset()
    finally:
        print("still there")
"""
    chip = counting(tmp_path, main)
    run(chip, lambda chip: chip.wait_console("^boot 1"))
    assert "still there" not in chip.console


def test_watchdog_bites_in_time(tmp_path):
    main = """
import time
if n == 0:
    wdt = machine.WDT(timeout=600)
    for i in range(20):
        time.sleep_ms(50)
        wdt.feed()
    print("last feed")
    while True:
        pass
"""
    chip = counting(tmp_path, main)

    async def story(chip):
        reset = await chip.wait_reset("watchdog")
        return reset, await chip.wait_console("^boot 1")

    reset, line = run(chip, story)
    assert line == "boot 1 cause 3 reason 1"
    last = chip.console[chip.console.index("last feed")]
    assert 0.55 < reset.at_s - last.at_s < 3


def test_watchdog_scale(tmp_path):
    main = "if n == 0:\n machine.WDT(timeout=8000)\n print('armed')\n while True: pass"
    chip = counting(tmp_path, main, watchdog_scale=0.05)
    run(chip, lambda chip: chip.wait_reset("watchdog"))
    assert chip.resets[0].at_s - chip.console[-1].at_s < 3


def test_watchdog_refuses_9000_ms(tmp_path):
    chip = counting(tmp_path, "machine.WDT(timeout=9000)")
    line = run(chip, lambda chip: chip.wait_console("Error"))
    assert line == "ValueError: timeout exceeds 8388"


def test_watchdog_can_be_given_a_new_time(tmp_path):
    main = """
import time
if n == 0:
    machine.WDT(timeout=300)
    machine.WDT(timeout=2000)
    time.sleep_ms(800)
    print("alive")
"""
    chip = counting(tmp_path, main)
    run(chip, lambda chip: chip.wait_console("alive"))
    assert chip.resets == []


def test_busy_runner_is_no_starved_watchdog(tmp_path):
    main = """
import time
wdt = machine.WDT(timeout=400)
while True:
    wdt.feed()
    time.sleep_ms(10)
"""
    chip = counting(tmp_path, main)

    async def story(chip):
        for _ in range(3):
            time.sleep(0.7)
            await asyncio.sleep(0.1)

    run(chip, story)
    assert chip.resets == []


def test_idle_repl_is_bitten(tmp_path):
    chip = counting(tmp_path, "if n == 0: machine.WDT(timeout=300)")
    run(chip, lambda chip: chip.wait_reset("watchdog"))


def test_watchdog_runs_through_a_soft_reset(tmp_path):
    main = """
if n == 0:
    machine.WDT(timeout=700)
    machine.soft_reset()
print("ctrl", machine.mem32[0x40058000] >> 30)
if n == 1:
    while True:
        pass
"""
    chip = counting(tmp_path, main)
    run(chip, lambda chip: chip.wait_console("ctrl 0"))
    assert kinds(chip) == ["soft_reset", "watchdog"]
    assert [line for line in chip.console if line.startswith("ctrl")] == ["ctrl 1", "ctrl 0"]


def test_soft_reset_keeps_cause_and_outputs(tmp_path):
    main = """
if n < 2:
    machine.Pin(3, machine.Pin.OUT, value=1)
    machine.reset() if n == 0 else machine.soft_reset()
print("pin", machine.Pin(3).value() if n == 2 else "-")
"""
    chip = counting(tmp_path, main)
    run(chip, lambda chip: chip.wait_console("^pin"))
    assert kinds(chip) == ["reset", "soft_reset"]
    assert [line for line in chip.console if line.startswith("boot")] == [
        "boot 0 cause 1 reason 0",
        "boot 1 cause 3 reason 2",
        "boot 2 cause 3 reason 2",
    ]
    assert chip.console[-1] == "pin 1"


def test_hard_reset_floats_outputs(tmp_path):
    main = "p = machine.Pin(15, machine.Pin.OUT, value=1 - n)\nif n == 0: machine.reset()"
    chip = counting(tmp_path, main)
    run(chip, lambda chip: chip.wait_until(lambda: chip.world.outputs.get(15) == 0))
    assert len(chip.vehicle.closings) == 1
    assert not chip.vehicle.contactor_closed


def test_crash_of_the_process_is_a_watchdog_reset(tmp_path):
    chip = counting(tmp_path, "print('up')")

    async def story(chip):
        await chip.wait_console("up")
        chip._process.kill()
        return await chip.wait_console("^boot 1")

    assert run(chip, story) == "boot 1 cause 3 reason 1"
    assert kinds(chip) == ["crash"]


def test_power_cut_loses_scratch_and_keeps_the_flash(tmp_path):
    main = """
try:
    print("note", open("/note").read())
except OSError:
    with open("/note", "w") as f:
        f.write("kept")
    machine.mem32[0x40058018] = 77
    print("written")
print("scratch", machine.mem32[0x40058018])
"""
    chip = counting(tmp_path, main)

    async def story(chip):
        await chip.wait_console("scratch 77")
        await chip.kill()
        assert not chip.is_on
        assert chip.read_file("/note") == b"kept"
        await chip.start()
        await chip.wait_console("note kept")
        await chip.wait_console("scratch 0")

    run(chip, story)
    assert chip.console[-3] == "boot 0 cause 1 reason 0"
    assert chip.resets == [Reset("cut", 1, chip.resets[0].at_s)]


def test_all_four_scratch_registers_survive_resets(tmp_path):
    main = """
base = 0x4005800C
if n == 0:
    for i in range(4):
        machine.mem32[base + 4 * i] = 0xF0000001 + i
    machine.reset()
print("scratch", [hex(machine.mem32[base + 4 * i]) for i in range(1, 4)])
"""
    chip = counting(tmp_path, main)
    line = run(chip, lambda chip: chip.wait_console("scratch"))
    assert line == "scratch ['0xf0000002', '0xf0000003', '0xf0000004']"


def test_restarts_are_bounded(tmp_path):
    chip = counting(tmp_path, "machine.reset()", max_restarts_per_minute=5)
    with pytest.raises(ChipError, match=r"started 5 times in a minute \(last ended by: reset"):
        run(chip, lambda chip: chip.wait_until(lambda: False))
    assert chip.boots == 5
    assert not chip.is_on
