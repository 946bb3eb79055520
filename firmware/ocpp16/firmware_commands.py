"""Profile FirmwareManagement: its commands. Loaded for one of them.

May import: its siblings, `ocppj`. OCPP 1.6 sections 5.9 and 5.19, security extension L01.
The reports are `firmware_management`'s.
"""

import binascii

from firmware.ocpp16.clock import format_iso
from firmware.ocpp16.iso import parse_iso
from firmware.ocpp16.update_statuses import SIGNED
from firmware.ocpp16.validate import validate
from micropython import const
from ocppj import CallError

ACTIONS = """
GetDiagnostics location s2048! retries i0:100 retryInterval i0:86400 startTime d stopTime d
SignedUpdateFirmware requestId i! retries i0:100 retryInterval i0:86400 firmware o!
UpdateFirmware location s2048! retrieveDate d! retries i0:100 retryInterval i0:86400
"""
_SIGNED = const(
    "location s512! retrieveDateTime d! installDateTime d signingCertificate s5500!"
    " signature s800!"
)
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
    charge_point.log("diagnostics: requested, to " + shown(location))
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
    update = charge_point.job
    if update is None or _is_refused(charge_point):
        raise CallError("NotSupported", "signed requests only")
    if charge_point.evse.inhibited:
        raise CallError("InternalError", "this image is on trial")
    update.request(
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


def _is_refused(charge_point):
    """Whether a request without a signature is below what this charger is set up for (L01.FR.20
    of the security whitepaper)."""
    configuration = charge_point.configuration
    if configuration.flag("AllowPlainUpdateFirmware"):
        return False
    return configuration.number("SecurityProfile") >= 1 or charge_point.job.has_roots()


def SignedUpdateFirmware(charge_point, payload, now_ms):
    """Answered once the certificate was judged: that takes up to seconds."""
    firmware = payload["firmware"]
    validate(_SIGNED.split(" "), firmware)
    update = charge_point.job
    if update is None:
        raise CallError("NotSupported")
    job = update.job
    installs = job is not None and job.phase in ("installing", "trial")
    if installs or update.offer or charge_point.evse.inhibited:
        return {"status": "Rejected"}
    try:
        signature = binascii.a2b_base64(firmware["signature"])
    except ValueError:
        return {"status": "Rejected"}
    charge_point.log("update: signed request, from " + shown(firmware["location"]))
    install_s = _seconds(firmware.get("installDateTime")) or 0
    update.offer = {
        "ask": (
            firmware["location"],
            parse_iso(firmware["retrieveDateTime"]),
            payload.get("retries", 0),
            payload.get("retryInterval", _RETRY_INTERVAL_S),
            SIGNED,
            payload["requestId"],
            install_s,
        ),
        "certificate": firmware["signingCertificate"],
        "signature": signature,
        "event": getattr(charge_point, "security_event", _untold),
        "configuration": charge_point.configuration,
        "reply": charge_point.later(),
    }
    return None


def _untold(kind, info):
    pass


def _seconds(text):
    return None if text is None else parse_iso(text)


def _compact(text):
    return text.replace("-", "").replace(":", "")


def _safe(text):
    """``text`` as part of a file's name, whatever it holds."""
    return "".join(char if char in _IN_NAME else "_" for char in text[:40])
