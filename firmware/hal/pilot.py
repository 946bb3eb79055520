"""The control pilot's circuit: PWM out, voltage back in. What the volts mean is not known here.

May import: built-ins (``machine``). The board shifts the pilot's +/-12 V into the ADC's range:
mV = ADC share of ``pilot_span_mv`` + ``pilot_offset_mv``.
"""

import time

from machine import ADC, PWM, Pin

from micropython import const

_FREQ_HZ = const(1000)
_FULL = const(65535)

# A burst covers two periods of the PWM, with reads spread over the phase, so that a plateau of
# 4 % still gets two of them. Measured against the clock: the loop is faster on some chips.
_READS = const(64)
_GAP_US = const(33)
# The second highest and second lowest read: one glitch is not a plateau.
_RANK = const(1)

_ticks_us = getattr(time, "ticks_us", None)


class Pilot:
    """The pilot of one outlet, from the dict of board.json. Starts as steady +12 V."""

    def __init__(self, board):
        self._span_mv = board["pilot_span_mv"]
        self._offset_mv = board["pilot_offset_mv"]
        self._reads = [0] * _READS
        self._plateaus = [0, 0]
        self._duty = None
        self._adc = ADC(Pin(board["pilot_adc_pin"]))
        self._pwm = PWM(Pin(board["pilot_pwm_pin"]), freq=_FREQ_HZ, duty_u16=_FULL)

    def set_duty(self, tenths):
        """Duty in 1/10 % (0 = steady -12 V, 1000 = None = steady +12 V)."""
        if tenths == self._duty:
            return
        self._pwm.duty_u16(_FULL if tenths is None else tenths * _FULL // 1000)
        self._duty = tenths

    def read(self):
        """A burst of reads, 2 ms: [high plateau, low plateau] in mV.

        The list is reused by the next call; nothing is allocated.
        """
        reads = self._reads
        self._burst(reads)
        reads.sort()
        self._plateaus[0] = self._mv(reads[_READS - 1 - _RANK])
        self._plateaus[1] = self._mv(reads[_RANK])
        return self._plateaus

    def _burst(self, reads):
        adc = self._adc
        if _ticks_us is None:  # CPython
            for index in range(_READS):
                reads[index] = adc.read_u16()
            return
        ticks_us = _ticks_us
        ticks_diff = time.ticks_diff
        due = ticks_us()
        for index in range(_READS):
            reads[index] = adc.read_u16()
            due = time.ticks_add(due, _GAP_US)
            while ticks_diff(due, ticks_us()) > 0:
                pass

    def _mv(self, value):
        # 14 of the 16 bits: the product stays a small int on 32-bit chips, which 16 bits would
        # not; the ADC has 12.
        return (value >> 2) * self._span_mv // 16383 + self._offset_mv
