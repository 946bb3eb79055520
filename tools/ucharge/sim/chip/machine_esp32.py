"""Takes the place of ``machine`` on a simulated ESP32: what differs from the RP2040's.

May import: built-ins, the other fakes. The pilot's ADC reads its full scale, whatever the
attenuation: the board's figures say what that is in mV.
"""

# pyright: reportGeneralTypeIssues=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportIncompatibleMethodOverride=false

import machine
import watchdog
from machine import *  # noqa: F403
from wires import IllegalUse, wires

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_LEAST_WDT_MS = 1000
_RTC_BYTES = 2048
# 6-11 are the flash's; 20, 24 and 28-31 do not exist.
_MISSING = (6, 7, 8, 9, 10, 11, 20, 24, 28, 29, 30, 31)
_ADC_PINS = range(32, 40)  # the others do not work beside Wi-Fi


def unique_id():
    return bytes(int(wires.unique_id[i : i + 2], 16) for i in range(0, 12, 2))


def freq(*args):
    if args:
        raise IllegalUse("clock changed while PWM depends on it")
    return 160000000


def _number(pin):
    if isinstance(pin, machine.Pin):
        return pin.id
    if not isinstance(pin, int) or not 0 <= pin < 40 or pin in _MISSING:
        raise ValueError("invalid pin")
    return pin


class Pin(machine.Pin):
    def init(self, mode=-1, pull=-1, value=None):
        if mode == 1 and self.id >= 34:
            raise ValueError("pin can only be input")
        super().init(mode, pull, value)


class ADC(machine.ADC):
    ATTN_0DB = 0
    ATTN_11DB = 3

    def __init__(self, pin, atten=0):
        self._pin = _number(pin)
        if self._pin not in _ADC_PINS:
            raise IllegalUse("ADC on GPIO %d beside Wi-Fi" % self._pin)
        wires.modes[self._pin] = 4
        self._phase_us = 0
        self._noise = 1


class Timer(machine.Timer):
    """Of the chip, by number; none made by software."""

    def __init__(self, id, **kwargs):
        if not 0 <= id <= 3:
            raise IllegalUse("Timer(%d)" % id)
        super().__init__(**kwargs)


class WDT(watchdog.WDT):
    """At least 1 s, no maximum, can't be stopped."""

    limits_ms = (_LEAST_WDT_MS, None)


class RTC(machine.RTC):
    def memory(self, *args):
        """Survives every reset but a power cut."""
        if not args:
            return bytes(int(wires.rtc[i : i + 2], 16) for i in range(0, len(wires.rtc), 2))
        data = bytes(args[0])
        if len(data) > _RTC_BYTES:
            raise ValueError("buffer too long")
        wires.rtc = "".join("%02x" % byte for byte in data)
        wires.send("rtc " + wires.rtc)


def lightsleep(*_):
    raise IllegalUse("sleep is not simulated")


deepsleep = lightsleep
del mem32  # noqa: F821
machine._number = _number
machine.Pin = Pin
