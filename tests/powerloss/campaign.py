"""One share of the campaign, in one MicroPython process; driven by run.py.

    campaign.py FAMILY SCENARIO MODE FIRST STEP [BUG]

FAMILY: "rp2" or "esp32". MODE: "clean", "torn" or "after" (bench.Bench.run): cuts at FIRST,
FIRST + STEP, ...; "twice": another cut some operations after that one, both in any of the
three ways. Prints "ops N", a line per failure, and at last "cuts N failures N".
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
_MODES = ("clean", "torn", "after")
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


def main(family, name, mode, first, step, bug=None):
    if bug:
        (BUGS.get(bug) or CHARGING_BUGS[bug][0])()
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
    runs = 0
    for cuts in cuts_at(mode, operations)[first::step]:
        runs += 1
        try:
            bench.run(cuts)
        except (Violation, RuntimeError, OSError) as error:
            failures += 1
            if failures <= _MAX_SHOWN:
                print("%s cut at %s: %r" % (name, cuts, error))
            if bug:
                break  # caught
        gc.collect()
    print("cuts %d failures %d" % (runs, failures))


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), *sys.argv[6:])
