"""A welded contactor, remembered over reboots until an operator clears it.

May import: `json`, ``firmware.evse``. Loaded at the start and when a weld is found or cleared.
"""

import json

from micropython import const

PATH = "/state/faults.json"
_SCHEMA = const(1)
_MAX_FILE = const(1024)


def restore(evse, files):
    """Latch what was latched in the last run."""
    data = files.read(PATH, _MAX_FILE)
    try:
        welded = json.loads(data)["weld"] if data else ()
        for connector in evse.connectors:
            if connector.connector_id in welded:
                connector.faults.set("weld", True)
    except (ValueError, KeyError, TypeError):
        pass  # unreadable: a weld that is still there is seen again


def keep(evse, files):
    """Write what is latched now. Raises OSError."""
    welded = [
        connector.connector_id
        for connector in evse.connectors
        if "weld" in connector.faults.active
    ]
    files.write(PATH, json.dumps({"schema": _SCHEMA, "weld": welded}).encode())
