"""The security extension's commands: certificates (M03 to M05), logs (N01). Loaded for one.

May import: its siblings, `firmware.certificates`. During a trial nothing of it may change: the
image before this one relies on it.
"""

from firmware.ocpp16.validate import validate

_TYPE = "certificateType eCentralSystemRootCertificate|ManufacturerRootCertificate!"
ACTIONS = """
DeleteCertificate certificateHashData o!
GetInstalledCertificateIds TYPE
GetLog logType eDiagnosticsLog|SecurityLog! requestId i! retries i0:100 retryInterval i0:86400\
 log o!
InstallCertificate certificate s5500! TYPE
""".replace("TYPE", _TYPE)
_LOG = "remoteLocation s512! oldestTimestamp d latestTimestamp d"
_HASH_DATA = (
    "hashAlgorithm eSHA256|SHA384|SHA512! issuerNameHash s128! issuerKeyHash s128!"
    " serialNumber s40!"
)


def InstallCertificate(charge_point, payload, now_ms):
    if charge_point.evse.inhibited:
        return {"status": "Rejected"}
    from firmware.certificates import install

    kind, text = payload["certificateType"], payload["certificate"]
    # To judge one takes up to seconds.
    charge_point.work.append(install(charge_point, kind, text, charge_point.later()))
    return None


def DeleteCertificate(charge_point, payload, now_ms):
    wanted = payload["certificateHashData"]
    validate(_HASH_DATA.split(" "), wanted)
    if charge_point.evse.inhibited:
        return {"status": "Failed"}
    from firmware.certificates import delete

    return {"status": delete(charge_point, wanted)}


def GetInstalledCertificateIds(charge_point, payload, now_ms):
    from firmware.certificates import ids

    found = ids(charge_point, payload["certificateType"])
    if not found:
        return {"status": "NotFound"}
    return {"status": "Accepted", "certificateHashData": found}


def GetLog(charge_point, payload, now_ms):
    log = payload["log"]
    validate(_LOG.split(" "), log)
    from firmware.ocpp16.diagnostics import DONE
    from firmware.ocpp16.firmware_commands import upload

    before = charge_point.diagnostics
    is_busy = before is not None and before.phase != DONE
    name = upload(
        charge_point,
        payload,
        now_ms,
        log["remoteLocation"],
        log.get("oldestTimestamp"),
        log.get("latestTimestamp"),
        payload["requestId"],
        "-security" if payload["logType"] == "SecurityLog" else "",
    )
    if name is None:
        return {"status": "Accepted"}  # without a name: nothing can lie between the two
    return {"status": "AcceptedCanceled" if is_busy else "Accepted", "filename": name}
