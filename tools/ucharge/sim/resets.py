"""Why a chip's run ended, and how the next one begins."""

import time
from collections import deque
from typing import NamedTuple

CAUSE_POWER_ON = 1
CAUSE_WATCHDOG = 3  # the RP2 says so of machine.reset() as well; REASON tells them apart
REASON_TIMER = 1
REASON_FORCED = 2

# what ended a run -> (reset cause, REASON register) of the next start
_NEXT_START = {
    "cut": (CAUSE_POWER_ON, 0),
    "reset": (CAUSE_WATCHDOG, REASON_FORCED),
    "watchdog": (CAUSE_WATCHDOG, REASON_TIMER),
    "crash": (CAUSE_WATCHDOG, REASON_TIMER),
}


class Reset(NamedTuple):
    """The end of a run. kind: "reset", "soft_reset", "watchdog", "crash" or "cut" (power)."""

    kind: str
    cause: int  # machine.reset_cause() of the start that follows
    at_s: float  # time.monotonic()


class ResetState:
    """What of the chip survives a reset: cause, REASON and scratch registers."""

    def __init__(self):
        self.power_on()

    def power_on(self):
        """After a power cut nothing survives."""
        self.cause, self.reason = CAUSE_POWER_ON, 0
        self.scratch = [0, 0, 0, 0]

    def after(self, kind):
        """The state after a run that ended by ``kind``; returns the Reset."""
        if kind == "cut":
            self.power_on()
        elif kind != "soft_reset":  # that one leaves the registers as they are
            self.cause, self.reason = _NEXT_START[kind]
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
