"""The Wi-Fi station, supervised: joins, notices a loss, joins again. Never waits.

May import: built-ins (``network``), ``ticks``.
"""

import network

from micropython import const
from ticks import ticks_diff

_JOIN_MS = const(20000)  # how long a join may take
_RETRY_MS = const(1000)
_LONGEST_RETRY_MS = const(60000)
_CHECK_MS = const(500)


class Wifi:
    """Keeps the station in the network ``ssid``; ``tick()`` often.

    ``country``: two letters, for the radio's allowed channels.
    """

    def __init__(self, ssid, password, country=None):
        if country:
            network.country(country)
        self._ssid = ssid
        self._password = password or None
        self._wlan = network.WLAN(network.STA_IF)
        self._is_joining = False
        self._since_ms = None  # of the last join, or of the last check
        self._retry_ms = _RETRY_MS
        self.is_connected = False

    def tick(self, now_ms):
        """Look at the station, twice a second; start a join where one is due."""
        if self._since_ms is None:
            self._wlan.active(True)
            self._join(now_ms)
            return
        elapsed_ms = ticks_diff(now_ms, self._since_ms)
        if self.is_connected and elapsed_ms < _CHECK_MS:
            return
        self.is_connected = self._wlan.isconnected()
        if self.is_connected:
            self._since_ms = now_ms
            self._is_joining = False
            self._retry_ms = _RETRY_MS
        elif not self._is_joining:  # lost, or between two tries
            if elapsed_ms >= self._retry_ms:
                self._join(now_ms)
        elif self._has_failed() or elapsed_ms >= _JOIN_MS:
            self._wlan.disconnect()
            self._is_joining = False
            self._since_ms = now_ms
            self._retry_ms = min(self._retry_ms * 2, _LONGEST_RETRY_MS)

    def name_servers(self):
        """Addresses of the network's name servers, possibly none."""
        server = self._wlan.ifconfig()[3]
        return () if server == "0.0.0.0" else (server,)

    def _join(self, now_ms):
        self._since_ms = now_ms
        self._is_joining = True
        try:
            self._wlan.connect(self._ssid, self._password)
        except OSError:
            pass  # the radio is busy: as a join that failed

    def _has_failed(self):
        # Negative on the CYW43, from 200 on on the ESP32: no such network, wrong password, ...
        status = self._wlan.status()
        return status < 0 or 200 <= status < 1000
