"""The state of the Wi-Fi in words, for the log. Loaded when it has changed.

May import: ``firmware.hal`` by argument.
"""

# Of a join that failed, on the CYW43 and on the ESP32 (esp_wifi_types.h).
_REASONS = (
    ((-3, 15, 202, 204), "wrong password?"),
    ((-2, 201, 210, 211, 212), "no such network in reach"),
    ((3, 4, 8, 200, 203), "the access point let go"),
    ((1, 2, 1001), "no answer in time, or no address by DHCP"),
)


def line(wifi):
    """One line about a `Wifi` (with the signal's strength in dBm, where it is connected)."""
    state = wifi.state
    if state is None:
        return "wifi: lost"
    if isinstance(state, str):
        try:
            return "wifi: address %s, %d dBm" % (state, wifi.wlan.status("rssi"))
        except (OSError, ValueError):  # gone again; a build that can't say
            return "wifi: address " + state
    for statuses, reason in _REASONS:
        if state in statuses:
            return "wifi: can't join, %s (%d)" % (reason, state)
    return "wifi: can't join (%d)" % state
