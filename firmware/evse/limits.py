"""The current that may be offered: the least of all that have a say, and the duty that says it.

May import: nothing. Duty in 1/10 % (IEC 61851-1 Annex A).
"""

from micropython import const

_MIN_MA = const(6000)
_MAX_MA = const(80000)


def duty_for(current_ma):
    """The duty that offers at most ``current_ma``; 0 (no PWM) below 6 A, never rounded up."""
    if current_ma < _MIN_MA:
        return 0
    if current_ma <= 51000:
        return current_ma // 60
    # The upper line starts lower than the lower one ends: between them 85 % says 51 A.
    return max(850, min(current_ma, _MAX_MA) // 250 + 640)


class Limits:
    """Each source ("board", "configuration", "cable", "temperature") sets its own mA."""

    def __init__(self, board_ma):
        self._by_source = {"board": board_ma}
        self.offered_ma = 0
        self.set("board", board_ma)

    def set(self, source, current_ma):
        """``source`` allows ``current_ma``; None: it has no say any more."""
        if current_ma is None:
            self._by_source.pop(source, None)
        else:
            self._by_source[source] = current_ma
        least_ma = min(self._by_source.values())
        # A vehicle can't be offered less than 6 A: then it gets nothing.
        self.offered_ma = least_ma if least_ma >= _MIN_MA else 0
