"""Profile FirmwareManagement: UpdateFirmware in, FirmwareStatusNotification out.

Pure. May import: ``firmware.ocpp16``. OCPP 1.6 sections 5.19 and 4.5.
"""

from firmware.ocpp16 import iso8601
from firmware.ocpp16.charge_point import NOT_SENT, TIMEOUT
from micropython import const

_DEFAULT_INTERVAL_S = const(60)


class FirmwareManagement:
    """Joins the update ``job`` to the ``charge_point``."""

    ACTIONS = {
        "UpdateFirmware": (
            {
                "location": "s512!",
                "retrieveDate": "d!",
                "retries": "i0:100",
                "retryInterval": "i0:86400",
            },
            "update_firmware",
        )
    }

    def __init__(self, charge_point, job):
        self._charge_point = charge_point
        self._job = job
        self._in_flight = False

    def update_firmware(self, payload, now_ms):
        """UpdateFirmware.req. Raises CallError while an update is being installed."""
        self._job.request(
            payload["location"],
            iso8601.parse(payload["retrieveDate"]),
            payload.get("retries", 0),
            payload.get("retryInterval", _DEFAULT_INTERVAL_S),
        )
        return {}

    def tick(self, now_ms):
        """Move the job on and report its next status, one at a time."""
        charge_point, job = self._charge_point, self._job
        clock = charge_point.clock
        job.tick(clock.now_s(now_ms) if clock.is_set else None, charge_point.evse.in_use)
        status = job.next_status()
        if status is None or self._in_flight or not charge_point.online:
            return
        self._in_flight = True

        def answered(ok, payload, now_ms):
            self._in_flight = False
            if ok or payload not in (NOT_SENT, TIMEOUT):
                job.status_answered(status)  # a CALLERROR is an answer: never loop on it

        charge_point.send("FirmwareStatusNotification", {"status": status}, answered)
