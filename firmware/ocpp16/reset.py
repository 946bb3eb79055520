"""Reset: answer, stop transactions, deliver what can be delivered, then restart (OCPP 1.6 5.14).

May import: `ticks`. Loaded by the first one; what it leads to drops it.
"""

from ticks import ticks_add, ticks_diff

# How long open work may hold up a reset. Stopping a transaction takes 6 s of it at most.
_WAIT_MS = {"Soft": 60000, "Hard": 15000}


class Reset:
    """``requested``: "Soft" or "Hard"."""

    def __init__(self, charge_point, outbox):
        self.requested = None
        self._charge_point = charge_point
        self._outbox = outbox
        self._until_ms = 0
        self._retries = 0

    def request(self, kind, now_ms):
        """Begin. A hard reset overtakes a soft one that is under way."""
        if self.requested is None or kind == "Hard":
            self.requested = kind
            self._until_ms = ticks_add(now_ms, _WAIT_MS[kind])
            # A soft one waits this many times more for what is not done by then.
            soft = kind == "Soft"
            retries = self._charge_point.configuration.number("ResetRetries")
            self._retries = retries if soft else 0
        self._charge_point.evse.starts_blocked = True
        self._charge_point.evse.stop_all(kind + "Reset")

    def is_ready(self, now_ms):
        """Whether the restart may happen now; never within a trial, which must end first."""
        charge_point = self._charge_point
        if charge_point.evse.inhibited:
            return False
        if ticks_diff(now_ms, self._until_ms) >= 0:
            if self._retries <= 0:
                return True
            self._retries -= 1
            self._until_ms = ticks_add(self._until_ms, _WAIT_MS["Soft"])
        if charge_point.evse.in_use or charge_point.evse.events or charge_point.outgoing:
            return False
        if charge_point.online and len(self._outbox):
            return False
        return self.requested == "Hard" or not self._is_transferring()

    def _is_transferring(self):
        """Whether a file is on its way: a soft reset would break it off."""
        job, diagnostics = self._charge_point.job, self._charge_point.diagnostics
        if job is not None and job.wants_idle:
            return True
        return diagnostics is not None and not diagnostics.is_over
