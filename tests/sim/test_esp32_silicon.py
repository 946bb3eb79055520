"""The simulated ESP32 itself: reset causes, what then runs, what survives, what it has not."""

import pytest

from chip_program import run
from ucharge.boards import load_board
from ucharge.build import esp32
from ucharge.sim.runner import Chip

_BOOT = """
import machine, esp32
memory = machine.RTC().memory()
running = esp32.Partition(esp32.Partition.RUNNING).info()[4]
print("boot", len(memory), "cause", machine.reset_cause(), running)
machine.RTC().memory(memory + b"x")
n = len(memory)
"""


def program(folder, main):
    chip = Chip(folder, load_board("sim_esp32"), watchdog_scale=0.3)
    app = esp32.stand_in("esp32")
    files = {"/boot.py": _BOOT.encode(), "/main.py": main.encode()}
    chip.provision({**files, "@ota_0": app, "@ota_1": app})
    return chip


@pytest.mark.parametrize(
    ("main", "line"),
    [
        ("if n == 0: machine.reset()", "boot 1 cause 2 ota_0"),
        ("if n == 0: machine.soft_reset()", "boot 1 cause 5 ota_0"),
        ("if n == 0: machine.WDT(timeout=1000)", "boot 1 cause 3 ota_0"),
        (
            "if n == 0: esp32.Partition(esp32.Partition.RUNNING).ioctl(6, 0)",
            "boot 1 cause 2 ota_0",
        ),
        (
            "if n == 0: esp32.Partition('ota_1').set_boot(); machine.reset()",
            "boot 1 cause 2 ota_1",
        ),
        (
            "if n == 0: esp32.Partition('ota_1').set_boot()\nif n < 2: machine.reset()",
            "boot 2 cause 2 ota_0",
        ),
        (
            "if n == 0: esp32.Partition('ota_1').set_boot(); machine.reset()\n"
            "if n == 1: machine.soft_reset()",
            "boot 2 cause 5 ota_1",
        ),
    ],
)
def test_reset_causes_and_what_then_runs(tmp_path, main, line):
    chip = program(tmp_path, main)
    assert run(chip, lambda chip: chip.wait_console("^" + line)) == line


def test_a_power_cut_clears_the_rtc_memory(tmp_path):
    chip = program(tmp_path, "")

    async def story(chip):
        await chip.wait_console("^boot 0 cause 1")
        seen = len(chip.console)
        await chip.kill()
        await chip.start()
        return await chip.wait_console("^boot", start=seen)

    assert run(chip, story) == "boot 0 cause 1 ota_0"


@pytest.mark.parametrize(
    "code",
    ["machine.WDT(timeout=999)", "machine.mem32[0]", "import rp2", "machine.Pin(6)"],
)
def test_what_this_chip_has_not(tmp_path, code):
    chip = program(tmp_path, f"{code}\nprint('taken')")
    run(chip, lambda chip: chip.wait_console("Error|IllegalUse"))
    assert "taken" not in chip.console


def test_the_watchdog_has_no_maximum(tmp_path):
    chip = program(tmp_path, "machine.WDT(timeout=60000)\nprint('taken')")
    run(chip, lambda chip: chip.wait_console("^taken"))
