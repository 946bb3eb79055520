"""What ChangeAvailability has taken out of service, kept over reboots (OCPP 1.6 section 5.2).

May import: `json`. What the charger itself takes out of service is never written here.
"""

import json

PATH = "/state/availability.json"
_MAX_FILE = 1024


class Availability:
    """Sets the saved state on ``evse`` at once. ``files``: a `Files`."""

    def __init__(self, evse, files):
        self._evse = evse
        self._files = files
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

    def change(self, connector_id, operative):
        """Change and keep; the status for the answer."""
        at_once = self._evse.set_available(operative, True, connector_id)
        inoperative = [] if self._evse.operative else [0]
        for connector in self._evse.connectors:
            if not connector.operative:
                inoperative.append(connector.connector_id)
        text = json.dumps({"schema": 1, "inoperative": inoperative})
        self._files.write(PATH, text.encode())
        return "Accepted" if at_once else "Scheduled"
