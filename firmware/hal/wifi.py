"""The Wi-Fi station, supervised: joins, notices a loss, joins again. Never waits.

May import: built-ins (``network``), ``ticks``.
"""

import network

from micropython import const
from ticks import ticks_diff

_JOIN_MS = const(20000)  # how long a join may take
_RETRY_MS = const(1000)
_LONGEST_RETRY_MS = const(60000)
_CHECK_MS = const(1000)


class Wifi:
    """Keeps ``wlan``, a station, in the network ``ssid``; ``tick()`` often.

    ``state``: this board's address there; the status that the last try to join ended with; None:
    no try has ended yet, or it was there and is lost. No access point is kept to: the next join
    may find another one, on another channel. For ``firmware.network_change``, which sets them:
    ``address``, the last that it has seen; ``waits``: True while ``ntp_server`` is asked for the
    time, and nobody else may use the network; False between two questions.
    """

    def __init__(self, wlan, ssid, password=None):
        self.wlan = wlan
        self._ssid = ssid
        self._password = password or None
        self._is_joining = False
        self._since_ms = None  # of the last join, or of the last check
        self._retry_ms = _RETRY_MS
        self.is_connected = False
        self.state = self.address = self.ntp_server = self.waits = None

    def tick(self, now_ms):
        """Look at the station, once a second; start a join where one is due."""
        if self._since_ms is None:
            self._join(now_ms)
            return
        elapsed_ms = ticks_diff(now_ms, self._since_ms)
        if self.is_connected and elapsed_ms < _CHECK_MS:
            return
        wlan = self.wlan
        was_connected = self.is_connected
        self.is_connected = wlan.isconnected()
        if self.is_connected:
            self.state = wlan.ifconfig()[0]  # a lease may bring another one at any time
            self._since_ms = now_ms
            self._is_joining = False
            self._retry_ms = _RETRY_MS
            return
        if was_connected:
            self.state = None
        if not self._is_joining:  # lost, or between two tries
            if elapsed_ms >= self._retry_ms:
                self._join(now_ms)
            return
        status = wlan.status()
        # Below idle are the reasons of a failure: -1 to -3 on the CYW43, where idle is 0, and
        # 1 to 255 on the ESP32, where it is 1000.
        if status < network.STAT_IDLE or elapsed_ms >= _JOIN_MS:
            self.state = status
            wlan.disconnect()
            self._is_joining = False
            self._since_ms = now_ms
            self._retry_ms = min(self._retry_ms * 2, _LONGEST_RETRY_MS)

    def name_servers(self):
        """Addresses of the network's name servers, possibly none."""
        server = self.wlan.ifconfig()[3]
        return () if server == "0.0.0.0" else (server,)

    def _join(self, now_ms):
        self._since_ms = now_ms
        self._is_joining = True
        try:
            self.wlan.active(True)
            self.wlan.connect(self._ssid, self._password)
        except OSError:
            pass  # the radio is busy: as a join that failed
