"""Takes the place of ``network`` on a simulated ESP32: its statuses, a driver that joins again.

May import: built-ins, the other fakes. Other than the CYW43's, its driver tries for ever after a
loss or a failed join, unless ``config(reconnects=...)`` says how often; meanwhile the status is
"connecting", and does not say why it fails.
"""

# pyright: reportGeneralTypeIssues=false, reportAttributeAccessIssue=false
# pyright: reportIncompatibleMethodOverride=false

import network
from network import *  # noqa: F403
from wires import IllegalUse, wires

STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_WRONG_PASSWORD = 202
STAT_NO_AP_FOUND = 201
STAT_BEACON_TIMEOUT = 200

_STATUS = {
    network.STAT_IDLE: STAT_IDLE,
    network.STAT_CONNECTING: STAT_CONNECTING,
    2: STAT_CONNECTING,
    network.STAT_GOT_IP: STAT_GOT_IP,
    network.STAT_NO_AP_FOUND: STAT_NO_AP_FOUND,
    network.STAT_WRONG_PASSWORD: STAT_WRONG_PASSWORD,
}


class WLAN(network.WLAN):
    PM_NONE = 0

    _reconnects = -1
    _last = None  # ssid, key: of the last connect()

    def active(self, *args):
        found = super().active(*args)
        if args and not args[0]:
            WLAN._last = None
        return found

    def connect(self, ssid, key=None):
        super().connect(ssid, key)
        WLAN._last = (ssid, key)

    def disconnect(self):
        super().disconnect()
        WLAN._last = None

    def isconnected(self):
        return self._found() == network.STAT_GOT_IP

    def status(self, *args):
        if args:
            return super().status(*args)
        found = self._found()
        if found == network.STAT_IDLE and WLAN._last:
            return STAT_BEACON_TIMEOUT  # lost
        return _STATUS[found]

    def _found(self):
        """As the CYW43 has it; what has failed is begun anew where the driver does."""
        last = WLAN._last
        found = super()._status()
        if last and WLAN._reconnects < 0 and found <= 0:
            super().connect(*last)
            return network.STAT_CONNECTING
        return found

    def config(self, *args, **kwargs):
        if "reconnects" in kwargs:
            WLAN._reconnects = kwargs.pop("reconnects")
        if "pm" in kwargs and kwargs["pm"] not in (0, 1, 2):
            raise IllegalUse("power save %r" % kwargs["pm"])
        return super().config(*args, **kwargs)


def power_on():
    """The radio as after power-on."""
    WLAN._reconnects = -1
    WLAN().active(False)
    wires.service()
