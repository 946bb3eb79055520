"""What the central system answers to a BootNotification (OCPP 1.6 section 4.2). Loaded for that.

May import: its siblings, `ocppj`, `ticks`.
"""

from firmware.ocpp16.validate import validate
from micropython import const
from ocppj import CallError
from ticks import ticks_add

# Own choice where the central system names no interval, or gives no answer at all.
_RETRY_S = const(60)
_LONGEST_S = const(86400)
_ANSWER = const("status eAccepted|Pending|Rejected! currentTime s! interval i!")


def take(registration, ok, payload, now_ms):
    """Do as ``payload`` says; true where the answer is still waited for."""
    if ok:
        try:
            validate(_ANSWER.split(" "), payload, True)
        except CallError as error:
            registration.log("BootNotification's answer is bad: " + error.description)
            ok = False
    if not ok:
        if registration.status == "Accepted":
            return False
        _wait(registration, _RETRY_S, now_ms)
        return True
    status = payload["status"]
    interval_s = payload["interval"]
    registration.log("BootNotification %s, interval %d s" % (status, interval_s))
    if status != "Rejected":
        registration.set_clock(payload["currentTime"], now_ms)
    registration.boot_at_ms = None
    if status != "Accepted":
        _wait(registration, interval_s if interval_s > 0 else _RETRY_S, now_ms)
    else:
        if interval_s > 0:
            registration.configuration.assign("HeartbeatInterval", min(interval_s, _LONGEST_S))
        registration.heartbeat_ms = now_ms
        if registration.status != status:
            registration.on_accepted()
    registration.status = status  # last: what failed before is as if no answer had come
    return False


def _wait(registration, interval_s, now_ms):
    registration.boot_at_ms = ticks_add(now_ms, min(interval_s, _LONGEST_S) * 1000)
