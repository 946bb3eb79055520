"""Profile FirmwareManagement: its commands. Loaded for one of them.

May import: its siblings, `ocppj`. OCPP 1.6 sections 5.9 and 5.19. The reports are
`firmware_management`'s.
"""

from firmware.ocpp16.clock import format_iso
from firmware.ocpp16.iso import parse_iso
from micropython import const
from ocppj import CallError

ACTIONS = """
GetDiagnostics location s2048! retries i0:100 retryInterval i0:86400 startTime d stopTime d
UpdateFirmware location s2048! retrieveDate d! retries i0:100 retryInterval i0:86400
"""
_RETRY_INTERVAL_S = const(60)
_IN_NAME = const("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


def GetDiagnostics(charge_point, payload, now_ms):
    now_s = charge_point.clock.now_s(now_ms)
    start_s = _seconds(payload.get("startTime"))
    stop_s = _seconds(payload.get("stopTime"))
    if (start_s or 0) > (now_s if stop_s is None else min(now_s, stop_s)):
        return {}  # nothing can lie between them
    from firmware.ocpp16.diagnostics import Diagnostics

    serial = charge_point.registration.payload.get("chargePointSerialNumber", "")
    name = "%s-%s.log" % (_safe(serial), _compact(format_iso(now_s)))
    job = charge_point.diagnostics or Diagnostics(charge_point.files, charge_point.log)
    charge_point.log("diagnostics: requested, to " + shown(payload["location"]))
    job.request(
        {
            "location": payload["location"],
            "fileName": name,
            "start_s": start_s,
            "stop_s": stop_s,
            "attempts_left": 1 + payload.get("retries", 0),
            "retry_interval_s": payload.get("retryInterval", _RETRY_INTERVAL_S),
        }
    )
    charge_point.diagnostics = job
    return {"fileName": name}


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
    charge_point.log("update: requested from " + shown(payload["location"]))
    return {}


def shown(location):
    """``location`` as the log may have it: less user, password, query and fragment."""
    scheme, mark, rest = location.split("?")[0].split("#")[0].partition("://")
    host, slash, path = rest.partition("/")
    return scheme[:10] + mark + host.split("@")[-1] + slash + path if mark else "?"


def _seconds(text):
    return None if text is None else parse_iso(text)


def _compact(text):
    return text.replace("-", "").replace(":", "")


def _safe(text):
    """``text`` as part of a file's name, whatever it holds."""
    return "".join(char if char in _IN_NAME else "_" for char in text[:40])
