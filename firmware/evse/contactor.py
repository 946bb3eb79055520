"""The contactor's one owner: when it may close again, and whether it did as told.

May import: `firmware.evse.faults`, `ticks`. Opens whenever told to; closing is earned.
"""

from micropython import const
from ticks import ticks_add, ticks_diff

# They protect the contactor and the vehicle's relay.
_RECLOSE_MS = const(10000)
_MOST_CLOSINGS = const(6)
_CLOSINGS_WITHIN_MS = const(600000)
# Coil and feedback contact settle well within this; a difference that lasts longer is a fault.
_SETTLE_MS = const(500)


class Contactor:
    """``on``: the coil's drive. ``faults`` gets "weld" and "stuck_open"."""

    def __init__(self, faults):
        self.on = False
        self._faults = faults
        self._differs_ms = None
        self._wait_until_ms = None
        self._closings_ms = []
        self._feedback = None

    def tick(self, now_ms, feedback):
        """``feedback``: True closed, False open, None where the board has no such input."""
        self._feedback = feedback
        if self._wait_until_ms is not None and ticks_diff(now_ms, self._wait_until_ms) >= 0:
            self._wait_until_ms = None
        closings_ms = self._closings_ms
        while closings_ms and ticks_diff(now_ms, closings_ms[0]) >= _CLOSINGS_WITHIN_MS:
            closings_ms.pop(0)
        late = False
        if feedback is None or feedback == self.on:
            self._differs_ms = None
        elif self._differs_ms is None:
            self._differs_ms = now_ms
        else:
            late = ticks_diff(now_ms, self._differs_ms) >= _SETTLE_MS
            if late:
                # So that it stays late however long it lasts.
                self._differs_ms = ticks_add(now_ms, -_SETTLE_MS)
        self._faults.set("weld", late and feedback)
        self._faults.set("stuck_open", late and not feedback)

    def hold_open(self, now_ms, delay_ms):
        """Don't close for the reclose time and ``delay_ms`` more: at the start, as nobody knows
        when it was opened."""
        self._wait_until_ms = ticks_add(now_ms, _RECLOSE_MS + delay_ms)

    def may_close(self):
        """Whether the reclose time is over and the feedback says open."""
        return (
            not self.on
            and self._wait_until_ms is None
            and len(self._closings_ms) < _MOST_CLOSINGS
            and not self._feedback
        )

    def close(self, now_ms):
        """Close; the caller has asked `may_close` and knows everything else."""
        self._closings_ms.append(now_ms)
        self.on = True

    def open(self, now_ms):
        """Open at once."""
        if self.on:
            self.on = False
            self._wait_until_ms = ticks_add(now_ms, _RECLOSE_MS)
