"""Runs a program of the project as a user does, for its last line."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def last_line(*arguments, timeout_s=240):
    """Run Python with ``arguments``; (exit status, last line)."""
    process = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
    )
    print(process.stdout)
    return process.returncode, process.stdout.rstrip().rpartition("\n")[2]
