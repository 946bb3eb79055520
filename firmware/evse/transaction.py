"""What is billed: the energy register, and one transaction measured with it.

May import: nothing.
"""

from micropython import const

# A reading that fell to less than this, and by half, is a counter that started again.
_RESTARTED_WH = const(1000)
# One that fell by up to this is noise; by more: the meter runs backwards.
_NOISE_WH = const(100)


class Register:
    """``wh``: the register, never going back. Before the first reading it may be set to what it
    showed before the reboot."""

    def __init__(self):
        self.wh = 0
        self._base_wh = None

    def update(self, reading_wh):
        """Take the meter's own count; False where it is None (silent) or runs backwards."""
        if reading_wh is None:
            return False
        base_wh = self._base_wh
        if base_wh is None:
            # A counter that starts with the board, or another meter than before: goes on top.
            base_wh = max(0, self.wh - reading_wh)
        elif reading_wh < min(_RESTARTED_WH, (self.wh - base_wh) // 2):
            base_wh = self.wh
        self._base_wh = base_wh
        total_wh = base_wh + reading_wh
        if total_wh < self.wh:
            # Until it has caught up.
            return self.wh - total_wh <= _NOISE_WH
        self.wh = total_wh
        return True


class Transaction:
    """From the start that was allowed to the contactor open again.

    ``connector_id``, ``idTag``, ``meter_start_wh``; at its end ``meter_stop_wh``, ``reason``.
    ``parentIdTag``: the card's group, where one is known. ``stop_idTag`` is the card that
    stopped it. ``reference`` belongs to whoever reports it.
    """

    def __init__(self, connector_id, idTag, meter_start_wh, parentIdTag=None):
        self.connector_id = connector_id
        self.idTag = idTag
        self.parentIdTag = parentIdTag
        self.meter_start_wh = meter_start_wh
        self.meter_stop_wh = 0
        self.reason = ""
        self.stop_idTag = None
        self.reference = None
