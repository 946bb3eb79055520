"""A short run of ``make pki``: lib/pki against PyPI ``cryptography`` on both interpreters."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_disagreements():
    process = subprocess.run(
        [sys.executable, "tests/pki/run.py", "--short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    output = process.stdout + process.stderr
    assert process.returncode == 0, output
    last = process.stdout.splitlines()[-1]
    assert last.endswith(" differential cases, 0 disagreements"), output
    assert int(last.split()[1]) > 4000, output
