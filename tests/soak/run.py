"""The soak: days of charging with everything going wrong, and the books against the meters.

``run.py`` runs one simulated day with meters that keep counting and one with a meter that starts
from 0 at each reboot, each in a MicroPython process, and holds each day's journal against the
central system's books (`books` says what counts as lost, duplicated and off). Last line
``soak: N transactions, 0 lost, 0 duplicated, 0 Wh off``; exit status 1 when anything else is
found there, when the heap grows, when files pile up or when another rule of `books` is broken.
``run.py --selftest`` seeds bugs and fails unless each is caught.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
sys.path[:0] = [str(ROOT), str(ROOT / "lib"), str(ROOT / "tests/cpython"), str(HERE)]

from books import Books  # noqa: E402
from verdict import judge  # noqa: E402

PATHS = ("tests/soak", ".", "lib", "tests/support", "tools/ucharge/sim/chip", ".frozen")
# name, meter and hours of the day that must notice it
BUGS = re.findall(
    r'^    "(\w+)": \(\w+, "(\w+)", (\d+)\),$', (HERE / "charging_bugs.py").read_text(), re.M
)
TIMEOUT_S = 1800
START_S = 1767225600  # 2026-01-01T00:00:00Z, as in charge_bench
FINE_MS, COARSE_MS = 20, 1000
# As in day.py.
ATTEMPTS = 3
INTERVAL_S = 30
METERS = ("keeps", "pulses")
# What may lie under /state when nothing is left to be said, and at any time.
QUIET_FILES, QUIET_BYTES = 16, 16384
MOST_FILES, MOST_BYTES = 64, 160000
# The least heap in use at rest, of the later half of the day against the earlier, repeats within
# this (the least: what is loaded for a command may linger until the next). From so many
# transactions on, until when the cache of the authorizations fills up, and after the outage, at
# which MicroPython's own tables grow once for the names in what is then loaded first.
HEAP_BYTES = 1024
WARM_TRANSACTIONS = 120
_FEWEST = 3  # times at rest in half a day that say something of the heap
_MAX_SHOWN = 12


class Share:
    """One process's day, its books, and what was wrong."""

    def __init__(self, seed, seconds, meter, bug=None, has_trouble=True, step_ms=COARSE_MS):
        self.meter = meter
        self.books = Books(ATTEMPTS, INTERVAL_S, meter == "keeps")
        self.totals = None
        self.quiet = []  # (heap, files, bytes)
        self.heaps = []  # of those, once warm
        self.events = []
        self.most = (0, 0)  # files, bytes
        self.day: list | None = None
        self._arguments = [str(seed), str(seconds), meter, str(int(has_trouble)), str(step_ms)]
        self._arguments += [bug] if bug else []

    def run(self):
        """Run and judge it."""
        micropython = Path(sys.executable).with_name("micropython")
        process = subprocess.run(
            [micropython, "-X", "heapsize=16M", "tests/soak/day.py", *self._arguments],
            cwd=ROOT,
            env={**os.environ, "MICROPYPATH": ":".join(PATHS)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
        )
        for line in process.stdout.splitlines():
            if line.startswith("J "):
                self._take(json.loads(line[2:]))
        problems = self.books.problems
        if process.returncode or not self.day:
            problems.append("the day did not end:\n" + process.stdout[-3000:])
            return self
        self.totals = judge(self.books, START_S)
        problems.extend(self._judge_device())
        return self

    def _take(self, event):
        if event[0] in ("quiet", "state"):
            self.most = tuple(map(max, self.most, event[3:5]))
            if event[0] == "quiet":
                self.quiet.append(event[2:5])
                is_after = len(self.books.intervals) > 2
                if is_after and len(self.books.transactions) >= WARM_TRANSACTIONS:
                    self.heaps.append(event[2])
        elif event[0] == "day":
            self.day = event[1:]
        else:
            self.events.append(event)
            self.books.add(event)

    def _judge_device(self):
        """What the heap and the files under /state come to, as texts of what is wrong."""
        if max(files for _, files, _ in self.quiet) > QUIET_FILES:
            yield f"{max(files for _, files, _ in self.quiet)} files at rest"
        if max(size for _, _, size in self.quiet) > QUIET_BYTES:
            yield f"{max(size for _, _, size in self.quiet)} bytes at rest"
        if self.most[0] > MOST_FILES or self.most[1] > MOST_BYTES:
            yield f"{self.most[0]} files, {self.most[1]} bytes under /state"
        if self.heap_growth > HEAP_BYTES:
            yield f"the heap grew by {self.heap_growth} bytes: {self.heaps}"

    @property
    def heap_growth(self):
        """Bytes in use at rest: the later half of the day less the earlier."""
        half = len(self.heaps) // 2
        if half < _FEWEST:
            return 0
        return min(self.heaps[-half:]) - min(self.heaps[:half])

    @property
    def transactions(self):
        """How many the books know."""
        return sum(1 for each in self.books.transactions if each.begins.uid)

    def report(self):
        """Print what was measured."""
        books, totals = self.books, self.totals
        if totals is None or self.day is None:
            return
        end_ms, steps, operations, erases, worst_us, tick_operations, tick_erases = self.day
        print(
            f"{self.meter}: {self.transactions} transactions in {end_ms / 3600000:.1f} h, "
            f"{books.boots - 1} power cuts and resets, {totals.readings} readings; "
            f"meter {totals.meter_wh} Wh, books {totals.books_wh} Wh"
        )
        print(
            f"  {totals.cut} ended by a cut ({totals.after_cuts_wh} Wh after the last saved "
            f"register, {totals.below_reading} below a reading told before), {totals.resumed} "
            f"resumed; refused for good: {totals.refused} messages, {totals.refused_wh} Wh; "
            f"{totals.thinned} readings thinned out; registers short by "
            f"{sum(wh for _, _, wh in books.shortfalls)} Wh"
        )
        print(
            f"  heap {self.heap_growth:+d} bytes; /state at rest "
            f"{max(f for _, f, _ in self.quiet)} files, {max(b for _, _, b in self.quiet)} bytes, "
            f"at most {self.most[0]} files, {self.most[1]} bytes; longest turn "
            f"{worst_us / 1000:.1f} ms without flash, else {tick_operations} flash operations, "
            f"{tick_erases} of them erases; {operations} operations, {erases} erases in {steps} "
            f"steps"
        )


def soak(shares):
    """Run them all; exit status."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shares = list(pool.map(Share.run, shares))
    problems = 0
    for share in shares:
        share.report()
        problems += len(share.books.problems)
        for text in share.books.problems[:_MAX_SHOWN]:
            print(f"  {text}")
    transactions = sum(share.transactions for share in shares)
    lost = sum(share.books.lost for share in shares)
    duplicated = sum(share.books.duplicated for share in shares)
    off_wh = sum(share.books.off_wh for share in shares)
    if problems:
        print(f"soak: {problems} rules broken")
    print(
        f"soak: {transactions} transactions, {lost} lost, {duplicated} duplicated, {off_wh} Wh off"
    )
    return 1 if problems or lost or duplicated or off_wh or not transactions else 0


def selftest(seed):
    """Seed each bug; exit status 1 unless each makes a day fail that is else without fault."""
    shares = [Share(seed, int(hours) * 3600, meter, bug) for bug, meter, hours in BUGS]
    days = sorted({(int(hours), meter) for _, meter, hours in BUGS}, reverse=True)
    sound = [Share(seed, hours * 3600, meter) for hours, meter in days]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(Share.run, sound + shares))
    missed = 0
    for share in done[: len(sound)]:
        missed += bool(share.books.problems)
        for text in share.books.problems[:_MAX_SHOWN]:
            print(f"without a bug: {text}")
    for (bug, _, _), share in zip(BUGS, done[len(sound) :], strict=True):
        books = share.books
        if books.problems and share.day:
            found = f"{books.lost} lost, {books.duplicated} duplicated, {books.off_wh} Wh off"
            print(f"{bug}: caught; {found}; {books.problems[-1][:80]}")
        else:
            missed += 1
            print(f"{bug}: NOT CAUGHT {''.join(books.problems)}")
    print(f"soak-selftest: {len(BUGS) - missed} of {len(BUGS)} seeded bugs caught")
    return 1 if missed else 0


def steps(seed, seconds):
    """A day without trouble in steps of 20 ms and in long ones: exit status 0 if it is the same
    transactions, ended by the same, with the same energy but for the 100 ms of a turn."""
    shares = [Share(seed, seconds, "keeps", None, False, ms) for ms in (FINE_MS, COARSE_MS)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        fine, coarse = pool.map(Share.run, shares)
    seen = [
        [(kind, *rest[1:3], rest[-2]) for kind, *rest in share.events if kind == "end"]
        for share in (fine, coarse)
    ]
    energy_wh = [share.totals.meter_wh if share.totals else -1 for share in (fine, coarse)]
    is_alike = seen[0] == seen[1] and seen[0] and abs(energy_wh[0] - energy_wh[1]) <= len(seen[0])
    counts = [share.day and share.day[1] for share in (fine, coarse)]
    print(f"{counts[0]} and {counts[1]} steps, {energy_wh[0]} and {energy_wh[1]} Wh")
    print(f"steps: {len(seen[0])} transactions, {'alike' if is_alike else 'NOT ALIKE'}")
    return 0 if is_alike else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hours", type=float, default=24, help="simulated, each kind of meter")
    parser.add_argument("--step", type=int, default=COARSE_MS, help="ms, while nothing moves")
    parser.add_argument("--bug", choices=[bug for bug, _, _ in BUGS], help="plant this one")
    parser.add_argument("--selftest", action="store_true", help="plant each bug in turn")
    parser.add_argument("--steps", action="store_true", help="compare fine steps with long ones")
    options = parser.parse_args()
    seconds = int(options.hours * 3600)
    if options.selftest:
        return selftest(options.seed)
    if options.steps:
        return steps(options.seed, seconds)
    return soak(
        [
            Share(options.seed, seconds, meter, options.bug, step_ms=options.step)
            for meter in METERS
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
