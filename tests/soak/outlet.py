"""One outlet of the soak: a car, its cable and the energy meter, all outside the charge point.

They survive its power cuts. Energy is counted in whole mJ (W x ms), so that nothing is lost to
rounding; a Wh is 3,600,000 of them. Knows nothing of OCPP.
"""

import array

from firmware.evse.limits import duty_for

WH_MJ = 3600000
# Between the offer of current and the car that draws it, and between its end and the car's.
_REACTION_MS = 500
_VOLTS = 230
# Readings kept, one a second: more than the longest time between two saves of the register.
_KEPT_S = 1024


class Meter:
    """Counts Wh for ever from ``first_wh``.

    ``keeps``: the charge point reads this very count, also after a reboot. Else it counts the
    pulses since its own start, and what it had not saved is gone from its register:
    ``lost_wh``, as found by `rebooted`. ``count_wh`` is what a faultless register shows.
    """

    def __init__(self, keeps, first_wh):
        self.mj = first_wh * WH_MJ
        self.first_wh = first_wh
        self.lost_wh = 0
        self._keeps = keeps
        self._start_wh = first_wh
        self._least_wh = first_wh
        self._history = array.array("q", [first_wh] * _KEPT_S)
        self._second = 0

    @property
    def total_wh(self):
        return self.mj // WH_MJ

    @property
    def count_wh(self):
        return self.mj // WH_MJ - self.lost_wh

    @property
    def reading_wh(self):
        """What the charge point is given each tick."""
        return self.total_wh if self._keeps else self.total_wh - self._start_wh

    def add(self, mj, at_ms):
        """``mj`` more, until ``at_ms``."""
        self.mj += mj
        second = at_ms // 1000
        while self._second < second:
            self._second += 1
            self._history[self._second % _KEPT_S] = self.total_wh

    def count_before_wh(self, seconds):
        """The count that many whole seconds ago, or at the last start if that was later."""
        total_wh = self._history[max(self._second - seconds, 0) % _KEPT_S]
        return max(total_wh - self.lost_wh, self._least_wh)

    def rebooted(self):
        """The charge point starts anew, with the contactor open."""
        self._start_wh = self.total_wh

    def lose(self, wh):
        """The register came back with ``wh`` less."""
        self.lost_wh += wh
        self._least_wh = self.count_wh


class Outlet:
    """``connector`` is the number; ``wh`` on the car's own account is ``drawn_mj``."""

    def __init__(self, connector, keeps):
        self.connector = connector
        # Apart, so that a reading tells whose it is.
        self.meter = Meter(keeps, connector * 1000000 if keeps else 0)
        self.plugged = False
        self.wants = True  # asks when it is offered current
        self.most_ma = 16000
        self.drawn_mj = 0
        self.moved = True  # something changed that the pilot shows
        self._asks = False
        self._changed_ms = 0
        self._offered_ma = 0

    def plug(self, plugged):
        """Put the cable in or pull it out."""
        self.plugged = plugged
        self.moved = True

    def want(self, wants):
        """The battery takes energy or not."""
        self.wants = wants
        self.moved = True

    def pilot(self, offered_ma, at_ms):
        """(high, low) plateau in mV while ``offered_ma`` is on the pilot."""
        if offered_ma != self._offered_ma:
            self._offered_ma = offered_ma
            self._changed_ms = at_ms
            self.moved = True
        asks = self.plugged and self.wants and offered_ma > 0
        if asks != self._asks and (not self.plugged or at_ms - self._changed_ms >= _REACTION_MS):
            self._asks = asks
            self.moved = True
        high_mv = 12000
        if self.plugged:
            high_mv = 6000 if self._asks else 9000
        return high_mv, -12000 if offered_ma else high_mv

    @property
    def in_motion(self):
        """Whether the car is about to react."""
        return (self.plugged and self.wants and self._offered_ma > 0) != self._asks

    def draw(self, is_closed, step_ms, at_ms):
        """Energy of one step, through the contactor and into the car."""
        mj = 0
        if is_closed and self.plugged and self._asks:
            # As the car reads the duty (IEC 61851-1 Annex A).
            mj = min(duty_for(self._offered_ma) * 60, self.most_ma) * _VOLTS // 1000 * step_ms
            self.drawn_mj += mj
        self.meter.add(mj, at_ms)
