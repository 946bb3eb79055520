"""What is billed: the energy register, and one transaction measured with it.

May import: `ticks`.
"""

from micropython import const
from ticks import ticks_diff

# A reading that fell by up to this is noise; by more: the meter runs backwards.
_NOISE_WH = const(100)
# By how much a meter may be late, or its steps coarse: what full power gives in this time.
_LATE_MS = const(10000)
_MS_PER_HOUR = const(3600000)


class Register:
    """``wh``: the register, never going back. Before the first reading it may be set to what it
    showed before the reboot.

    Full power is 1 W for each mA of ``max_ma``: three phases of 230 V and a third more. 0: a
    meter that can't tell nonsense, its pulses are counted here.
    """

    def __init__(self, max_ma):
        self.wh = 0
        self.max_ma = max_ma
        self._base_wh = None  # what the reading lacks to be the register
        self._at_ms = None
        self._left_ms = 0  # at full power: what may still have flowed

    def update(self, reading_wh, now_ms):
        """Take the meter's own count; False where it is None (silent) or can't be.

        It can't where it fell, or rose by more than full power gives: ``wh`` stands still until
        it is back. After a reboot any reading is taken for where the meter goes on from.
        """
        max_ma = self.max_ma
        passed_ms = _LATE_MS if self._at_ms is None else max(ticks_diff(now_ms, self._at_ms), 0)
        self._at_ms = now_ms
        self._left_ms = min(self._left_ms, _LATE_MS) + passed_ms
        if reading_wh is None:
            return False
        if self._base_wh is None:
            # The same meter still, two minutes ahead at most: it is saved once a minute. Else a
            # counter that starts with the board, or another meter: on top.
            if not self.wh or 0 <= reading_wh - self.wh <= max_ma // 30:
                self.wh = reading_wh
            self._base_wh = self.wh - reading_wh
        rise_wh = self._base_wh + reading_wh - self.wh
        if rise_wh <= 0:
            return rise_wh >= -_NOISE_WH
        took_ms = rise_wh * _MS_PER_HOUR // max_ma if max_ma else 0
        if took_ms > self._left_ms:
            return False
        self._left_ms -= took_ms
        self.wh += rise_wh
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
