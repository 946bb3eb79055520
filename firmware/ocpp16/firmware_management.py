"""Profile FirmwareManagement: FirmwareStatusNotification (OCPP 1.6 section 4.5).

Pure. May import: nothing. UpdateFirmware is one of `rare_commands`.
"""


class FirmwareManagement:
    """Joins the update ``job`` to the ``charge_point``."""

    def __init__(self, charge_point, job):
        self._charge_point = charge_point
        self._job = job
        self._in_flight = False

    def tick(self, now_ms):
        """Move the job on and report its next status, one at a time."""
        charge_point, job = self._charge_point, self._job
        clock = charge_point.clock
        evse = charge_point.evse
        busy = evse.in_use or evse.inhibited  # a trial must end before another update begins
        job.tick(clock.now_s(now_ms) if clock.is_set else None, busy)
        status, number = job.next_status(), job.report_number
        if status is None or self._in_flight or not charge_point.online:
            return
        self._in_flight = True

        def answered(ok, payload, now_ms):
            self._in_flight = False
            if ok or payload not in ("NotSent", "Timeout"):
                job.status_answered(number)  # a CALLERROR is an answer: never loop on it

        charge_point.send("FirmwareStatusNotification", {"status": status}, answered)
