"""Commands of Core and FirmwareManagement that hardly ever come: loaded for one of them.

May import: its siblings, `ocppj`. OCPP 1.6 sections 5.2 to 5.8, 5.18 and 5.19.
"""

from firmware.ocpp16.clock import parse_iso
from firmware.ocpp16.configuration import KEYS
from firmware.ocpp16.table import names, row
from micropython import const
from ocppj import CallError

ACTIONS = """
ChangeAvailability connectorId i0! type eInoperative|Operative!
ChangeConfiguration key s50! value s500!
ClearCache -
DataTransfer vendorId s255! messageId s50 data s4096
GetConfiguration key as50
UnlockConnector connectorId i0!
UpdateFirmware location s2048! retrieveDate d! retries i0:100 retryInterval i0:86400
"""
_RETRY_INTERVAL_S = const(60)


def ChangeAvailability(charge_point, payload, now_ms):
    connector_id = payload["connectorId"]
    if connector_id and charge_point.evse.connector(connector_id) is None:
        return {"status": "Rejected"}
    operative = payload["type"] == "Operative"
    return {"status": charge_point.availability.change(connector_id, operative)}


def ChangeConfiguration(charge_point, payload, now_ms):
    status = charge_point.configuration.change(payload["key"], payload["value"])
    charge_point.apply_configuration()
    return {"status": status}


def ClearCache(charge_point, payload, now_ms):
    return {"status": "Rejected"}  # there is none


def DataTransfer(charge_point, payload, now_ms):
    return {"status": "UnknownVendorId"}


def GetConfiguration(charge_point, payload, now_ms):
    known = []
    unknown = []
    for name in payload.get("key") or names(KEYS):
        found = row(KEYS, name)
        if found:
            value = charge_point.configuration.text(name)
            known.append({"key": name, "readonly": found[1] != "W", "value": value})
        else:
            unknown.append(name)
    answer = {"configurationKey": known}
    if unknown:
        answer["unknownKey"] = unknown
    return answer


def UnlockConnector(charge_point, payload, now_ms):
    return {"status": "NotSupported"}  # the cable is fixed, there is no lock


def UpdateFirmware(charge_point, payload, now_ms):
    if charge_point.job is None:
        raise CallError("NotSupported")
    if charge_point.evse.inhibited:
        raise CallError("InternalError", "this image is on trial")
    charge_point.job.request(
        payload["location"],
        parse_iso(payload["retrieveDate"]),
        payload.get("retries", 0),
        payload.get("retryInterval", _RETRY_INTERVAL_S),
    )
    return {}
