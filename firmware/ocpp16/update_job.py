"""The update job: one durable state machine from the request to the reported outcome.

Every step is written to ``/state/job.json`` before it is reported, and a report stays in
the file until the central system has answered it: after a reset it is sent again. The
downloading itself is the edge's (``firmware.updater``), which acts on ``phase`` and tells
the result. Pure: time and storage come in. May import: ``ocppj``, ``loader.record``.
"""

import json

from loader.record import CONFIRMED, REJECTED, TRIAL
from micropython import const
from ocppj import CallError

PATH = "/state/job.json"
SCHEMA = 1
KIND_PLAIN = 1
_MAX_FILE = const(4096)

# Phases.
IDLE = "idle"
SCHEDULED = "scheduled"  # until retrieve_s
WAITING = "waiting"  # for a running transaction to end
DOWNLOADING = "downloading"  # the edge is at work
RETRY = "retry"  # until retry_s after a transport error
STAGED = "staged"  # whole and checked in the slot; waiting for transactions
INSTALLING = "installing"  # reported; the edge arms the trial and resets
TRIAL_RUNS = "trial"  # armed; the record tells the outcome
DONE = "done"  # outcome known, reports still to be answered

_CANCELLABLE = (IDLE, SCHEDULED, WAITING, DOWNLOADING, RETRY, STAGED, DONE)
_PHASES = _CANCELLABLE + (INSTALLING, TRIAL_RUNS)
_MAX_INTERRUPTIONS = const(8)  # resets within one job's downloads

# Ends of a job: the statuses still to report, facts/ocpp16.md section 7.
_CONTENT_REFUSED = ("Downloaded", "Installing", "InstallationFailed")


