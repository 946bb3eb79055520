"""Reset: answer, stop transactions, deliver what can be delivered, then restart (OCPP 1.6 5.14).

May import: `ticks`.
"""

from ticks import ticks_add, ticks_diff

# How long messages may hold up a reset. Stopping a transaction takes 6 s of it at most.
_WAIT_MS = {"Soft": 60000, "Hard": 15000}


class Reset:
    """``requested``: None, "Soft" or "Hard"."""

    def __init__(self, charge_point, outbox):
        self.requested = None
        self._charge_point = charge_point
        self._outbox = outbox
        self._until_ms = 0

    def request(self, kind, now_ms):
        """Begin. A hard reset overtakes a soft one that is under way."""
        if self.requested is None or kind == "Hard":
            self.requested = kind
            self._until_ms = ticks_add(now_ms, _WAIT_MS[kind])
        self._charge_point.evse.starts_blocked = True
        self._charge_point.evse.stop_all(kind + "Reset")

    def is_ready(self, now_ms):
        """Whether the restart may happen now; never within a trial, which must end first."""
        charge_point = self._charge_point
        if self.requested is None or charge_point.evse.inhibited:
            return False
        if ticks_diff(now_ms, self._until_ms) >= 0:
            return True
        if charge_point.evse.in_use or charge_point.evse.events or charge_point.outgoing:
            return False
        return not charge_point.online or not len(self._outbox)
