"""What is billed: the energy register, and one transaction measured with it.

May import: nothing.
"""

from micropython import const

# A reading that fell to less than this is a counter that started again; one that fell to more is
# noise and waits until it has caught up.
_RESTARTED_WH = const(1000)


class Register:
    """``wh``: the register. ``saved_wh``: what it showed before the reboot."""

    def __init__(self, saved_wh=0):
        self.wh = saved_wh
        self._base_wh = 0

    def update(self, reading_wh):
        """Take the meter's own count; one that started again is added on top."""
        total_wh = self._base_wh + reading_wh
        if total_wh < self.wh:
            if reading_wh >= _RESTARTED_WH:
                return
            self._base_wh = self.wh
            total_wh = self.wh + reading_wh
        self.wh = total_wh


class Transaction:
    """From the start that was allowed to the contactor open again.

    ``connector_id``, ``idTag``, ``meter_start_wh``; at its end ``meter_stop_wh``, ``reason``.
    ``stop_idTag`` is the card that stopped it. ``reference`` belongs to whoever reports it.
    """

    def __init__(self, connector_id, idTag, meter_start_wh):
        self.connector_id = connector_id
        self.idTag = idTag
        self.meter_start_wh = meter_start_wh
        self.meter_stop_wh = 0
        self.reason = ""
        self.stop_idTag = None
        self.reference = None
