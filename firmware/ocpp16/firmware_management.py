"""Profile FirmwareManagement: the reports of an update and of an upload (OCPP 1.6 4.4, 4.5).

Pure. May import: its siblings, `loader.modules`. The commands are in `firmware_commands`.
"""

from loader.modules import forget


class FirmwareManagement:
    """Joins the update ``job`` and the upload of the logs to the ``charge_point``."""

    def __init__(self, charge_point, job):
        self._charge_point = charge_point
        self._job = job
        self._in_flight = []  # actions
        from firmware.ocpp16.diagnostics import take_up

        charge_point.diagnostics = take_up(charge_point.files, charge_point.log)
        self._drop_when_over()

    def tick(self, now_ms):
        """Move the job on and report the next status of each, one at a time."""
        charge_point, job = self._charge_point, self._job
        clock = charge_point.clock
        evse = charge_point.evse
        busy = evse.in_use or evse.inhibited  # a trial must end before another update begins
        job.tick(clock.now_s(now_ms) if clock.is_set else None, busy)
        self._report("FirmwareStatusNotification", job)
        if charge_point.diagnostics is not None:
            self._report("DiagnosticsStatusNotification", charge_point.diagnostics)
            self._drop_when_over()

    def _report(self, action, source):
        status, number = source.next_status(), source.report_number
        if status is None or action in self._in_flight or not self._charge_point.online:
            return
        self._in_flight.append(action)

        def answered(ok, payload, now_ms):
            self._in_flight.remove(action)
            if ok or payload not in ("NotSent", "Timeout"):
                source.status_answered(number)  # a CALLERROR is an answer: never loop on it

        self._charge_point.send(action, {"status": status}, answered)

    def _drop_when_over(self):
        diagnostics = self._charge_point.diagnostics
        if diagnostics is None or diagnostics.is_over:
            self._charge_point.diagnostics = None
            forget("firmware.ocpp16.diagnostics")