class UpdateJob:
    """The one update this charger is about. ``files`` is a ``loader.files.Files``."""

    def __init__(self, files, log, new_id):
        """Takes up the job on ``files``. ``new_id()`` gives a random int below 2^31."""
        self._files = files
        self._log = log
        self._new_id = new_id
        self.generation = 0  # changes when a running download is to stop
        self._clear()
        self._load()

    def _clear(self):
        self.id = -1
        self.location = ""
        self.retrieve_s = 0
        self.attempts_left = 0
        self.interruptions = 0
        self.retry_interval_s = 0
        self.retry_s = 0
        self.phase = IDLE
        self.reports = []  # statuses not yet answered, oldest first
        self.last_status = "Idle"
        self.version = (0, 0, 0)

    # -- durability ---------------------------------------------------------------------

    _STORED = (
        ("id", int),
        ("location", str),
        ("retrieve_s", int),
        ("attempts_left", int),
        ("interruptions", int),
        ("retry_interval_s", int),
        ("retry_s", int),
        ("phase", str),
        ("reports", list),
        ("last_status", str),
        ("version", list),
    )

    def _load(self):
        data = self._files.read(PATH, _MAX_FILE)
        if data is None:
            return
        try:
            stored = json.loads(data)
            values = [stored[name] for name, _ in self._STORED]
        except (ValueError, KeyError, TypeError) as error:
            self._log("update: job file unreadable, dropped: %r" % error)
            return
        for (name, kind), value in zip(self._STORED, values):
            if not isinstance(value, kind):
                self._log("update: job file malformed, dropped: " + name)
                self._clear()
                return
            setattr(self, name, value)
        if self.phase not in _PHASES:
            self._log("update: job file of an unknown phase, dropped")
            self._clear()
        self.version = tuple(self.version)
        if self.phase == DOWNLOADING:  # the reset broke it off; that is no failed attempt
            self.phase = WAITING
            self.interruptions += 1
            if self.interruptions > _MAX_INTERRUPTIONS:
                self._log("update: download failed: broken off by too many resets")
                self._enter(DONE, "DownloadFailed")

    def _save(self):
        if self.phase == IDLE:
            self._files.remove(PATH)
            return
        stored = {name: getattr(self, name) for name, _ in self._STORED}
        stored["version"] = list(self.version)
        stored["schema"] = SCHEMA
        self._files.write(PATH, json.dumps(stored).encode())

    def _enter(self, phase, *statuses):
        self.phase = phase
        self.reports.extend(statuses)
        self._save()

    # -- from the central system --------------------------------------------------------

    def request(self, location, retrieve_s, retries, retry_interval_s):
        """UpdateFirmware.req. A newer one replaces what can still be cancelled.

        ``retrieve_s``: Unix time from which the download may start. Raises CallError
        InternalError from Installing to confirm.
        """
        if self.phase not in _CANCELLABLE:
            raise CallError("InternalError", "an update is being installed")
        if self.phase not in (IDLE, DONE):
            self._log("update: replaced by a newer request")
        self.generation += 1
        self._clear()
        self.id = self._new_id()
        self.location = location
        self.retrieve_s = retrieve_s
        self.attempts_left = 1 + retries
        self.retry_interval_s = retry_interval_s
        self._enter(SCHEDULED)
        self._log("update: requested from " + location)

    def next_status(self):
        """The FirmwareStatus to report now, or None."""
        return self.reports[0] if self.reports else None

    def status_answered(self, status):
        """The central system has answered the report of ``status``, well or not."""
        if self.reports and self.reports[0] == status:
            self.last_status = self.reports.pop(0)
            if self.phase == DONE and not self.reports:
                self._clear()
            self._save()

    @property
    def trigger_status(self):
        """What TriggerMessage(FirmwareStatusNotification) is answered with."""
        return self.reports[-1] if self.reports else self.last_status

    @property
    def wants_idle(self):
        """True while no new transaction may start."""
        return self.phase in (DOWNLOADING, STAGED, INSTALLING, TRIAL_RUNS)

    @property
    def wants_unavailable(self):
        """True while connectors without a transaction are Unavailable."""
        return self.phase in (STAGED, INSTALLING)

    # -- time ---------------------------------------------------------------------------

    def tick(self, now_s, in_use):
        """Move on where time or a transaction's end allows it.

        ``now_s``: Unix time, None while the clock is not set. ``in_use``: a transaction
        runs or is starting.
        """
        if now_s is None or in_use:
            return
        if self.phase == SCHEDULED and now_s >= self.retrieve_s:
            self._enter(WAITING)
        elif self.phase == RETRY and now_s >= self.retry_s:
            self._enter(WAITING)
        elif self.phase == WAITING:
            # One Downloading a job, however many attempts it takes.
            fresh = self.last_status == "Idle" and not self.reports
            self._enter(DOWNLOADING, *(("Downloading",) if fresh else ()))
        elif self.phase == STAGED:
            self._enter(INSTALLING, "Installing")

    # -- from the edge ------------------------------------------------------------------

    def transport_failed(self, reason, now_s):
        """The download broke (host, 404, TLS, scheme, truncated). Retried while allowed."""
        self._log("update: download failed: %s" % reason)
        self.attempts_left -= 1
        if self.attempts_left > 0:
            self.retry_s = now_s + self.retry_interval_s
            self._enter(RETRY)
        else:
            self._enter(DONE, "DownloadFailed")

    def content_refused(self, reason):
        """The file arrived, or enough of it to tell that it must not be installed."""
        self._log("update: refused: %s" % reason)
        self._enter(DONE, *_CONTENT_REFUSED)

    def staged(self, version):
        """The image of ``version`` is whole in the slot, checked and published."""
        self._log("update: %d.%d.%d is staged" % version)
        self.version = version
        self._enter(STAGED, "Downloaded")

    def armed(self):
        """The trial's record is about to be written; the reset follows."""
        self._enter(TRIAL_RUNS)

    def install_failed(self, reason):
        """The staged image can't be armed after all."""
        self._log("update: installation failed: %s" % reason)
        self._enter(DONE, "InstallationFailed")

    def settle(self, record, staged_slot):
        """After a boot or a confirm: learn from the boot ``record`` what became of the job.

        ``staged_slot``: the slot that is not home. A cut between "armed" and the record
        leaves the image staged: it is armed again, or failed when it is no longer whole.
        """
        if self.phase not in (STAGED, INSTALLING, TRIAL_RUNS):
            return
        mine = record.request_kind == KIND_PLAIN and record.request_id == self.id
        if mine and record.state == CONFIRMED and record.reason == "confirm":
            self._enter(DONE, "Installed")
        elif mine and record.state in (CONFIRMED, REJECTED):
            self.install_failed(record.reason)
        elif mine and record.state == TRIAL:
            if self.phase != TRIAL_RUNS:
                self._enter(TRIAL_RUNS)
        elif not staged_slot.verifies():
            self.install_failed("corrupt")
        elif self.phase == TRIAL_RUNS:
            self._enter(INSTALLING)
