"""The chip itself: its clock, its status LED. What only the start needs: ``firmware.hal.start``.

May import: built-ins (``machine``).
"""

import time

import machine

# Seconds from 1970 to the port's own epoch (2000 on the ESP32).
EPOCH_S = 946684800 if time.gmtime(0)[0] == 2000 else 0


def set_clock(unix_s):
    """Set the clock to ``unix_s`` where it is off by 2 s: TLS checks certificates by it."""
    unix_s -= EPOCH_S
    if not -2 < time.time() - unix_s < 2:
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
