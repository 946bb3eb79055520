"""Files into a board over its console: the seam to what `ucharge flash` does with a real one.

Here mpremote itself, as a process; a board that is emulated needs it patient.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from ucharge.sim.errors import ChipError

_TIMEOUT_S = 1800


async def install(address, files, directory, on_step):
    """Copy ``files`` (device path -> bytes). Raises ChipError."""
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        for path, data in files.items():
            file = Path(folder) / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        entries = sorted(str(entry) for entry in Path(folder).iterdir())
        on_step(f"{len(files)} files, {sum(map(len, files.values()))} bytes by mpremote")
        await mpremote(address, "fs", "cp", "-r", *entries, ":")


async def reset(address):
    """A hard reset from the REPL.

    Not by way of a soft one, mpremote's own: that runs boot.py, for longer than mpremote waits.
    """
    await mpremote(address, "resume", "reset")


async def mpremote(address, *command):
    """Run mpremote; returns what it printed. Raises ChipError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "mpremote",
        "connect",
        address,
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), _TIMEOUT_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ChipError(f"mpremote {command[0]}: {out.decode(errors='replace').strip()[-400:]}")
    return out.decode(errors="replace")
