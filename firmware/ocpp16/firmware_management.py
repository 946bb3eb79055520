"""Profile FirmwareManagement: the reports of an update and of an upload (OCPP 1.6 4.4, 4.5).

Pure. May import: its siblings, `loader.modules`, `ticks`. The commands are in `firmware_commands`.
"""

from loader.modules import forget
from micropython import const
from ticks import ticks_add, ticks_diff

# Until the next try, after the flash has failed, or no answer to a report came.
_PAUSE_MS = const(60000)


class FirmwareManagement:
    """Joins the update ``job`` and the upload of the logs to the ``charge_point``."""

    def __init__(self, charge_point, job):
        self._charge_point = charge_point
        self._job = job
        self._in_flight = []  # actions
        self._pause_ms = None  # until then
        self._again_ms = None  # no report until then, as one was not answered
        from firmware.ocpp16.diagnostics import take_up

        charge_point.diagnostics = take_up(charge_point.files, charge_point.log)
        self._drop_when_over()

    def tick(self, now_ms):
        """Move the job on and report the next status of each, one at a time."""
        charge_point, job = self._charge_point, self._job
        clock = charge_point.clock
        evse = charge_point.evse
        busy = evse.in_use or evse.inhibited  # a trial must end before another update begins
        if self._pause_ms is not None and ticks_diff(now_ms, self._pause_ms) >= 0:
            self._pause_ms = None
        if self._pause_ms is None:
            try:
                job.tick(clock.now_s(now_ms) if clock.is_set else None, busy)
            except OSError as error:
                charge_point.log("update: step not saved: %r" % error)
                self._pause_ms = ticks_add(now_ms, _PAUSE_MS)
        self._report("FirmwareStatusNotification", job)
        if charge_point.diagnostics is not None:
            self._report("DiagnosticsStatusNotification", charge_point.diagnostics)
            self._drop_when_over()

    def _report(self, action, source):
        status, number = source.next_status(), source.report_number
        if status is None or action in self._in_flight or not self._charge_point.online:
            return
        again_ms = self._again_ms
        if again_ms is not None and ticks_diff(self._charge_point.now_ms, again_ms) < 0:
            return
        self._again_ms = None
        self._in_flight.append(action)

        def answered(ok, payload, now_ms):
            self._in_flight.remove(action)
            if not ok and payload in ("NotSent", "Timeout"):
                if payload == "Timeout":
                    self._again_ms = ticks_add(now_ms, _PAUSE_MS)
                return
            try:
                source.status_answered(number)  # a CALLERROR is an answer: never loop on it
            except OSError as error:
                # After a reset it is reported once more.
                self._charge_point.log("answered report not saved: %r" % error)

        self._charge_point.send(action, {"status": status}, answered)

    def _drop_when_over(self):
        diagnostics = self._charge_point.diagnostics
        if diagnostics is None or diagnostics.is_over:
            self._charge_point.diagnostics = None
            forget("firmware.ocpp16.diagnostics")
