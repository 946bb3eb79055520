"""Profile FirmwareManagement: its commands. Loaded for one of them.

May import: its siblings, `ocppj`. OCPP 1.6 sections 5.9 and 5.19. The reports are
`firmware_management`'s.
"""

from firmware.ocpp16.clock import format_iso, parse_iso
from micropython import const
from ocppj import CallError

ACTIONS = """
GetDiagnostics location s2048! retries i0:100 retryInterval i0:86400 startTime d stopTime d
UpdateFirmware location s2048! retrieveDate d! retries i0:100 retryInterval i0:86400
"""
_RETRY_INTERVAL_S = const(60)
_IN_NAME = const("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


def GetDiagnostics(charge_point, payload, now_ms):
    start, stop = payload.get("startTime"), payload.get("stopTime")
    name = upload(charge_point, payload, now_ms, payload["location"], start, stop)
    return {"fileName": name} if name else {}


def upload(charge_point, payload, now_ms, location, start, stop, requestId=None, what=""):
    """Ask for an upload of the logs: the file's name, or None where nothing can lie between
    ``start`` and ``stop``. ``requestId``, ``what``: of a GetLog, see `Diagnostics`."""
    now_s = charge_point.clock.now_s(now_ms)
    start_s, stop_s = _seconds(start), _seconds(stop)
    if (start_s or 0) > (now_s if stop_s is None else min(now_s, stop_s)):
        return None
    from firmware.ocpp16.diagnostics import Diagnostics

    serial = charge_point.registration.payload.get("chargePointSerialNumber", "")
    name = "%s-%s%s.log" % (_safe(serial), _compact(format_iso(now_s)), what)
    job = charge_point.diagnostics or Diagnostics(charge_point.files, charge_point.log)
    job.request(
        {
            "location": location,
            "fileName": name,
            "requestId": requestId,
            "what": what,
            "start_s": start_s,
            "stop_s": stop_s,
            "attempts_left": 1 + payload.get("retries", 0),
            "retry_interval_s": payload.get("retryInterval", _RETRY_INTERVAL_S),
        }
    )
    charge_point.diagnostics = job
    return name


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


def _seconds(text):
    return None if text is None else parse_iso(text)


def _compact(text):
    return text.replace("-", "").replace(":", "")


def _safe(text):
    """``text`` as part of a file's name, whatever it holds."""
    return "".join(char if char in _IN_NAME else "_" for char in text[:40])
