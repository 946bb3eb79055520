"""A real chip process: power cut at the n-th flash operation, clean and torn, over resets."""

import asyncio

import pytest

from ucharge.sim.runner import Chip

MAIN = b"""
import machine
with open("/count", "rb") as f:
    n = int(f.read())
print("count", n)
if n < 4:
    with open("/count", "wb") as f:
        f.write(b"%04d" % (n + 1) * 1)
        f.write(b" " * 5000)
    machine.reset()
print("done")
"""


def run(folder, **options):
    chip = Chip(folder, **options)
    chip.provision({"/main.py": MAIN, "/count": b"0000"})

    async def story():
        async with chip:
            if options.get("restart_after_cut", True):
                await chip.wait_console("^done", 60)
            else:
                await chip.wait_reset("cut")

    asyncio.run(story())
    return chip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run without a cut."""
    return run(tmp_path_factory.mktemp("whole"))


def test_operations_are_counted_over_resets(whole):
    assert [reset.kind for reset in whole.resets] == ["reset"] * 4
    assert whole.operations > 4 * 20


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.99])
def test_cut(tmp_path, whole, part, torn):
    cut_at = max(1, int(whole.operations * part))
    chip = run(tmp_path, cut_at=cut_at, torn=torn)
    assert [reset.kind for reset in chip.resets].count("cut") == 1
    assert chip.operations >= whole.operations
    cut = next(reset for reset in chip.resets if reset.kind == "cut")
    assert cut.cause == 1
    # LittleFS: the file is the old one or the new one, so the count goes on by one.
    counts = [int(line.split()[1]) for line in chip.console if line.startswith("count")]
    assert sorted(set(counts)) == [0, 1, 2, 3, 4]
    assert counts == sorted(counts)


def test_stays_off_after_the_cut(tmp_path):
    chip = run(tmp_path, cut_at=5, restart_after_cut=False)
    assert [reset.kind for reset in chip.resets] == ["cut"]
    assert not chip.is_on
    assert chip.operations == 5
    assert int(chip.read_file("/count")) == 0
    asyncio.run(_again(chip))
    assert int(chip.read_file("/count")) == 4


async def _again(chip):
    async with chip:
        await chip.wait_console("^done", 60)
