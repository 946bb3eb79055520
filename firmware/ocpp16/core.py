"""Profile Core: the central system's commands (OCPP 1.6 section 5).

May import: `firmware.ocpp16.configuration`.
"""

from firmware.ocpp16.configuration import names, row


class Core:
    """``charge_point`` gives everything the commands act on."""

    def __init__(self, charge_point):
        self._charge_point = charge_point

    def change_availability(self, payload, now_ms):
        connector_id = payload["connectorId"]
        charge_point = self._charge_point
        if connector_id and charge_point.evse.connector(connector_id) is None:
            return {"status": "Rejected"}
        operative = payload["type"] == "Operative"
        return {"status": charge_point.availability.change(connector_id, operative)}

    def change_configuration(self, payload, now_ms):
        status = self._charge_point.configuration.change(payload["key"], payload["value"])
        self._charge_point.apply_configuration()
        return {"status": status}

    def clear_cache(self, payload, now_ms):
        return {"status": "Rejected"}  # there is none

    def data_transfer(self, payload, now_ms):
        return {"status": "UnknownVendorId"}

    def get_configuration(self, payload, now_ms):
        configuration = self._charge_point.configuration
        known = []
        unknown = []
        for name in payload.get("key") or names():
            found = row(name)
            if found:
                value = configuration.text(name)
                known.append({"key": name, "readonly": found[1] != "W", "value": value})
            else:
                unknown.append(name)
        answer = {"configurationKey": known}
        if unknown:
            answer["unknownKey"] = unknown
        return answer

    def remote_start(self, payload, now_ms):
        charge_point = self._charge_point
        connector = charge_point.authorization.free_connector(payload.get("connectorId"))
        if connector is None or not charge_point.registered:
            return {"status": "Rejected"}
        idTag = payload["idTag"]
        if charge_point.configuration.flag("AuthorizeRemoteTxRequests"):
            charge_point.authorization.authorize(idTag, connector, now_ms)
        else:
            connector.authorize(idTag, now_ms)
        return {"status": "Accepted"}

    def remote_stop(self, payload, now_ms):
        charge_point = self._charge_point
        connector = charge_point.transactions.find(payload["transactionId"])
        if connector is None or not charge_point.registered:
            return {"status": "Rejected"}
        connector.stop("Remote")
        return {"status": "Accepted"}

    def reset(self, payload, now_ms):
        self._charge_point.reset.request(payload["type"], now_ms)
        return {"status": "Accepted"}

    def unlock_connector(self, payload, now_ms):
        return {"status": "NotSupported"}  # the cable is fixed, there is no lock

    ACTIONS = {
        "ChangeAvailability": (
            {"connectorId": "i0!", "type": "eInoperative|Operative!"}, change_availability,
        ),
        "ChangeConfiguration": ({"key": "s50!", "value": "s500!"}, change_configuration),
        "ClearCache": ({}, clear_cache),
        "DataTransfer": (
            {"vendorId": "s255!", "messageId": "s50", "data": "s4096"}, data_transfer,
        ),
        "GetConfiguration": ({"key": "as50"}, get_configuration),
        # A chargingProfile is ignored, as section 5.11 wants without SmartCharging.
        "RemoteStartTransaction": (
            {"connectorId": "i1", "idTag": "s20!", "chargingProfile": "o"}, remote_start,
        ),
        "RemoteStopTransaction": ({"transactionId": "i!"}, remote_stop),
        "Reset": ({"type": "eHard|Soft!"}, reset),
        "UnlockConnector": ({"connectorId": "i0!"}, unlock_connector),
    }  # fmt: skip
