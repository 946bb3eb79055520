"""`ucharge` as processes of their own: CPython only."""

import asyncio
import os
import sys
from pathlib import Path

from ucharge import paths


async def start(*arguments):
    """Start `ucharge` with ``arguments``: an asyncio Process."""
    environment = {**os.environ, "PYTHONPATH": str(Path(paths.__file__).parents[1])}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ucharge",
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def read_url(process):
    """The URL that `ucharge csms` tells chargers to use, for CP001."""
    while True:
        line = (await asyncio.wait_for(process.stderr.readline(), 10)).decode()
        assert line, "the central system ended"
        if line.startswith("chargers connect to"):
            return line.split()[-1].replace("IDENTITY", "CP001")


async def read_line(stream):
    """The next line of a process that has not ended."""
    line = await asyncio.wait_for(stream.readline(), 20)
    assert line, "the process ended"
    return line
