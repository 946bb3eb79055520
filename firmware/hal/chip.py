"""The chip itself: its number, its clock, its status LED.

May import: built-ins (``machine``).
"""

import time

import machine

# Seconds from 1970 to the port's own epoch (2000 on the ESP32).
_EPOCH_S = 946684800 if time.gmtime(0)[0] == 2000 else 0


def unique_id():
    """The chip's number in hexadecimal."""
    return "".join("%02x" % byte for byte in machine.unique_id())


def raise_clock(unix_s):
    """Set the clock to ``unix_s`` if it is behind: TLS checks certificates by it."""
    unix_s -= _EPOCH_S
    if time.time() < unix_s:
        year, month, day, hour, minute, second, weekday = time.gmtime(unix_s)[:7]
        machine.RTC().datetime((year, month, day, weekday, hour, minute, second, 0))


class StatusLed:
    """The LED of board.json, if there is one: lit when online, else it blinks once a second."""

    def __init__(self, board):
        pin = board.get("led_pin")
        self._pin = None if pin is None else machine.Pin(pin, machine.Pin.OUT, value=0)
        self._level = 0

    def tick(self, now_ms, is_online):
        """Call often."""
        level = 1 if is_online or now_ms % 1000 < 500 else 0
        if self._pin is not None and level != self._level:
            self._level = level
            self._pin.value(level)
