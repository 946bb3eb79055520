"""Why a chip's run ended, and how the next one begins."""

import time
from collections import deque
from typing import NamedTuple

CAUSE_POWER_ON = 1
CAUSE_HARD = 2  # ESP32: machine.reset() and panics
CAUSE_WATCHDOG = 3  # the RP2 says so of machine.reset() as well; REASON tells them apart
CAUSE_SOFT = 5  # ESP32
REASON_TIMER = 1
REASON_FORCED = 2

# what ended a run -> (reset cause, REASON register) of the next start; where there is no
# entry, both stay as they are
_NEXT_START = {
    "rp2": {
        "reset": (CAUSE_WATCHDOG, REASON_FORCED),
        "watchdog": (CAUSE_WATCHDOG, REASON_TIMER),
        "crash": (CAUSE_WATCHDOG, REASON_TIMER),
    },
    "esp32": {
        "reset": (CAUSE_HARD, 0),
        "watchdog": (CAUSE_WATCHDOG, 0),
        "crash": (CAUSE_HARD, 0),
        "abort": (CAUSE_HARD, 0),
        "soft_reset": (CAUSE_SOFT, 0),
    },
}


class Reset(NamedTuple):
    """The end of a run. kind: "reset", "soft_reset", "watchdog", "crash", "abort" (ESP32: a
    panic) or "cut" (power)."""

    kind: str
    cause: int  # machine.reset_cause() of the start that follows
    at_s: float  # time.monotonic()


class ResetState:
    """What of the chip survives a reset: cause, REASON and scratch registers, RTC memory.

    ``running``: label of the ESP32's partition, which a soft reset leaves running.
    """

    def __init__(self, family="rp2"):
        self.family = family
        self._next_start = _NEXT_START[family]
        self.power_on()

    def power_on(self):
        """After a power cut nothing survives."""
        self.cause, self.reason = CAUSE_POWER_ON, 0
        self.scratch = [0, 0, 0, 0]
        self.rtc = ""
        self.running = None

    def settings(self):
        """What a chip that starts must know of it."""
        names = ("family", "cause", "reason", "scratch", "rtc", "running")
        return {name: getattr(self, name) for name in names}

    def note(self, word, args):
        """A line of the chip, less its first word: see ucharge.sim.bus."""
        if word == "scratch":
            self.scratch[int(args[0])] = int(args[1])
        else:
            setattr(self, word, "".join(args))

    def after(self, kind):
        """The state after a run that ended by ``kind``; returns the Reset."""
        if kind == "cut":
            self.power_on()
        else:
            self.cause, self.reason = self._next_start.get(kind, (self.cause, self.reason))
            if kind != "soft_reset":
                self.running = None
        return Reset(kind, self.cause, time.monotonic())


class RestartLimit:
    """Counts starts, so that a chip that resets without end is noticed."""

    def __init__(self, per_minute):
        self._per_minute = per_minute
        self._starts = deque()

    def is_over(self):
        """Note a start; True when there were too many in the last minute."""
        now = time.monotonic()
        self._starts.append(now)
        while self._starts[0] < now - 60:
            self._starts.popleft()
        return len(self._starts) > self._per_minute
