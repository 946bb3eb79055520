"""One share of the campaign, in one MicroPython process; driven by run.py.

    campaign.py SCENARIO MODE FIRST STEP [BUG]

MODE: "clean", "torn" or "after" (bench.Bench.run): cuts at FIRST, FIRST + STEP, ... Prints
"ops N", a line per failure, and at last "cuts N failures N".
"""

import gc
import sys

from bench import Bench
from bugs import BUGS
from model import Violation, World
from scenarios import FACTORY, SCENARIOS

_MAX_SHOWN = 10


def main(name, mode, first, step, bug=None):
    if bug:
        BUGS[bug]()
    updates = SCENARIOS[name]
    bench = Bench(FACTORY)
    failures = 0
    try:
        operations = bench.run(World(FACTORY, updates))
    except Violation as violation:
        print("%s without a cut: %s" % (name, violation))
        print("cuts 1 failures 1")
        return
    print("ops", operations)
    cuts = 0
    for cut_at in range(first, operations + 1, step):
        cuts += 1
        try:
            bench.run(World(FACTORY, updates), cut_at, mode)
        except (Violation, RuntimeError, OSError) as error:
            failures += 1
            if failures <= _MAX_SHOWN:
                print("%s %s cut at %d: %r" % (name, mode, cut_at, error))
            if bug:
                break  # caught
        gc.collect()
    print("cuts %d failures %d" % (cuts, failures))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
