"""Plays single messages to a charge point and tells what came of each; on both interpreters.

case_player.py CASES OUTCOMES: files of one JSON value a line, see `play`. On MicroPython it is
started by `play_on_micropython`.
"""

import json
import sys

from update_bench import UpdateBench

ALIVE = {"key": ["NumberOfConnectors"]}


def play(case):
    """``case``: [whether a car charges, the message's text, its uniqueId, its action or "?"].

    Gives [the answers, whether the next request got a good answer, whether the car charges].
    """
    charges, text, unique_id, action = case
    bench = UpdateBench({"MeterValueSampleInterval": "0"})
    bench.cold_boot()
    if charges:
        bench.charge()
    answers = bench.central.ask(text, unique_id, action)
    bench.run(0.2)
    alive = bench.central.call("GetConfiguration", ALIVE)
    drawn = bench.vehicle.wh
    bench.run(0.2)
    return [answers, isinstance(alive, dict), bench.vehicle.wh > drawn]


def play_files(cases, outcomes):
    """Play each line of the file ``cases``; write one line each to ``outcomes``."""
    with open(cases) as source, open(outcomes, "w") as target:
        for line in source:
            target.write(json.dumps(play(json.loads(line))) + "\n")


if __name__ == "__main__":
    play_files(*sys.argv[1:])
