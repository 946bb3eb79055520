"""When each run was that has left something in the outbox. Loaded with its recovery.

May import: its siblings. Stamps "+5" of a run whose clock was not set yet count from its start.
When that was it notes when it learns it; else it ended, at the latest, when the next one began.
"""

from firmware.ocpp16.iso import parse_iso
from micropython import const

# Runs whose clock was not set that are told apart, the latest; and how long they may have been.
_RUNS = const(16)
_LONGEST_S = const(1 << 28)


class Runs:
    """Told of the lines of the queue from the oldest on, then asked."""

    def __init__(self, clock):
        self._clock = clock
        # The oldest first: [prefix, the most that its stamps "+5" say or None where it has none,
        # what they count from (`Clock.resolve`)].
        self._runs = []
        self._noted = self.current = ["", None, None]  # the state file's; the one told of

    def note(self, prefix, stamps):
        """The state file is of the run with ``prefix``; "": of a version that did not say."""
        if prefix:
            self._noted = self.current = [prefix, None, None]
            for stamp in stamps:
                if stamp[:1] == "+":
                    self.saw(stamp)

    def line(self, text):
        """A line that is no message: of which run is what follows, or from when one counts."""
        kind, _, rest = text.partition(" ")
        runs = self._runs
        if kind == "C":
            prefix, start = rest.split(" ")
            for run in runs:
                if run[0] == prefix:
                    run[2] = int(start)
        elif kind == "P":
            known = [run for run in runs + [self._noted] if run[0] == rest]
            self.current = known[0] if known else [rest, None, None]
            if self.current in runs:
                runs.remove(self.current)
            runs.append(self.current)

    def saw(self, stamp):
        """A stamp of the current run."""
        run = self.current
        if stamp[:1] == "+":
            run[1] = max(run[1] or 0, _seconds(stamp))
        elif run[2] is None:
            try:
                run[2] = parse_iso(stamp) - (run[1] or 0)
            except ValueError:
                pass

    def date(self):
        """All lines are told: what the stamps count from of those that have any."""
        runs = self._runs
        if self._noted[0] and self._noted not in runs:
            runs.append(self._noted)
        end_s = 0
        for run in reversed(runs):
            if run[2] is None:
                run[2] = end_s - (run[1] or 0)
            end_s = run[2]
        dated = [run for run in runs if run[1] is not None]
        return {run[0]: run[2] for run in dated[-_RUNS:]}

    def own(self, stamp, run=None):
        """``stamp`` of ``run``, or else of the state file's, as one of the present run's."""
        if stamp[:1] != "+":
            return stamp
        base_s = (run or self._noted)[2]
        if base_s is None:
            return "+0"  # all that is known: it was before this run
        seconds = _seconds(stamp)
        if base_s > 0 or self._clock.is_set:
            return self._clock.resolve("+%d" % seconds, base_s)
        return "+%d" % (base_s + seconds)


def age(stamp):
    """By which stamps sort: those without a date are of later runs."""
    return (1, _seconds(stamp), "") if stamp[:1] == "+" else (0, 0, stamp)


def _seconds(stamp):
    """What a stamp "+5" says; 0 where that is nothing sensible."""
    try:
        seconds = int(stamp[1:])
    except ValueError:
        return 0
    return seconds if -_LONGEST_S < seconds < _LONGEST_S else 0
