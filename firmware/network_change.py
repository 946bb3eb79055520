"""What a change of the network means. Loaded when there was one.

May import: ``firmware``, ``loader.modules``.
"""

import asyncio

from firmware.hal.wifi_report import line
from loader.modules import forget


def attend(wifi, link, resolver, charge_point, log):
    """``wifi`` has another state: log it.

    With another address than before, what is connected is dead, though nobody tells: the link
    begins anew. Until the central system has told the time, a time server is asked.
    """
    log(line(wifi))
    forget("firmware.network_change", "firmware.hal.wifi_report")
    if not wifi.is_connected:
        return
    if wifi.address not in (None, wifi.state):
        link.renew(True)
    wifi.address = wifi.state
    if wifi.ntp_server and wifi.waits is None and not charge_point.boot_answered:
        from firmware.time_source import keep

        asyncio.create_task(keep(wifi, resolver, charge_point, log))  # noqa: RUF006 ends by itself
        wifi.waits = True  # at once: the link looks every second
