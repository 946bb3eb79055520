"""All hardware of a board, built from the dict of board.json.

May import: ``firmware.hal``.
"""

from firmware.hal import chip
from firmware.hal.contactor import Contactor
from firmware.hal.meter_pulse import PulseMeter
from firmware.hal.pilot import Pilot


class Board:
    """``pilot``, ``contactor``, ``meter``, the board's facts. Raises NoSafeLevel, ValueError.

    ``wifi``: a `Wifi`, where config.json names a network.
    """

    def __init__(self, board):
        self.contactor = Contactor(board)  # first: open
        self.pilot = Pilot(board)
        self.meter = PulseMeter(board)
        self.max_ma = board["max_current_a"] * 1000
        self.wifi = None
        self._led = chip.StatusLed(board)

    set_clock = staticmethod(chip.set_clock)

    def network_up(self):
        """Whether trying a connection makes sense."""
        wifi = self.wifi
        return wifi is None or (wifi.is_connected and not wifi.waits)

    def tick(self, now_ms):
        """Supervise the network and show its state on the LED; call ten times a second. True when
        the `Wifi` has changed its state."""
        self._led.tick(now_ms, self.network_up())
        wifi = self.wifi
        if wifi is None:
            return False
        before = wifi.state
        wifi.tick(now_ms)
        return wifi.state != before
