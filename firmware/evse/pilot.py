"""Control pilot plateaus (mV) to the states A to F, debounced (IEC 61851-1 Annex A).

May import: `ticks`. +12 V A, +9 V B, +6 V C, +3 V D, 0 V E, -12 V F, each +/- 1 V; with PWM
the low plateau is -12 V, or the vehicle's diode is missing.
"""

from micropython import const
from ticks import ticks_diff

# A change is believed once it was seen, net, for this long. With a sample every 20 ms the
# third one decides: at most 60 ms after the edge.
_DEBOUNCE_MS = const(60)
# So long nothing but A: the vehicle is gone beyond doubt, and latched faults with it.
_GONE_MS = const(300)
# Without PWM both plateaus are one level; a reading that tells two is not of this pilot.
_SPLIT_MV = const(2000)
# One sample, however late, counts for no more than this: a stalled loop proves nothing.
_SAMPLE_MS = const(30)
# Between two bands the present state holds; its neighbour's whole band is the neighbour's.
_HYSTERESIS_MV = const(400)
# (state, midpoint to the next lower band)
_BANDS = const((("A", 10500), ("B", 7500), ("C", 4500), ("D", 1500), ("E", -10500)))
_TOO_HIGH_MV = const(14000)


class Pilot:
    """``state``: "A" to "F", None before the first was believed. ``plugged``: it is B, C or D."""

    def __init__(self):
        self.state = None
        self.plugged = False
        # Seen good since this vehicle was plugged in and since the last pilot fault.
        self.diode_verified = False
        self.diode_fault = False
        self._at_ms = None
        self._change_ms = 0
        self._steady_ms = 0
        self._away_ms = 0
        self._split_ms = 0
        self._diode_ms = 0

    @property
    def gone(self):
        """Whether nothing but A was seen for long enough to let go of latched faults."""
        return self._away_ms >= _GONE_MS

    @property
    def stuck(self):
        """Whether the plateaus are two although there is no PWM: a measurement that is frozen."""
        return self._split_ms >= _DEBOUNCE_MS

    @property
    def settled(self):
        """Whether nothing but the present state was seen for long enough to act on it."""
        return self._steady_ms >= _DEBOUNCE_MS

    def update(self, now_ms, high_mv, low_mv, pwm_on):
        """Take one measurement, made while the PWM was ``pwm_on``."""
        passed_ms = 0
        if self._at_ms is not None:
            passed_ms = min(max(ticks_diff(now_ms, self._at_ms), 0), _SAMPLE_MS)
        self._at_ms = now_ms
        seen = _classify(high_mv, self.state)
        self._away_ms = min(self._away_ms + passed_ms, _GONE_MS) if seen == "A" else 0
        is_split = not pwm_on and high_mv - low_mv > _SPLIT_MV
        self._split_ms = min(self._split_ms + passed_ms, _DEBOUNCE_MS) if is_split else 0
        if seen == self.state:
            # A pilot that alternates still drifts towards the change.
            self._change_ms = max(self._change_ms - passed_ms // 2, 0)
            self._steady_ms = min(self._steady_ms + passed_ms, _DEBOUNCE_MS)
        else:
            self._steady_ms = 0
            self._change_ms += passed_ms or 1
            if self._change_ms >= _DEBOUNCE_MS:
                # Unplugged is only what was nothing but A for that long; until then the vehicle
                # has let go.
                if seen != "A" or self._away_ms >= _DEBOUNCE_MS:
                    self._enter(seen)
                elif self.state == "C" or self.state == "D":
                    self._enter("B")
        if pwm_on and self.plugged and seen in ("B", "C", "D"):
            self._check_diode(passed_ms, -13000 <= low_mv <= -11000)

    def forget_diode(self):
        """What was known of the vehicle's diode does not count any more."""
        self.diode_verified = self.diode_fault = False
        self._diode_ms = 0

    def _enter(self, state):
        self._change_ms = 0
        self.state = state
        self.plugged = state in ("B", "C", "D")
        if not self.plugged:
            self.forget_diode()

    def _check_diode(self, passed_ms, good):
        # One counter: up to +debounce means verified, down to -debounce means fault.
        limit_ms = self._diode_ms + (passed_ms if good else -passed_ms)
        self._diode_ms = max(-_DEBOUNCE_MS, min(limit_ms, _DEBOUNCE_MS))
        if self._diode_ms >= _DEBOUNCE_MS:
            self.diode_verified = True
            self.diode_fault = False
        elif self._diode_ms <= -_DEBOUNCE_MS:
            self.diode_verified = False
            self.diode_fault = True


def _classify(high_mv, present):
    if high_mv > _TOO_HIGH_MV:
        return "E"
    # Positive while the bands looked at lie above the present one.
    shift_mv = _HYSTERESIS_MV if present else 0
    for state, lower_mv in _BANDS:
        if state == present:
            shift_mv = -_HYSTERESIS_MV
        if high_mv > lower_mv + shift_mv:
            return state
    return "F"
