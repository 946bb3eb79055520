"""Profile FirmwareManagement: the reports of an update and of an upload (OCPP 1.6 4.4, 4.5).

Pure. May import: its siblings, `loader.modules`, `ocppj`, `ticks`. The commands are in
`firmware_commands`.
"""

from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY
from ticks import ticks_add, ticks_diff

# Until the next try, after the flash has failed, or no answer to a report came.
_PAUSE_MS = const(60000)


class FirmwareManagement:
    """Joins ``update`` (an `Update`) and the upload of the logs to the ``charge_point``."""

    def __init__(self, charge_point, update):
        self._charge_point = charge_point
        self._update = update
        self._in_flight = []  # what is being told: "update", "upload"
        self._pause_ms = None  # until then
        self._again_ms = None  # no report until then, as one was not answered
        self._tens = 0  # of per cent of a download that were told
        from firmware.ocpp16.diagnostics import take_up

        charge_point.diagnostics = take_up(charge_point.files, charge_point.log)
        self._drop_when_over()

    def tick(self, now_ms):
        """Move the job on and report the next status of each, one at a time."""
        charge_point, update = self._charge_point, self._update
        clock = charge_point.clock
        evse = charge_point.evse
        busy = evse.in_use or evse.inhibited  # a trial must end before another update begins
        if self._pause_ms is not None and ticks_diff(now_ms, self._pause_ms) >= 0:
            self._pause_ms = None
        update.is_offline = not charge_point.online
        is_early = False  # security events are told before the report
        if self._pause_ms is None:
            try:
                if update.job is not None:
                    now_s = clock.now_s(now_ms) if clock.is_set else None
                    from firmware.ocpp16.update_policy import go_on

                    go_on(update.job, charge_point, busy, now_s)
                    is_early = bool(update.job.events)
                    update.job.hand_on_events(charge_point)
                elif clock.is_set and not (busy or update.offer):
                    look_ms = update.look_ms
                    if update.cause or (look_ms is not None and ticks_diff(now_ms, look_ms) >= 0):
                        from firmware.ocpp16.update_check import look

                        look(charge_point, update, now_ms)
            except (OSError,) + NO_MEMORY as error:
                charge_point.log("update: step not saved: %r" % error)
                self._pause_ms = ticks_add(now_ms, _PAUSE_MS)
        job = update.job
        if job is not None:
            self._tell_progress(job)
        if job is not None and job.reports:
            if not (is_early or job.is_early(charge_point.events)):
                action, payload = job.next_report()
                self._report("update", job, action, payload)
        diagnostics = charge_point.diagnostics
        if diagnostics is not None:
            if diagnostics.reports:
                action, payload = diagnostics.message(diagnostics.next_status())
                self._report("upload", diagnostics, action, payload)
            self._drop_when_over()

    def _tell_progress(self, job):
        """DataTransfer, where the key asks for it: every 10 % of a download."""
        tens = job.progress // 10
        if tens != self._tens and self._charge_point.online:
            self._tens = tens
            if tens and self._charge_point.configuration.flag("UpdateProgress"):
                payload = {"vendorId": "uCharge", "messageId": "UpdateProgress"}
                payload["data"] = str(10 * tens)
                self._charge_point.send("DataTransfer", payload)

    def _report(self, about, source, action, payload):
        number = source.report_number
        if about in self._in_flight or not self._charge_point.online:
            return
        again_ms = self._again_ms
        if again_ms is not None and ticks_diff(self._charge_point.now_ms, again_ms) < 0:
            return
        self._again_ms = None
        self._in_flight.append(about)

        def answered(ok, payload, now_ms):
            self._in_flight.remove(about)
            if not ok and payload in ("NotSent", "Timeout"):
                if payload == "Timeout":
                    self._again_ms = ticks_add(now_ms, _PAUSE_MS)
                return
            try:
                source.status_answered(number)  # a CALLERROR is an answer: never loop on it
            except (OSError, MemoryError) as error:
                # After a reset it is reported once more.
                self._charge_point.log("answered report not saved: %r" % error)

        self._charge_point.send(action, payload, answered)

    def _drop_when_over(self):
        diagnostics = self._charge_point.diagnostics
        if diagnostics is None or diagnostics.is_over:
            self._charge_point.diagnostics = None
            forget("firmware.ocpp16.diagnostics")
