"""What a board may sense besides pilot and meter, as board.json names it. No meaning here.

May import: built-ins (``machine``), ``firmware.hal.contactor``. Loaded only where one of these is
named.
"""

from machine import ADC, Pin

from firmware.hal.contactor import safe_level
from micropython import const

_READS = const(8)
# Beyond this the resistor is so large that it makes no difference how large.
_OPEN_OHM = const(1000000)


class Inputs:
    """From the dict of board.json. An input that it does not name gives None.

    Raises NoSafeLevel.
    """

    def __init__(self, board):
        self._proximity = _adc(board.get("proximity_adc_pin"))
        self._pullup_ohm = board.get("proximity_pullup_ohm", 0)
        self._temperature = _adc(board.get("temperature_adc_pin"))
        self._span_c = board.get("temperature_span_c", 0)
        self._offset_c = board.get("temperature_offset_c", 0)
        # Closed to ground while all is well: a broken wire is an alarm.
        self._ground_fault = _alarm(board.get("ground_fault_pin"))
        self._emergency_stop = _alarm(board.get("emergency_stop_pin"))
        self._test = None
        if board.get("rcd_test_pin") is not None:
            self._idle_level = safe_level(board, "rcd_test_pin")
            self._test = Pin(board["rcd_test_pin"], Pin.OUT, value=self._idle_level)

    @property
    def has_test(self):
        """Whether `test_protection` does anything."""
        return self._test is not None

    def proximity_ohm(self):
        """The resistor between the proximity contact and earth: the pull-up's other half."""
        if self._proximity is None:
            return None
        value = _read(self._proximity)
        if value >= 16383:
            return _OPEN_OHM
        return self._pullup_ohm * value // (16383 - value)

    def temperature_c(self):
        """Degrees Celsius."""
        if self._temperature is None:
            return None
        return _read(self._temperature) * self._span_c // 16383 + self._offset_c

    def ground_fault(self):
        """Whether the residual current device says so, or its wire is broken."""
        return None if self._ground_fault is None else self._ground_fault.value() == 1

    def emergency_stop(self):
        """Whether the emergency stop is pressed, or its wire is broken."""
        return None if self._emergency_stop is None else self._emergency_stop.value() == 1

    def test_protection(self, on):
        """Drive the test input of the residual current device."""
        if self._test is not None:
            self._test.value(self._idle_level ^ 1 if on else self._idle_level)


def _adc(pin):
    return None if pin is None else ADC(Pin(pin))


def _alarm(pin):
    return None if pin is None else Pin(pin, Pin.IN, Pin.PULL_UP)


def _read(adc):
    """The mean of a few reads, in 14 bits: small enough for 32-bit products."""
    total = 0
    for _ in range(_READS):
        total += adc.read_u16()
    return (total // _READS) >> 2
