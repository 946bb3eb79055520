"""The power-cut campaign: every flash operation of updates and of charging, in several ways.

Updates on both families; on the ESP32 the boot loader's own writes to otadata are cut as well.
Charging once: its files lie on the same file system everywhere.

``run.py`` prints ``powerloss: N cuts, 0 failures`` last; ``run.py --selftest`` seeds bugs and
fails unless each is caught. Shares run as MicroPython processes, one a core.
"""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.progress import Progress

ROOT = Path(__file__).parents[2]
CAMPAIGN = "tests/powerloss/campaign.py"
ONCE = ("clean", "torn", "after")
UPDATES = {
    "install": (*ONCE, "twice"),
    "revert": (*ONCE, "twice"),
    "reject": (*ONCE, "twice"),
    "eager": ONCE,
    "crashloop": ONCE,
}
CHARGING = {
    "pulses": (*ONCE, "twice"),
    "resumption": (*ONCE, "twice"),
    "charging": (*ONCE, "twice"),
}
PLANS = {"rp2": {**UPDATES, **CHARGING}, "esp32": UPDATES}
CHARGING_BUGS = re.findall(
    r'^    "(\w+)",$', (ROOT / "tests/soak/charging_bugs.py").read_text(), re.M
)
PATHS = (
    "tests/powerloss",
    "tests/soak",
    ".",
    "lib",
    "tests/support",
    "tools/ucharge/sim/chip",
    ".frozen",
)
TIMEOUT_S = 900


class Share:
    """One process's part and what it found."""

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
            env={**os.environ, "MICROPYPATH": ":".join(PATHS)},
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


def campaign(every):
    """Cut at every ``every``-th operation (1: at all of them). Exit status."""
    parts = 4 if every == 1 else 1
    shares = [
        Share(family, scenario, mode, 1 + part * every, parts * every)
        for family, plan in PLANS.items()
        for scenario, modes in plan.items()
        for mode in modes
        for part in range(parts)
    ]
    cuts = failures = 0
    operations = {}
    for share in _run_all(shares, "power cuts"):
        cuts += share.cuts
        failures += share.failures
        operations[tuple(share.arguments[:2])] = share.operations
        if share.failures or not share.cuts:
            print(share.findings)
            failures += not share.cuts and not share.failures
    for (family, scenario), count in operations.items():
        cut = ", ".join(PLANS[family][scenario])
        print(f"{family} {scenario}: {count} flash operations, cut {cut}")
    print(f"powerloss: {cuts} cuts, {failures} failures")
    return 1 if failures else 0


def selftest(every):
    """Seed each bug; exit status 1 unless every one makes the campaign fail."""
    seeded = [(family, bug, UPDATES) for family in PLANS for bug in _bugs(family)]
    seeded += [("rp2", bug, CHARGING) for bug in CHARGING_BUGS]
    missed = 0
    for family, bug, plan in seeded:
        # Each mode begins elsewhere: together they miss no operation's neighbourhood. One mode of
        # all scenarios after another: which scenario notices a bug says more than which mode.
        shares = [
            Share(family, scenario, modes[at], 1 + every * at // len(modes), every, bug)
            for at in range(max(map(len, plan.values())))
            for scenario, modes in plan.items()
            if at < len(modes)
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
    options = parser.parse_args()
    return selftest(options.every) if options.selftest else campaign(options.every)


if __name__ == "__main__":
    sys.exit(main())
