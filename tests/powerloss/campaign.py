"""One share of the campaign, in one MicroPython process; driven by run.py.

    campaign.py FAMILY SCENARIO MODE FIRST STEP [BUG]

FAMILY: "rp2" or "esp32". MODE: one of `_MODES` (cut_flash.Flash): cuts at FIRST,
FIRST + STEP, ...; "twice": another cut some operations after that one, each in any of the
ways; "pairs": another cut at each operation of what follows, one run a pair, the ways by seed.
Prints "ops N", a line per failure, and at last "cuts N failures N".
"""

import gc
import random
import sys

from bench import Bench
from bugs import BUGS
from charging import CHARGING, ChargingBench
from charging_bugs import BUGS as CHARGING_BUGS
from kept import KeptBench
from kept_plays import KEPT
from model import Violation
from scenarios import scenarios

_MAX_SHOWN = 10
_MODES = ("clean", "begun", "torn", "nearly", "after")
_SEED = 1
_MOST_BETWEEN = 60


def cuts_at(mode, operations):
    """For each operation from 0 on, what Bench.run is given to cut there."""
    if mode != "twice":
        return [[(at, mode)] for at in range(operations + 1)]
    random.seed(_SEED)  # alike in every share
    return [
        [
            (at, random.choice(_MODES)),
            (random.randint(1, _MOST_BETWEEN), random.choice(_MODES)),
        ]
        for at in range(operations + 1)
    ]


def runs(bench, mode, operations, first, step):
    """Cuts for `Bench.run`, one run after the other: after a pair's run, whether there was a
    second operation to cut is asked of ``bench``."""
    if mode != "pairs":
        yield from cuts_at(mode, operations)[first::step]
        return
    for at in range(first, operations + 1, step):
        random.seed(_SEED + at)
        later = 0
        while True:
            later += 1
            yield [(at, random.choice(_MODES)), (later, random.choice(_MODES))]
            if bench.flash.is_armed:  # all was over before
                break


def main(family, name, mode, first, step, bug=None):
    if bug:
        from kept_bugs import BUGS as KEPT_BUGS

        (BUGS.get(bug) or KEPT_BUGS.get(bug) or CHARGING_BUGS[bug][0])()
    if name in KEPT:
        bench = KeptBench(KEPT[name], family)
    elif name in CHARGING:  # on a file system, whatever the family
        bench = ChargingBench(CHARGING[name])
    else:
        bench = Bench(scenarios(family)[name], family)
    failures = 0
    try:
        operations = bench.run()
    except (Violation, RuntimeError, OSError) as error:
        print("%s without a cut: %r" % (name, error))
        print("cuts 1 failures 1")
        return
    print("ops", operations)
    count = 0
    for cuts in runs(bench, mode, operations, first, step):
        count += 1
        try:
            bench.run(cuts)
        except (Violation, RuntimeError, OSError) as error:
            failures += 1
            if failures <= _MAX_SHOWN:
                print("%s cut at %s: %r" % (name, cuts, error))
            if bug:
                break  # caught
        gc.collect()
    print("cuts %d failures %d" % (count, failures))


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), *sys.argv[6:])
