"""What comes before the parts of the application: their modules, or, without settings, a wait.

May import: all of the image. Loaded for the start only.
"""

import time

from micropython import const

_PROVISIONING_POLL_MS = const(500)


def load(feed):
    """Import the large parts one by one: at 25 to 110 ms a module on a Pico W all of them at
    once would come near the watchdog's 8 s."""
    feed()
    import transport  # noqa: F401

    feed()
    import ws.websocket  # noqa: F401

    feed()
    import firmware.evse.evse

    feed()
    import firmware.hal.board

    feed()
    import firmware.ocpp16.charge_point

    feed()
    import firmware.link
    import firmware.ocpp16.update  # noqa: F401

    feed()


def wait_for_provisioning(context, error, log):
    """Not the image's fault, so no crash: outputs are off, the console is free."""
    log("app: %s" % error)
    while True:
        context.wdt.feed()
        time.sleep_ms(_PROVISIONING_POLL_MS)
