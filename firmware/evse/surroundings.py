"""What a board may sense besides: cable, temperature, ground fault, emergency stop.

May import: `ticks`. Loaded only where board.json names such an input; what is absent has no say.
Cable ratings: IEC 61851-1 Annex B (table B.2). The protection must have passed its test before
the contactor may close.
"""

from micropython import const
from ticks import ticks_add, ticks_diff

# (from, to) ohm of the resistor in the plug: mA. What lies between two rows is a fault.
_CABLES = const(((1100, 2460, 13000), (400, 936, 20000), (164, 308, 32000), (80, 140, 63000)))
_NO_CABLE_OHM = const(2460)
# A plug that goes in passes all values; one that finds none in this time has no good contact.
_CABLE_SETTLE_MS = const(300)
_CABLE_UNSETTLED_MS = const(1000)
# From `max_c` on the current falls to 6 A over so many degrees; a little later it ends.
_DERATE_C = const(10)
_TOO_HOT_C = const(15)
_COOLED_C = const(5)
# Less than this is noise of the sensor; beyond these it is broken.
_NOISE_C = const(2)
_COLDEST_C = const(-50)
_HOTTEST_C = const(150)
_EVERY_MS = const(200)
# The residual current device must answer to its test, and let go again, within this time each.
_TEST_MS = const(500)


def cable_ma(ohm):
    """What a cable of that resistor may carry; None: no cable; 0: a value that does not exist."""
    if ohm > _NO_CABLE_OHM:
        return None
    for low, high, current_ma in _CABLES:
        if low <= ohm <= high:
            return current_ma
    return 0


class Surroundings:
    """Sets limits and faults of ``connector``.

    ``inputs``: proximity_ohm(), temperature_c(), ground_fault(), emergency_stop(), each None
    where there is no such input; test_protection(on); ``has_test``. ``board_ma``: the current
    that falls from ``max_c`` (Celsius) on.
    """

    def __init__(self, connector, inputs, board_ma, max_c):
        self._connector = connector
        self._inputs = inputs
        self._board_ma = board_ma
        self._max_c = max_c
        self._at_ms = None
        self._cable = None  # as read last,
        self._cable_ms = None  # and since when
        self._cable_ma = 0  # the limit set
        self._settled_ma = 0  # what this cable has shown it carries; 0: nothing yet
        self._settled_ms = None  # when last
        self._read_c = self._derated_c = _COLDEST_C
        self._alarms = [0, 0]  # readings in a row that said so: ground fault, emergency stop
        self._test_ms = None
        self._test_on = False
        if inputs.proximity_ohm() is not None:
            connector.limits.set("cable", 0)
        if inputs.has_test:
            connector.protection_tested = False

    def tick(self, now_ms):
        """Once before each `Connector.tick`."""
        inputs, faults = self._inputs, self._connector.faults
        ground = self._lasts(0, inputs.ground_fault())
        if inputs.has_test:
            self._test(now_ms, ground)
        faults.set("ground", ground and self._test_ms is None)
        emergency = self._lasts(1, inputs.emergency_stop())
        faults.set("emergency", emergency)
        if emergency:
            self._connector.stop("EmergencyStop")
        if self._at_ms is None or ticks_diff(now_ms, self._at_ms) >= _EVERY_MS:
            self._at_ms = now_ms
            ohm = inputs.proximity_ohm()
            if ohm is not None:
                self._look_at_cable(now_ms, ohm)
            temperature_c = inputs.temperature_c()
            if temperature_c is not None:
                self._derate(temperature_c)

    def _lasts(self, index, level):
        """Two readings in a row: one alone may be the coil's spark."""
        self._alarms[index] = self._alarms[index] + 1 if level else 0
        return self._alarms[index] >= 2

    def _look_at_cable(self, now_ms, ohm):
        connector = self._connector
        if not connector.pilot.plugged:
            # Nobody is there to take more than the next cable can carry.
            self._limit_cable(0, False)
            self._cable_ms = None
            self._settled_ma = 0
            return
        cable = cable_ma(ohm)
        if self._cable_ms is None:
            self._settled_ms = now_ms
        if self._cable_ms is None or cable != self._cable:
            self._cable = cable
            self._cable_ms = now_ms
        steady = ticks_diff(now_ms, self._cable_ms) >= _CABLE_SETTLE_MS
        if steady:
            self._cable_ms = ticks_add(now_ms, -_CABLE_SETTLE_MS)  # however long it lasts
        if steady and (not cable or not self._settled_ma or cable <= self._settled_ma):
            self._settled_ms = now_ms
            self._settled_ma = cable or 0
            # A vehicle without a cable is as wrong as a cable that does not exist.
            self._limit_cable(cable or 0, not cable)
        elif ticks_diff(now_ms, self._settled_ms) >= _CABLE_UNSETTLED_MS:
            # Also one that shows more than before: the same cable can't.
            self._settled_ms = ticks_add(now_ms, -_CABLE_UNSETTLED_MS)
            self._limit_cable(0, True)
        elif cable and cable < self._cable_ma:
            self._limit_cable(cable, False)

    def _limit_cable(self, current_ma, is_wrong):
        self._connector.limits.set("cable", current_ma)
        self._connector.faults.set("cable", is_wrong)
        self._cable_ma = current_ma

    def _derate(self, temperature_c):
        connector = self._connector
        if not _COLDEST_C <= temperature_c <= _HOTTEST_C:
            temperature_c = _HOTTEST_C  # a broken sensor may hide any heat
        # Two readings in a row, as one may be noise: of both and of what holds the middle one.
        last_c, self._read_c = self._read_c, temperature_c
        low_c, high_c = min(last_c, temperature_c), max(last_c, temperature_c)
        temperature_c = max(low_c, min(high_c, self._derated_c))
        over_c = temperature_c - self._max_c
        if over_c >= _TOO_HOT_C:
            connector.faults.set("heat", True)
        elif over_c < _COOLED_C:
            connector.faults.set("heat", False)
        if -_NOISE_C < temperature_c - self._derated_c <= 0:
            return  # not cooler by enough to say
        current_ma = None
        if over_c > 0:
            fall_ma = (self._board_ma - 6000) * min(over_c, _DERATE_C) // _DERATE_C
            current_ma = (self._board_ma - fall_ma) // 1000 * 1000
        connector.limits.set("temperature", current_ma)
        self._derated_c = temperature_c

    def _test(self, now_ms, ground):
        """Before energy flows, once for each connection and after each fault: does it trip?"""
        connector = self._connector
        if connector.transaction is None or connector.faults.active or not connector.plugged:
            connector.protection_tested = False
            self._end_test()
        elif connector.protection_tested:
            pass
        elif self._test_ms is None:
            if not ground:
                self._test_ms = now_ms
                self._test_on = True
        elif self._test_on == ground:
            # Tripped, then let go: both within their time.
            self._test_ms = now_ms
            if ground:
                self._test_on = False
            else:
                connector.protection_tested = True
                self._end_test()
        elif ticks_diff(now_ms, self._test_ms) >= _TEST_MS:
            connector.faults.set("protection", True)
            connector.faults.set("protection", False)  # latched; an unplug clears it
            self._end_test()
        self._inputs.test_protection(self._test_on)

    def _end_test(self):
        self._test_ms = None
        self._test_on = False
