"""The current that may be offered: the least of all that have a say.

May import: `firmware.evse.duty`.
"""

from firmware.evse.duty import MIN_MA


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
        self.offered_ma = least_ma if least_ma >= MIN_MA else 0
