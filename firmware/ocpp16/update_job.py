"""The update job: one durable state machine from the request to the reported outcome.

Loaded while there is one (``update``). Every step is written to ``/state/job.json`` before it is
reported, and a report stays in the file until the central system has answered it: after a reset
it is sent again. What is reported is in `update_statuses`, how it is written in
`update_job_file`. The downloading itself is the edge's (``firmware.updater``), which acts on
``phase`` and tells the result. Pure: time and storage come in.
May import: its siblings, ``ocppj``.
"""

from firmware.ocpp16 import update_job_file
from firmware.ocpp16.update_reports import Reports
from firmware.ocpp16.update_statuses import PLAIN, SIGNED, is_outcome, statuses
from micropython import const
from ocppj import CallError

# Phases.
IDLE = "idle"
SCHEDULED = "scheduled"  # until retrieve_s
WAITING = "waiting"  # for a running transaction to end
DOWNLOADING = "downloading"  # the edge is at work
RETRY = "retry"  # until retry_s after a transport error
READY = "ready"  # whole and checked in the slot; waiting for the time to install it
STAGED = "staged"  # that has come; waiting for transactions
INSTALLING = "installing"  # reported; the edge arms the trial and resets
TRIAL_RUNS = "trial"  # armed; the record tells the outcome
DONE = "done"  # outcome known, reports still to be answered

_OVER = (IDLE, DONE)
CANCELLABLE = _OVER + (SCHEDULED, WAITING, DOWNLOADING, RETRY, READY, STAGED)
PHASES = CANCELLABLE + (INSTALLING, TRIAL_RUNS)
_MOST_BREAKS = 8  # of one download, without a byte of progress between
_MOST_ETAG = const(128)


