"""What ChangeAvailability has taken out of service, kept over reboots (OCPP 1.6 section 5.2).

May import: `json`. Loaded at the start and for a change. What the charger itself takes out of
service is never written here.
"""

import json

from micropython import const

PATH = "/state/availability.json"
_MAX_FILE = const(1024)


def restore(evse, files):
    """Set the saved state on ``evse``."""
    data = files.read(PATH, _MAX_FILE)
    try:
        inoperative = json.loads(data)["inoperative"] if data else ()
        for connector_id in inoperative:
            if connector_id == 0:
                evse.operative = False
            elif evse.connector(connector_id):
                evse.set_available(False, True, connector_id)
    except (ValueError, KeyError, TypeError):
        pass  # unreadable: in service, as a new charger is


def change(evse, files, connector_id, operative):
    """Keep the change and make it; the status for the answer."""
    outlets = [(0, evse.operative)]
    for connector in evse.connectors:
        outlets.append((connector.connector_id, connector.operative))
    inoperative = []
    for number, before in outlets:
        if not (operative if connector_id in (0, number) else before):
            inoperative.append(number)
    text = json.dumps({"schema": 1, "inoperative": inoperative})
    try:
        files.write(PATH, text.encode())
    except OSError:
        return "Rejected"
    for connector in evse.connectors:
        if not operative and connector_id in (0, connector.connector_id):
            if connector.transaction is None:
                connector.stop("Local")  # a card that waits for its cable waits no longer
    return "Accepted" if evse.set_available(operative, True, connector_id) else "Scheduled"
