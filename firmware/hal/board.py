"""All hardware of a board, built from the dict of board.json.

May import: ``firmware.hal``.
"""

from firmware.hal import chip
from firmware.hal.contactor import Contactor
from firmware.hal.meter_pulse import PulseMeter
from firmware.hal.pilot import Pilot
from micropython import const

# Outside of these the pilot's circuit is broken, whatever is plugged in: rail to rail is +/-15 V.
_PILOT_MIN_MV = const(-14000)
_PILOT_MAX_MV = const(14000)


class Board:
    """``pilot``, ``contactor``, ``meter``, the board's facts. Raises NoSafeLevel, ValueError."""

    def __init__(self, board):
        self.contactor = Contactor(board)  # first: open
        self.pilot = Pilot(board)
        self.meter = PulseMeter(board)
        self.max_ma = board["max_current_a"] * 1000
        self._led = chip.StatusLed(board)
        self._wifi = None

    raise_clock = staticmethod(chip.raise_clock)
    unique_id = staticmethod(chip.unique_id)

    def start_network(self, settings):
        """Join the Wi-Fi of ``settings`` (ssid, password, country). Without ssid there is none."""
        if settings.get("ssid"):
            from firmware.hal.wifi import Wifi

            self._wifi = Wifi(settings["ssid"], settings.get("password"), settings.get("country"))

    def network_up(self):
        """Whether trying a connection makes sense."""
        return self._wifi is None or self._wifi.is_connected

    def name_servers(self):
        """Addresses of the network's name servers, possibly none."""
        return self._wifi.name_servers() if self._wifi else ()

    def tick(self, now_ms):
        """Supervise the network and show its state on the LED; call ten times a second."""
        if self._wifi is not None:
            self._wifi.tick(now_ms)
        self._led.tick(now_ms, self.network_up())

    def self_test(self):
        """The hardware does what the image says: contactor open, pilot within its rails.

        For a time in which nothing may charge (a trial): the coil is off.
        """
        self.contactor.set(False)
        high_mv, low_mv = self.pilot.read()
        in_range = _PILOT_MIN_MV <= low_mv <= high_mv <= _PILOT_MAX_MV
        return in_range and not self.contactor.feedback()
