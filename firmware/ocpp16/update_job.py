"""The update job: one durable state machine from the request to the reported outcome.

Every step is written to ``/state/job.json`` before it is reported, and a report stays in
the file until the central system has answered it: after a reset it is sent again. The
downloading itself is the edge's (``firmware.updater``), which acts on ``phase`` and tells
the result. Pure: time and storage come in. How it is written is in `update_job_file`, loaded
while there is a job: 25 to 110 ms on a Pico W.
May import: its siblings, ``ocppj``, ``loader.modules``, ``loader.record``.
"""

from loader.modules import forget
from loader.record import CONFIRMED, REJECTED, TRIAL
from micropython import const
from ocppj import CallError

PATH = "/state/job.json"
KIND_PLAIN = 1
_FILE_MODULE = const("firmware.ocpp16.update_job_file")

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
PHASES = _CANCELLABLE + (INSTALLING, TRIAL_RUNS)

# Ends of a job: the statuses still to report (OCPP 1.6 section 4.5).
_CONTENT_REFUSED = ("Downloaded", "Installing", "InstallationFailed")
_OUTCOMES = ("Installed", "InstallationFailed", "DownloadFailed")
STATUSES = ("Downloading", "DownloadFailed", "Installed") + _CONTENT_REFUSED


class UpdateJob:
    """The one update this charger is about. ``files`` is a ``loader.files.Files``."""

    def __init__(self, files, log, new_id):
        """Takes up the job on ``files``. ``new_id()`` gives a random int below 2^31."""
        self._files = files
        self._log = log
        self._new_id = new_id
        self.generation = 0  # changes when a running download is to stop
        self.report_number = 0  # of the report that is next: an answer names it
        self.clear()
        from firmware.ocpp16.update_job_file import take_up

        take_up(self, files, log)
        self._forget_file()

    def clear(self):
        """There is no job."""
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
        self.is_announced = False  # one Downloading a job, however many attempts it takes
        self.version = (0, 0, 0)

    def enter(self, phase, *statuses):
        """Go on to ``phase``, with ``statuses`` to report on the way.

        Raises OSError, with nothing changed, where it can't be kept.
        """
        before = self.phase, list(self.reports)
        self.phase = phase
        self.reports.extend(statuses)
        try:
            self._save()
        except OSError:
            self.phase, self.reports = before
            raise

    def _save(self):
        if self.phase == IDLE:
            self._files.remove(PATH)
            self._forget_file()
            return
        from firmware.ocpp16.update_job_file import save

        save(self, self._files)

    def _forget_file(self):
        if self.phase == IDLE:
            forget(_FILE_MODULE)

    # -- from the central system --------------------------------------------------------

    def request(self, location, retrieve_s, retries, retry_interval_s):
        """UpdateFirmware.req. A newer one replaces what can still be cancelled.

        ``retrieve_s``: Unix time from which the download may start. Raises CallError
        InternalError from Installing to confirm.
        """
        if self.phase not in _CANCELLABLE:
            raise CallError("InternalError", "an update is being installed")
        before = dict(self.__dict__)
        # Outcomes still to be reported come before the new job's reports. The job that owes them
        # may be two jobs back: a request that was not answered is sent again.
        owed = list(self.reports)
        while owed and owed[-1] not in _OUTCOMES:
            owed.pop()
        if not owed:
            self.report_number += 1
        self.generation += 1
        self.clear()
        self.reports = owed
        self.id = self._new_id()
        self.location = location
        self.retrieve_s = retrieve_s
        self.attempts_left = 1 + retries
        self.retry_interval_s = retry_interval_s
        try:
            self.enter(SCHEDULED)
        except OSError:
            for name in before:  # what can't be kept must not be promised
                setattr(self, name, before[name])
            raise
        if before["phase"] not in (IDLE, DONE):
            self._log("update: replaced by a newer request")

    def next_status(self):
        """The FirmwareStatus to report now, or None."""
        return self.reports[0] if self.reports else None

    def status_answered(self, number):
        """The central system has answered report ``number`` (`report_number`), well or not."""
        if self.reports and number == self.report_number:
            self.report_number += 1
            self.last_status = self.reports.pop(0)
            if self.phase == DONE and not self.reports:
                self.clear()
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
            self.enter(WAITING)
        elif self.phase == RETRY:
            # The clock may have been set back since.
            self.retry_s = min(self.retry_s, now_s + self.retry_interval_s)
            if now_s >= self.retry_s:
                self.enter(WAITING)
        elif self.phase == WAITING:
            statuses = () if self.is_announced else ("Downloading",)
            self.is_announced = True
            self.enter(DOWNLOADING, *statuses)
        elif self.phase == STAGED:
            self.enter(INSTALLING, "Installing")

    # -- from the edge ------------------------------------------------------------------

    def transport_failed(self, reason, now_s):
        """The download broke (host, 404, TLS, scheme, truncated). Retried while allowed."""
        self._log("update: download failed: %s" % reason)
        self.attempts_left -= 1
        if self.attempts_left > 0:
            self.retry_s = now_s + self.retry_interval_s
            self.enter(RETRY)
        else:
            self.enter(DONE, "DownloadFailed")

    def content_refused(self, reason):
        """The file arrived, or enough of it to tell that it must not be installed."""
        self._log("update: refused: %s" % reason)
        self.enter(DONE, *_CONTENT_REFUSED)

    def staged(self, version):
        """The image of ``version`` is whole in the slot, checked and published."""
        self._log("update: %d.%d.%d is staged" % version)
        self.version = version
        self.enter(STAGED, "Downloaded")

    def armed(self):
        """The trial's record is about to be written; the reset follows."""
        self.enter(TRIAL_RUNS)

    def install_failed(self, reason):
        """The staged image can't be armed after all."""
        self._log("update: installation failed: %s" % reason)
        self.enter(DONE, "InstallationFailed")

    def settle(self, record, staged_slot):
        """After a boot or a confirm: learn from the boot ``record`` what became of the job.

        ``staged_slot``: the slot that is not home. A cut between "armed" and the record
        leaves the image staged: it is armed again, or failed when it is no longer whole.
        """
        if self.phase not in (STAGED, INSTALLING, TRIAL_RUNS):
            return
        mine = record.request_kind == KIND_PLAIN and record.request_id == self.id
        if mine and record.state == CONFIRMED and record.reason == "confirm":
            self.enter(DONE, "Installed")
        elif mine and record.state in (CONFIRMED, REJECTED):
            self.install_failed(record.reason)
        elif mine and record.state == TRIAL:
            if self.phase != TRIAL_RUNS:
                self.enter(TRIAL_RUNS)
        elif not staged_slot.verifies():
            self.install_failed("corrupt")
        elif self.phase == TRIAL_RUNS:
            self.enter(INSTALLING)
