"""What an update job still has to tell: reports until they are answered, security events.

Loaded while there is an update. May import: its siblings, ``loader.modules``.
"""

from firmware.ocpp16 import update_job_file
from firmware.ocpp16.update_statuses import OWN, message, plain
from loader.modules import forget


class Reports:
    """The part of an UpdateJob that tells; see there for its fields."""

    kind: int
    phase: str
    reports: list
    events: list
    last_status: str

    def __init__(self, update):
        self._update = update
        self.report_number = 0  # of the report that is next: an answer names it

    def clear(self):
        """There is no request."""

    def next_status(self):
        """The status to report now, or None."""
        return message(self.reports[0])[1]["status"] if self.reports else None

    def next_report(self):
        """(action, payload) of the report that is due, or None."""
        return message(self.reports[0]) if self.reports else None

    def is_early(self, events):
        """Whether a security event that comes before the next report was not sent yet.

        ``events``: the SecurityEvents that wait, None where there are none.
        """
        if self.events:
            return True
        if events is None or self.next_status() != "Installed":
            return False
        return events.is_due("FirmwareUpdated")

    def status_answered(self, number):
        """The central system has answered report ``number`` (`report_number`), well or not."""
        if self.reports and number == self.report_number:
            self.report_number += 1
            report = self.reports.pop(0)
            self.last_status = plain(report)
            self._note_last(report)
            self._save_or_end()

    def hand_on_events(self, charge_point):
        """Have ``events`` told as security events. Raises OSError, MemoryError."""
        tell = getattr(charge_point, "security_event", None)
        while self.events:
            kind, info = self.events[0]
            if tell and tell(kind, info) is False:
                raise MemoryError("an event")
            self.event_told()

    def event_told(self):
        """The oldest of ``events`` was handed on."""
        self.events.pop(0)
        self._save_or_end()

    def _note_last(self, report):
        if not isinstance(report, str):
            self._update.last = None if report[0] == "Installed" else report

    def _note_refused(self, event):
        """``event`` ends the job. What a check of the charger's own has found is not asked for
        again where it was no good."""
        if self.kind == OWN and event not in ("installed", "download_failed"):
            from firmware.ocpp16.update_check import refuse

            refuse(self._update.files)
            forget("firmware.ocpp16.update_check")

    def _save_or_end(self):
        if self.phase == "done" and not self.reports and not self.events:
            self.clear()
            update_job_file.remove(self, self._update)
            self._update.end()
        else:
            update_job_file.save(self, self._update)

    @property
    def trigger_status(self):
        """What TriggerMessage(FirmwareStatusNotification) is answered with."""
        return plain(self.reports[-1]) if self.reports else self.last_status

    def signed_last(self):
        """[status, requestId] that was reported last, or is to be; None where that is none, or
        Installed: after it there is nothing to tell."""
        report = self.reports[-1] if self.reports else None
        if report is None or isinstance(report, str):
            return self._update.last
        return None if report[0] == "Installed" else report
