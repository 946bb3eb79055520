"""What only the start needs of the chip: its number, a clock that is not behind, the radio.

May import: built-ins (``machine``, ``network``), ``firmware.hal``. Dropped after the start.
"""

import time

import machine
import network

from firmware.hal import chip
from firmware.hal.wifi import Wifi


def unique_id():
    """The chip's number in hexadecimal."""
    return "".join("%02x" % byte for byte in machine.unique_id())


def raise_clock(unix_s):
    """Set the clock to ``unix_s`` if it is behind."""
    if time.time() + chip.EPOCH_S < unix_s:
        chip.set_clock(unix_s)


def start_wifi(settings, log):
    """A `Wifi` for the network of ``settings``, as config.json has it; None: it names none.

    ``ssid``, ``password``; ``country``: two letters, for the radio's allowed channels;
    ``hostname``: what DHCP servers are told, else ucharge- and the end of the chip's number;
    ``ntp_server``: a time server's name or address, empty for none.
    What the radio does not take is logged, and does without.
    """
    if not settings.get("ssid"):
        return None
    wlan = network.WLAN(network.STA_IF)
    for what in (
        # Before active(): both ports read them there.
        lambda: network.hostname(settings.get("hostname") or "ucharge-" + unique_id()[-6:]),
        lambda: settings.get("country") and network.country(settings["country"]),
        lambda: wlan.active(True),
        # With power save on, what the central system sends waits for up to 300 ms.
        lambda: wlan.config(pm=wlan.PM_NONE),
        # The ESP32's driver would join again by itself, and its status not say why it fails.
        lambda: network.STAT_IDLE and wlan.config(reconnects=0),
    ):
        try:
            what()
        except (OSError, ValueError) as error:
            log("wifi: %r" % error)
    wifi = Wifi(wlan, settings["ssid"], settings.get("password"))
    wifi.ntp_server = settings.get("ntp_server", "pool.ntp.org")
    return wifi
