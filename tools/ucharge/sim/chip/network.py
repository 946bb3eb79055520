"""Stands in for MicroPython's network module on a Pico W (CYW43).

May import: built-ins, wires. Sockets are the PC's: only the association is simulated. The runner
sets ``wires.wifi`` to up, down (no such network), wrong (password) or dry (no DHCP answer); tests
move the access point to another ``wires.wifi_channel`` and lease another ``wires.wifi_address``.
"""

from wires import IllegalUse, ticks_diff, ticks_ms, wires

STA_IF = 0
AP_IF = 1
STAT_IDLE = 0
STAT_CONNECTING = 1
STAT_GOT_IP = 3
STAT_CONNECT_FAIL = -1
STAT_NO_AP_FOUND = -2
STAT_WRONG_PASSWORD = -3

_country = "XX"
_hostname = "PicoW"


def country(*args):
    global _country
    if not args:
        return _country
    if len(args[0]) != 2:
        raise ValueError
    _too_late("country")
    _country = args[0]


def hostname(*args):
    global _hostname
    if not args:
        return _hostname
    if not 0 < len(args[0]) <= 32:
        raise ValueError
    _too_late("hostname")
    _hostname = args[0]


def _too_late(what):
    if WLAN._active:
        raise IllegalUse(what + " after active(): it would have no effect")


class Sockets:
    """The socket module of a network whose well-known ports are others of the PC: ``ports`` is the
    name server's (53), or pairs of both numbers."""

    def __init__(self, sockets, ports):
        self._sockets = sockets
        self._ports = {53: ports} if isinstance(ports, int) else dict(ports)

    def __getattr__(self, name):
        return getattr(self._sockets, name)

    def getaddrinfo(self, host, port, *rest):
        return self._sockets.getaddrinfo(host, self._ports.get(port, port), *rest)


class WLAN:
    IF_STA = STA_IF
    IF_AP = AP_IF
    PM_NONE = 16

    _active = False
    _joined = None  # ticks of connect()
    _was_up = False
    _channel = -1  # to look on; -1: all
    _pm = None

    def __init__(self, interface=STA_IF):
        if interface != STA_IF:
            raise IllegalUse("access point is not simulated")

    def active(self, *args):
        if not args:
            return WLAN._active
        if not args[0]:
            self.disconnect()
        elif not WLAN._active:
            WLAN._pm = 0xA11142  # power save
        WLAN._active = bool(args[0])

    def connect(self, ssid, key=None, *, channel=-1):
        if not WLAN._active:
            raise OSError(1)
        if not isinstance(ssid, (str, bytes)) or not 0 < len(ssid) <= 32:
            raise IllegalUse("ssid %r" % (ssid,))
        if key and not 8 <= len(key) <= 64:
            raise IllegalUse("a WPA2 key has 8 to 64 characters")
        WLAN._joined = ticks_ms()
        WLAN._was_up = False
        WLAN._channel = channel

    def disconnect(self):
        WLAN._joined = None
        WLAN._was_up = False

    def isconnected(self):
        return self._status() == STAT_GOT_IP

    def status(self, *args):
        if args:
            if args[0] != "rssi":
                raise ValueError("unknown status param")
            if not self.isconnected():
                raise OSError(1)
            return -55
        return self._status()

    def _status(self):
        wires.service()
        if WLAN._joined is None:
            return STAT_IDLE
        if wires.wifi == "dry":
            return 2
        is_found = WLAN._channel in (-1, wires.wifi_channel)
        if wires.wifi == "up" and is_found:
            if not WLAN._was_up and ticks_diff(ticks_ms(), WLAN._joined) < wires.wifi_join_ms:
                return STAT_CONNECTING
            WLAN._was_up = True
            return STAT_GOT_IP
        if WLAN._was_up:  # lost; the chip does not join again by itself
            self.disconnect()
            return STAT_IDLE
        if ticks_diff(ticks_ms(), WLAN._joined) < wires.wifi_join_ms:
            return STAT_CONNECTING
        return STAT_WRONG_PASSWORD if wires.wifi == "wrong" else STAT_NO_AP_FOUND

    def ifconfig(self):
        address = wires.wifi_address if self.isconnected() else "0.0.0.0"
        # Without a name server names are the PC's own affair, as its sockets are.
        return (address, "255.0.0.0", address, address if wires.name_server else "0.0.0.0")

    def config(self, *args, **kwargs):
        for name in kwargs:
            if name != "pm":
                raise ValueError("unknown config param")
            if not WLAN._active:
                raise IllegalUse("pm before active(), which sets it anew")
            WLAN._pm = kwargs[name]
        if args:
            if args[0] != "mac":
                raise ValueError("unknown config param")
            return b"\x28\xcd\xc1\x00\x00\x01"
