"""Every kind of fault all over the streams of both clients, plain and TLS, on both interpreters.

Prints ``faults: N/N micropython, N/N cpython`` last; fails when a use ended in anything but
success or an own error, took longer than its time-outs, left a socket open, or when the loop was
blocked for more than 20 ms.
"""

import asyncio
import collections
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/support", "tests/cpython", "lib")]

from fault_campaign import BLOCK_US, HARMLESS, SCHEMES, cases_at, lengths, servers, use  # noqa: E402
from fault_proxy import Fault  # noqa: E402
from net_certificates import make_all  # noqa: E402

CASES_A_PROCESS = 120
TOGETHER = 8
TRIES = 3  # what blocks each time is no accident of a busy machine


async def campaign(interpreter, ports, folder):
    """(runs, cases that went wrong as lines)."""
    sizes = await lengths(interpreter, ports, folder)

    def points(scheme, down):
        # Finer where the heads and the TLS handshake are.
        return (*range(0, 300, 7), *range(300, sizes[scheme][down], 211))

    cases = [(scheme, Fault(kind)) for scheme in SCHEMES for kind in HARMLESS]
    cases += cases_at(points)
    runs, problems = [], []
    for at in range(0, len(cases), CASES_A_PROCESS):
        part = cases[at : at + CASES_A_PROCESS]
        run = await use(interpreter, ports, part, folder, TOGETHER)
        for _ in range(TRIES - 1):
            if run.block_us > BLOCK_US:
                run = await use(interpreter, ports, part, folder, TOGETHER)
        if run.block_us > BLOCK_US:
            problems.append(f"{interpreter}: loop blocked for {run.block_us // 1000} ms")
        runs.append(run)
        problems += run.problems()
        print(
            f"{interpreter}: {min(at + CASES_A_PROCESS, len(cases))} of {len(cases)}", flush=True
        )
    return runs, problems


async def main():
    """Both interpreters at the same time; the exit status."""
    tallies, problems = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = make_all(Path(name))
        interpreters = ("micropython", "cpython")
        async with servers(folder) as ports:
            found = await asyncio.gather(*[campaign(each, ports, folder) for each in interpreters])
    for interpreter, (runs, wrong) in zip(interpreters, found, strict=True):
        results = [each for run in runs for each in run.results]
        outcomes = collections.Counter(each.outcome for each in results)
        listed = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        print(f"{interpreter}: {listed}")
        block_us = max(run.block_us for run in runs)
        over_ms = max(each.over_ms for each in results)
        print(f"{interpreter}: longest block {block_us / 1000} ms, longest overrun {over_ms} ms")
        good = sum(each.problem() is None for each in results)
        tallies.append(f"{good}/{len(results)} {interpreter}")
        problems += wrong
    for line in problems:
        print(line)
    print(f"faults: {', '.join(tallies)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
