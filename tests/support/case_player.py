"""Plays single messages to a charge point and tells what came of each; on both interpreters.

case_player.py CASES OUTCOMES: files of one JSON value a line, see `Player.play`.
"""

import asyncio
import json
import sys

from charge_bench import START_S
from firmware.update_trust import Trust
from firmware.updater import Updater
from update_bench import UpdateBench

# A request that can do no harm; no code must be loaded for it.
ALIVE = ("RemoteStopTransaction", {"transactionId": -7})


class Player:
    """A charge point that refused a message is the one that gets the next: it must have stayed
    what it was. After any other answer a new one takes its place."""

    def __init__(self):
        self._bench = None
        self._charges = False

    def play(self, case):
        """``case``: [whether a car charges, the message's text, its uniqueId, its action or "?"].

        Gives [the answers, whether the next request got a good answer, whether the car charges].
        """
        charges, text, unique_id, action = case
        if self._bench is None or self._charges != charges:
            self._bench = self._start(charges)
            self._charges = charges
        bench = self._bench
        replies = bench.central.replies
        before = len(replies)
        bench.central.ask(text, unique_id, action)
        if bench.update.offer:  # answered by the edge
            asyncio.run(self._edge(bench).judge())
        bench.run(0.1)
        answers = replies[before:]
        alive = bench.central.call(*ALIVE)
        drawn = bench.vehicle.wh
        bench.run(0.1)
        if len(answers) != 1 or answers[0][0] != 4:
            self._bench = None
        bench.central.forget()
        return [answers, isinstance(alive, dict), bench.vehicle.wh > drawn]

    def _edge(self, bench):
        log = bench.lines.append
        return Updater(
            bench.update, bench.files, {}, None, None, None, lambda: START_S, None, log, Trust
        )

    def _start(self, charges):
        bench = UpdateBench({"MeterValueSampleInterval": "0"})
        bench.cold_boot()
        if charges:
            bench.charge()
        return bench


def play_files(cases, outcomes):
    """Play each line of the file ``cases``; write one line each to ``outcomes``."""
    player = Player()
    with open(cases) as source, open(outcomes, "w") as target:
        for line in source:
            target.write(json.dumps(player.play(json.loads(line))) + "\n")


if __name__ == "__main__":
    play_files(*sys.argv[1:])
