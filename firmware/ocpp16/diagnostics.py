"""GetDiagnostics, GetLog: one upload of the logs, its attempts and reports (OCPP 1.6 4.4, 5.9).

Pure. May import: `json`. Loaded while there is one. The uploading itself is the edge's
(``firmware.upload``). It is kept on flash: a reset breaks an attempt off, which counts, and not
what was asked for or is still to be reported.
"""

import json

from micropython import const

PATH = "/state/diagnostics.json"
MAX_FILE = const(4096)
_SCHEMA = const(1)

_STATUSES = (
    "Uploading", "Uploaded", "UploadFailed", "BadMessage", "NotSupportedOperation",
    "PermissionDenied",
)  # fmt: skip

# Phases.
WAITING = const(0)  # until retry_s
UPLOADING = const(1)
DONE = const(2)  # reports are still to be answered
_PHASES = (WAITING, UPLOADING, DONE)


def take_up(files, log):
    """The Diagnostics that the last run left on ``files``, or None."""
    data = files.read(PATH, MAX_FILE)
    try:
        state = json.loads(data) if data else None
        if state is None or state["schema"] != _SCHEMA:
            return None
        found = Diagnostics(files, log)
        found.take(state)
    except (ValueError, KeyError, TypeError) as error:
        log("diagnostics: file unreadable, dropped: %r" % error)
        return None
    if found.phase == UPLOADING:
        found.failed("broken off by a reset")
    return found


class Diagnostics:
    """``location``, ``fileName``, ``start_s`` and ``stop_s`` (Unix time or None), ``reports``.

    ``requestId``: GetLog's, None of a GetDiagnostics. ``what``: "-security" for that log.
    """

    def __init__(self, files, log):
        self._files = files
        self._log = log
        self.generation = 0  # changes when a running upload is to stop
        self.report_number = 0  # of the report that is next: an answer names it
        self.phase = DONE
        self.reports = []

    def request(self, state):
        """GetDiagnostics.req; ``state``: what `take` needs. A newer one replaces an older.

        Raises OSError, with all as before, where it can't be kept.
        """
        before = self._stored() if self.phase != DONE or self.reports else None
        if before is None or before["requestId"] == state["requestId"]:
            state["reports"] = self.reports  # the older one's are owed
            state["is_announced"] = self.reports[-1:] == ["Uploading"]
        else:
            self.report_number += 1  # an answer that is still to come is to one of the older's
        self.take(state)
        try:
            self._write()
        except OSError:
            if before:
                self.take(before)
            raise
        self.generation += 1

    def take(self, state):
        """Be what ``state`` says. Raises KeyError, TypeError, ValueError."""
        self.location = state["location"] + ""
        self.fileName = state["fileName"] + ""
        self.start_s, self.stop_s = [
            None if state[name] is None else state[name] + 0 for name in ("start_s", "stop_s")
        ]
        requestId = state.get("requestId")
        self.requestId = None if requestId is None else requestId + 0
        self.what = state.get("what", "") + ""
        self.attempts_left = state["attempts_left"] + 0
        self.retry_interval_s = state["retry_interval_s"] + 0
        self.retry_s = state.get("retry_s", 0) + 0
        self.phase = _PHASES[_PHASES.index(state.get("phase", WAITING))]
        self.is_announced = state.get("is_announced", False)
        self.reports = [_STATUSES[_STATUSES.index(name)] for name in state.get("reports", ())]

    def _stored(self):
        state = {"schema": _SCHEMA}
        for name in (
            "location", "fileName", "start_s", "stop_s", "attempts_left", "retry_interval_s",
            "retry_s", "phase", "is_announced", "reports", "requestId", "what",
        ):  # fmt: skip
            state[name] = getattr(self, name)
        return state

    def _write(self):
        self._files.write(PATH, json.dumps(self._stored()).encode())

    def _enter(self, phase):
        self.phase = phase
        try:
            if self.is_over:
                self._files.remove(PATH)
            else:
                self._write()
        except OSError as error:
            self._log("diagnostics: not saved: %r" % error)  # it goes on, up to a reset

    # -- for the edge -------------------------------------------------------------------

    def is_due(self, now_s):
        """Whether an attempt is to begin. ``now_s``: Unix time."""
        if self.phase != WAITING:
            return False
        # The clock may have been set back since.
        self.retry_s = min(self.retry_s, now_s + self.retry_interval_s)
        return now_s >= self.retry_s

    def begin(self):
        """An attempt begins: counted before it is made."""
        self.attempts_left -= 1
        if not self.is_announced:
            self.is_announced = True
            self.reports.append("Uploading")
        self._enter(UPLOADING)

    def url(self):
        """Where the file goes: ``location`` names a folder."""
        folder, mark, query = self.location.partition("?")
        return folder.rstrip("/") + "/" + self.fileName + mark + query

    def uploaded(self):
        """The server has taken the file."""
        self._log("diagnostics: uploaded " + self.fileName)
        self.reports.append("Uploaded")
        self._enter(DONE)

    def failed(self, reason, now_s=0, is_final=False, status="UploadFailed"):
        """The attempt failed. ``is_final``: another one could not do better; ``status``: what a
        GetLog is told if there is none."""
        self._log("diagnostics: upload failed: " + reason)
        if self.attempts_left > 0 and not is_final:
            self.retry_s = now_s + self.retry_interval_s
            self._enter(WAITING)
        else:
            self.reports.append(status)
            self._enter(DONE)

    # -- reports ------------------------------------------------------------------------

    def next_status(self):
        """The DiagnosticsStatus to report now, or None."""
        return self.reports[0] if self.reports else None

    def message(self, status):
        """(action, payload) that tells ``status``."""
        if self.requestId is None:
            if status not in ("Idle", "Uploading", "Uploaded"):
                status = "UploadFailed"
            return "DiagnosticsStatusNotification", {"status": status}
        payload = {"status": "UploadFailure" if status == "UploadFailed" else status}
        if status != "Idle":
            payload["requestId"] = self.requestId
        return "LogStatusNotification", payload

    def status_answered(self, number):
        """The central system has answered report ``number`` (`report_number`), well or not."""
        if self.reports and number == self.report_number:
            self.report_number += 1
            self.reports.pop(0)
            self._enter(self.phase)

    @property
    def is_over(self):
        """Whether nothing is left to do or to say."""
        return self.phase == DONE and not self.reports

    @property
    def trigger_status(self):
        """What TriggerMessage(DiagnosticsStatusNotification) is answered with."""
        return "Uploading" if self.is_announced and self.phase != DONE else "Idle"
