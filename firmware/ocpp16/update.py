"""The update there is, or none: all of updating that stays loaded.

The job itself (``update_job``) is loaded while there is one, and dropped after its last report
was answered. Pure. May import: its siblings, ``loader.modules``.
"""

from loader.modules import forget
from micropython import const

PATH = const("/state/job.json")
# What a job needs, in the order in which it is dropped.
_JOB_MODULES = const(
    (
        "firmware.ocpp16.update_job",
        "firmware.ocpp16.update_job_file",
        "firmware.ocpp16.update_policy",
        "firmware.ocpp16.update_reports",
        "firmware.ocpp16.update_statuses",
    )
)


class Update:
    """``job``: the UpdateJob, None while there is none.

    ``files``: a `Files`. ``log(text)``; ``lasting(text)`` logs for the history of the versions.
    ``new_id()`` gives a random int below 2^31. ``offer``: the request of a signed update whose
    certificate is still to be judged, a dict, or None. ``last``: (status, requestId) of a signed
    update that failed, for ExtendedTriggerMessage. ``version``: of the image that runs.

    For `update_check`: ``cause`` to look at once whether a check is due: an errorCode, "change"
    of a key, or what the start has to tell (``firmware.outcome.fell``); ``look_ms``, when to look
    without one (None: never); ``watched``: errorCodes that are a cause. ``check``: the index to be
    read now, a dict, or None.
    """

    cause: "str | tuple | None"
    look_ms = cause = check = None
    watched = ()

    def __init__(self, files, log, lasting, new_id, version=(0, 0, 0)):
        self.files = files
        self.log = log
        self.lasting = lasting
        self.new_id = new_id
        self.version = version
        self.job = None
        self.offer = None
        self.last = None
        self.has_roots = _none  # whether a ManufacturerRootCertificate is installed
        self.is_offline = False  # no central system in reach now
        if files.size(PATH) is not None:
            self.begin().take_up()

    def begin(self):
        """The job, a new one where there was none."""
        if self.job is None:
            from firmware.ocpp16.update_job import UpdateJob

            self.job = UpdateJob(self)
        return self.job

    def request(self, *ask, **more):
        """See `UpdateJob.request`."""
        job = self.begin()
        try:
            return job.request(*ask, **more)
        finally:
            if job.phase == "idle":  # it could not be kept
                self.end()

    def end(self):
        """There is no job any more."""
        self.job = None
        forget(*_JOB_MODULES)

    @property
    def wants_idle(self):
        """True while no new transaction may start."""
        return self.job is not None and self.job.wants_idle

    @property
    def wants_unavailable(self):
        """True while connectors without a transaction are Unavailable."""
        return self.job is not None and self.job.wants_unavailable

    @property
    def trigger_status(self):
        """What TriggerMessage(FirmwareStatusNotification) is answered with."""
        return "Idle" if self.job is None else self.job.trigger_status

    def signed_status(self):
        """The payload of a SignedFirmwareStatusNotification that a trigger asked for."""
        last = self.last if self.job is None else self.job.signed_last()
        return {"status": last[0], "requestId": last[1]} if last else {"status": "Idle"}

    def settle(self, record, staged_slot):
        """After a boot or a confirm: see `update_settle`."""
        if self.job is not None:
            from firmware.ocpp16.update_settle import settle

            settle(self.job, record, staged_slot)
            forget("firmware.ocpp16.update_settle")


def _none():
    return False