class UpdateJob(Reports):
    """The one update that ``update`` (an `Update`) is about."""

    def __init__(self, update):
        super().__init__(update)
        self.generation = 0  # changes when a running download is to stop
        self.idle_since_s = None  # no transaction has run since then; None: one runs
        self.progress = 0  # per cent of the file that were downloaded
        self.clear()

    def clear(self):
        """There is no request."""
        self.id = -1
        self.kind = PLAIN
        self.request_id = -1  # of a signed one
        self.location = ""
        self.retrieve_s = 0
        self.install_s = 0
        self.attempts_left = 0
        self.interruptions = 0
        self.retry_interval_s = 0
        self.retry_s = 0
        self.phase = IDLE
        self.reports = []  # not yet answered, oldest first: see `update_statuses.message`
        self.events = []  # security events still to be handed on: [type, techInfo]
        self.last_status = "Idle"
        self.is_announced = False  # one Downloading a job, unless it paused
        self.said = ""  # the last event of waiting that was reported
        self.version = (0, 0, 0)  # of the file,
        self.before = (0, 0, 0)  # and of the image that ran when it was asked for
        self.etag = ""  # of the file that job.head is the head of; "": nothing to go on with
        self.kept = 0  # sectors that an earlier try had left there
        self.side = 0  # which of two files has the credentials
        self.offline = False  # no central system was in reach when it was armed

    def take_up(self):
        """Be what the last run left."""
        update = self._update
        update_job_file.take_up(self, update)
        if self.phase == DOWNLOADING:  # the reset broke it off; that is no failed attempt
            self.phase = WAITING
            self._count_break("resets")
        if self.phase == IDLE:
            update.end()

    def enter(self, phase, event=None, is_fact=False):
        """Go on to ``phase``; ``event``, what happened, is reported on the way. Raises OSError,
        with nothing changed, where it can't be kept; what ``is_fact`` is told all the same.
        """
        before = self.phase, self.reports
        self.phase = phase
        if event:
            found = statuses(event, self.kind)
            if self.kind == SIGNED:
                found = [[status, self.request_id] for status in found]
            self.reports = self.reports + found
        try:
            update_job_file.save(self, self._update)
        except (OSError, MemoryError) as error:
            if not is_fact:
                self.phase, self.reports = before
                raise
            self._update.log("update: step not saved: %r" % error)

    # -- requests -----------------------------------------------------------------------

    def request(
        self, location, retrieve_s, retries, retry_interval_s,
        kind=PLAIN, request_id=-1, install_s=0, credentials=None,
    ):  # fmt: skip
        """A new update; it replaces what can still be cancelled. True where that was one.

        ``retrieve_s``, ``install_s``: Unix times from which it may be downloaded, installed.
        ``credentials``: of a signed one, the file's signature and the signer's certificate
        (DER). Raises CallError InternalError from Installing to confirm.
        """
        if self.phase not in CANCELLABLE:
            raise CallError("InternalError", "an update is being installed")
        update = self._update
        before = dict(self.__dict__)
        is_busy = self.phase not in _OVER
        # Outcomes still to be reported come before the new job's reports. The job that owes them
        # may be two jobs back: a request that was not answered is sent again.
        owed = list(self.reports)
        while owed and not is_outcome(owed[-1]):
            owed.pop()
        if not owed:
            self.report_number += 1
        self.generation += 1
        self.clear()
        self.reports = owed
        self.events = before["events"]
        self.id = update.new_id()
        self.side = before["side"] ^ 1
        self.kind = kind
        self.request_id = request_id
        self.location = location
        self.retrieve_s = retrieve_s
        self.install_s = install_s
        self.attempts_left = 1 + retries
        self.retry_interval_s = retry_interval_s
        self.before = update.version
        try:
            if credentials:
                update_job_file.keep_credentials(self, update.files, credentials)
            self.enter(SCHEDULED)
        except (OSError, MemoryError):
            for name in before:  # what can't be kept must not be promised
                setattr(self, name, before[name])
            raise
        if is_busy:
            update.log("update: replaced by a newer request")
        update.last = None
        return is_busy

    def credentials(self):
        """(signature, certificate) of a signed request; None where they are lost."""
        return update_job_file.credentials(self, self._update.files)

    @property
    def wants_idle(self):
        """True while no new transaction may start."""
        return self.phase in (DOWNLOADING, STAGED, INSTALLING, TRIAL_RUNS)

    @property
    def wants_unavailable(self):
        """True while connectors without a transaction are Unavailable."""
        return self.phase in (STAGED, INSTALLING)

    # -- time ---------------------------------------------------------------------------

    def tick(self, now_s, in_use, may_install=True):
        """Move on where time or a transaction's end allows it.

        ``now_s``: Unix time, None while the clock is not set. ``in_use``: a transaction
        runs or is starting. ``may_install``: nothing but ``install_s`` speaks against it now.
        """
        if now_s is None:
            return
        phase = self.phase
        if in_use:
            self.idle_since_s = None
        elif self.idle_since_s is None or self.idle_since_s > now_s:
            self.idle_since_s = now_s
        if phase == DOWNLOADING:
            if in_use:  # nothing is written beside a charge
                self.pause("a transaction")
        elif phase == SCHEDULED:
            if in_use or now_s < self.retrieve_s:
                self._say("scheduled")
            else:
                self.enter(WAITING)
        elif phase == READY or phase == STAGED:
            if now_s < self.install_s or not may_install:
                if phase == STAGED:
                    self.enter(READY)
                self._say("later")
            elif phase == READY:
                self.enter(STAGED)
            elif in_use:
                self._say("later")
            else:
                self.enter(INSTALLING, "installing")
        elif in_use:
            return
        elif phase == RETRY:
            # The clock may have been set back since.
            self.retry_s = min(self.retry_s, now_s + self.retry_interval_s)
            if now_s >= self.retry_s:
                self.enter(WAITING)
        elif phase == WAITING:
            event = None if self.is_announced else "downloading"
            self.is_announced = True
            self.enter(DOWNLOADING, event)

    def _say(self, event):
        """Report that it waits, once."""
        if self.said != event and statuses(event, self.kind):
            self.said = event
            self.enter(self.phase, event)

    def idle_s(self, now_s):
        """Seconds without a transaction, as far as is known."""
        return 0 if self.idle_since_s is None else now_s - self.idle_since_s

    # -- from the edge ------------------------------------------------------------------

    def pause(self, reason):
        """The download can't go on now; later it does, from where it is."""
        self._update.log("update: paused by " + reason)
        self.generation += 1
        self.phase = WAITING
        if not self._count_break("interruptions"):
            self.is_announced = self.kind != SIGNED
            self.enter(WAITING, "paused", True)

    def _count_break(self, what):
        self.interruptions += 1
        if self.interruptions <= _MOST_BREAKS:
            return False
        self.end("download_failed", "broken off by too many " + what)
        return True

    def begun(self, etag):
        """The head of a file is kept; with its sectors in the slot a later try can go on.

        ``etag``: of that file, "" where it can't.
        """
        self.etag = etag if len(etag) <= _MOST_ETAG else ""
        self.kept = 0
        update_job_file.save(self, self._update)

    def goes_on(self, sectors):
        """A later try found ``sectors`` of the image in the slot."""
        if sectors > self.kept:
            self.kept = sectors
            self.interruptions = 0

    def transport_failed(self, reason, now_s):
        """The download broke (host, 404, TLS, scheme, truncated). Retried while allowed."""
        self._update.log("update: download failed: %s" % reason)
        self.attempts_left -= 1
        if self.attempts_left > 0:
            self.retry_s = now_s + self.retry_interval_s
            self.enter(RETRY, None, True)
        else:
            self.end("download_failed", reason)

    def content_refused(self, reason):
        """The file arrived, or enough of it to tell that it must not be installed."""
        self._update.log("update: refused: %s" % reason)
        self.end("content_refused", reason)

    def signature_refused(self, reason, event="InvalidFirmwareSignature"):
        """Nobody whom this board trusts has signed what arrived."""
        self._update.log("update: refused: %s" % reason)
        self.events.append([event, reason[:255]])
        self.end("signature_refused", reason)

    def staged(self, version):
        """The image of ``version`` is whole in the slot, checked and published."""
        self._update.log("update: %d.%d.%d is staged" % version)
        self.version = version
        self.etag = ""
        self.enter(READY, "staged", True)

    def armed(self):
        """The trial's record is about to be written; the reset follows."""
        self.offline = self._update.is_offline
        self.enter(TRIAL_RUNS)

    def install_failed(self, reason):
        """The staged image can't be armed after all, or was taken back."""
        self._update.log("update: installation failed: %s" % reason)
        self.end("corrupt" if reason == "corrupt" else "install_failed", reason)

    def end(self, event, reason):
        """The outcome is known: it is for the history, and to be reported."""
        kinds = ("", "request", "signed request %d" % self.request_id, "own check")
        who = kinds[self.kind]
        self._note_refused(event)
        words = (who,) + self.before + self.version + (event, reason)
        self._update.lasting("update: %s, %d.%d.%d -> %d.%d.%d: %s, %s" % words)
        self.etag = ""
        self.enter(DONE, event, True)
