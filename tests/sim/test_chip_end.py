"""A real chip process leaves nothing behind, however its runner ends."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chip_program import program, run

HANG = {"/main.py": "print('up')\nwhile True: pass\n"}


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"


def gone(pid, timeout_s=5):
    deadline = time.monotonic() + timeout_s
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def test_stop_ends_a_hanging_process(tmp_path):
    chip = program(tmp_path, HANG)

    async def story(chip):
        await chip.wait_console("up")
        return chip._process.pid

    assert gone(run(chip, story))


def test_cancelled_story_leaves_no_process(tmp_path):
    chip = program(tmp_path, HANG)
    pids = []

    async def main():
        async with chip:
            await chip.wait_console("up")
            pids.append(chip._process.pid)
            await asyncio.sleep(60)

    async def outer():
        task = asyncio.create_task(main())
        await chip.wait_until(lambda: pids)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(outer())
    assert gone(pids[0])


def test_forgotten_chip_leaves_no_process(tmp_path):
    chip = program(tmp_path, HANG)

    async def story():
        await chip.start()
        await chip.wait_console("up")
        return chip._process.pid

    assert gone(asyncio.run(story()))
    chip._bus.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the kernel's help")
def test_killed_runner_leaves_no_process(tmp_path):
    tools = str(Path(__file__).parents[2] / "tools")
    script = f"""
import asyncio, os, signal, sys
sys.path.insert(0, {tools!r})
from ucharge.sim.runner import Chip
async def main():
    chip = Chip({str(tmp_path)!r})
    chip.provision({{"/main.py": b"print('up')\\nwhile True: pass\\n"}})
    await chip.start()
    await chip.wait_console("up")
    print(chip._process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60)
    assert gone(int(result.stdout))
