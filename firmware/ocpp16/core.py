"""Profile Core: the commands that set things and tell them. Loaded for one of them.

May import: its siblings, `ocppj`. OCPP 1.6 sections 5.2 to 5.8 and 5.18; those that switch power
are in `remote_control`.
"""

from firmware.ocpp16.configuration_keys import KEYS, default
from firmware.ocpp16.table import names, row
from ocppj import CallError

ACTIONS = """
ChangeAvailability connectorId i0! type eInoperative|Operative!
ChangeConfiguration key s50! value s500!
ClearCache -
DataTransfer vendorId s255! messageId s50 data s4096
GetConfiguration key as50
UnlockConnector connectorId i0!
"""


def ChangeAvailability(charge_point, payload, now_ms):
    connector_id = payload["connectorId"]
    evse = charge_point.evse
    if connector_id and evse.connector(connector_id) is None:
        return {"status": "Rejected"}
    from firmware.ocpp16.availability import change

    operative = payload["type"] == "Operative"
    return {"status": change(evse, charge_point.files, connector_id, operative)}


def ChangeConfiguration(charge_point, payload, now_ms):
    from firmware.ocpp16.configuration_check import key_of

    name, value = key_of(payload["key"]), payload["value"]
    if name in ("AuthorizationKey", "SecurityProfile"):
        from firmware.ocpp16.security_keys import change

        return {"status": change(charge_point, name, value)}
    status = charge_point.configuration.change(name, value)
    charge_point.apply_configuration()
    if name[:11] == "UpdateCheck" and charge_point.job:
        charge_point.job.cause = charge_point.job.cause or "change"
    return {"status": status}


def ClearCache(charge_point, payload, now_ms):
    return {"status": charge_point.authorization.clear_cache()}


def DataTransfer(charge_point, payload, now_ms):
    from firmware.ocpp16.data_transfer import answer

    return answer(charge_point, payload, now_ms)


def GetConfiguration(charge_point, payload, now_ms):
    asked = payload.get("key")
    configuration = charge_point.configuration
    if asked and len(asked) > configuration.number("GetConfigurationMaxKeys"):
        raise CallError("PropertyConstraintViolation", "key: more than GetConfigurationMaxKeys")
    from firmware.ocpp16.configuration_check import key_of

    values = configuration.known()
    known = []
    unknown = []
    for asked_name in asked or names(KEYS):
        name = key_of(asked_name)
        found = row(KEYS, name)
        if found:
            known.append({"key": name, "readonly": found[1] != "W"})
            if found[3] != "k":
                value = values.get(name)
                known[-1]["value"] = default(name) if value is None else value
        else:
            unknown.append(asked_name)
    answer = {"configurationKey": known}
    if unknown:
        answer["unknownKey"] = unknown
    return answer


def UnlockConnector(charge_point, payload, now_ms):
    return {"status": "NotSupported"}  # the cable is fixed, there is no lock
