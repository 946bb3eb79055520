"""The update job without its edge: asked, driven from phase to phase, found again by a reset."""

import unittest

import samples
from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update import Update
from firmware.ocpp16.update_job import UpdateJob
from loader.record import Record

NOW_S = 1770000000


class Slot:
    """The slot that is not home."""

    def __init__(self, whole=True):
        self.whole = whole

    def verifies(self):
        return self.whole


class UpdateJobCase(unittest.TestCase):
    """``job`` on ``files``; ``log`` is what it says."""

    def setUp(self):
        self.files = samples.folder()
        self.log = []
        self.ids = iter(range(100, 200))
        self.lasting = []
        self.events = []
        self.load()

    def load(self):
        """As a fresh boot finds it; the job."""
        self.update = Update(
            self.files, self.log.append, self.lasting.append, lambda: next(self.ids), (1, 0, 0)
        )
        return self.job

    @property
    def job(self):
        """The job; one that is over where there is none."""
        return self.update.job or UpdateJob(self.update)

    def ask(self, retries=0, interval_s=30, retrieve_s=NOW_S):
        self.update.request("https://host/x", retrieve_s, retries, interval_s)

    def to(self, phase):
        """Drive the job to ``phase`` by the ordinary way, every report answered."""
        self.ask()
        for _ in range(10):
            self.drain()
            if self.job.phase == phase:
                return
            if self.job.phase == jobs.DOWNLOADING:
                self.job.staged((1, 1, 0))
            elif self.job.phase == jobs.INSTALLING:
                self.job.armed()
            else:
                self.job.tick(NOW_S, False)
        self.fail("never reached " + phase)

    def drain(self):
        """Answer every report; what was reported."""
        seen = []
        while self.job.next_status():
            seen.append(self.job.next_status())
            self.job.status_answered(self.job.report_number)
        while self.job.events:
            self.events.append(self.job.events[0])
            self.job.event_told()
        return seen

    def record(self, state, reason="install", request_id=None):
        record = Record(state, "b", "a", reason)
        record.request_kind = jobs.PLAIN
        record.request_id = self.job.id if request_id is None else request_id
        return record
