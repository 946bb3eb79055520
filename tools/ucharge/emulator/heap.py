"""Free heap at each step, from the lines that ``heap_probe`` prints."""

import re
from pathlib import Path
from typing import NamedTuple

_APP = "firmware/app.py"
_START = b"def main(context):\n"
_LINE = re.compile(r"heap: (\d+) used (\d+) free (\d+) least")


class Step(NamedTuple):
    """Bytes: in use at the step's end, free then, and the least that was free in it."""

    name: str
    used: int
    free: int
    least: int


def with_probe(tree):
    """The staging ``tree`` with the probe in it, started before all else."""
    probe = Path(__file__).with_name("heap_probe.py").read_bytes()
    head, start, rest = tree[_APP].partition(_START)
    if not start:
        return tree  # a variant with an application of its own
    app = head + b"from firmware import heap_probe  # noqa\n\n\n" + start + rest
    return {**tree, _APP: app, "firmware/heap_probe.py": probe}


class Heap:
    """Reads the console's lines; ``end_step`` closes one step and begins the next."""

    def __init__(self):
        self.steps = []
        self._seen = []

    def line(self, line):
        """One line of the console."""
        found = _LINE.search(line)
        if found:
            self._seen.append(tuple(map(int, found.groups())))

    def end_step(self, name):
        """The Step that ends now, or None where the chip printed nothing in it."""
        seen, self._seen = self._seen, []
        if not seen:
            return None
        used, free, _ = seen[-1]
        step = Step(name, used, free, min(least for _, _, least in seen))
        self.steps.append(step)
        return step
