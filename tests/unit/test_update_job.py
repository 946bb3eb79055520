"""The update job: each way through it and what is reported."""

import unittest

from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update import PATH
from loader.record import CONFIRMED
from ocppj import CallError
from update_job_case import NOW_S, Slot, UpdateJobCase


class TestUpdateJob(UpdateJobCase):
    def test_waits_for_the_retrieve_date_and_a_set_clock(self):
        self.ask(retrieve_s=NOW_S + 10)
        for now_s in (None, NOW_S, NOW_S + 9):
            self.job.tick(now_s, False)
            self.assertEqual(self.job.phase, jobs.SCHEDULED)
        self.job.tick(NOW_S + 10, False)
        self.assertEqual(self.job.phase, jobs.WAITING)
        self.assertIsNone(self.job.next_status())

    def test_waits_for_a_running_transaction(self):
        self.ask()
        for _ in range(5):
            self.job.tick(NOW_S, True)
        self.assertEqual(self.job.phase, jobs.SCHEDULED)
        self.assertFalse(self.job.wants_idle, "an ordinary charger until it downloads")
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.assertEqual(self.job.phase, jobs.DOWNLOADING)
        self.assertTrue(self.job.wants_idle)

    def test_a_staged_image_waits_for_a_transaction_too(self):
        self.to(jobs.STAGED)
        self.assertTrue(self.job.wants_unavailable)
        self.job.tick(NOW_S, True)
        self.assertEqual(self.job.phase, jobs.STAGED)

    def test_success_is_reported_step_by_step(self):
        self.ask()
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.assertEqual(self.drain(), ["Downloading"])
        self.job.staged((1, 1, 0))
        self.assertEqual(self.drain(), ["Downloaded"])
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.assertEqual(self.drain(), ["Installing"])
        self.job.armed()
        self.assertEqual(self.drain(), [])
        self.update.settle(self.record(CONFIRMED, "confirm"), Slot())
        self.assertEqual(self.drain(), ["Installed"])
        self.assertEqual(self.job.phase, jobs.IDLE)
        self.assertIsNone(self.files.size(PATH), "nothing stays behind")
        self.assertEqual(self.job.trigger_status, "Idle")

    def test_transport_failures_are_retried_after_the_interval(self):
        self.ask(retries=2)
        reported = []
        for attempt in range(3):
            self.job.tick(NOW_S + 30 * attempt, False)
            self.job.tick(NOW_S + 30 * attempt, False)
            self.assertEqual(self.job.phase, jobs.DOWNLOADING, attempt)
            reported += self.drain()
            self.job.transport_failed("no route", NOW_S + 30 * attempt)
            self.job.tick(NOW_S + 30 * attempt + 29, False)
            self.assertNotEqual(self.job.phase, jobs.DOWNLOADING)
        reported += self.drain()
        self.assertEqual(reported, ["Downloading", "DownloadFailed"])
        self.assertEqual(self.job.phase, jobs.IDLE)

    def test_retries_0_is_one_attempt(self):
        self.to(jobs.DOWNLOADING)
        self.job.transport_failed("404", NOW_S)
        self.assertEqual(self.drain(), ["DownloadFailed"])

    def test_refused_content_is_never_retried(self):
        self.ask(retries=5)
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.job.content_refused("wrong board")
        self.assertEqual(
            self.drain(), ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
        )
        self.assertFalse(self.job.wants_unavailable or self.job.wants_idle)

    def test_a_newer_request_replaces_one_that_can_be_cancelled(self):
        for phase in (jobs.SCHEDULED, jobs.WAITING, jobs.DOWNLOADING, jobs.STAGED):
            self.to(phase)
            generation, first = self.job.generation, self.job.id
            self.update.request("https://host/newer", NOW_S, 0, 0)
            self.assertNotEqual(self.job.generation, generation, phase)
            self.assertNotEqual(self.job.id, first)
            self.assertEqual((self.job.phase, self.job.reports), (jobs.SCHEDULED, []))
            self.assertEqual(self.job.location, "https://host/newer")

    def test_from_installing_to_confirm_a_request_is_refused(self):
        for phase in (jobs.INSTALLING, jobs.TRIAL_RUNS):
            self.setUp()
            self.to(phase)
            with self.assertRaises(CallError) as caught:
                self.ask()
            self.assertEqual(caught.exception.code, "InternalError")
            self.assertEqual(self.job.phase, phase)

    def test_the_order_of_steps_ends_in_the_trigger_status(self):
        self.assertEqual(self.job.trigger_status, "Idle")
        self.to(jobs.DOWNLOADING)
        self.assertEqual(self.job.trigger_status, "Downloading")
        self.to_end()

    def to_end(self):
        self.job.transport_failed("gone", NOW_S)
        self.drain()
        self.assertEqual(self.job.trigger_status, "Idle")

    def test_a_late_answer_to_the_old_job_is_not_the_new_ones(self):
        self.ask()
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        late = self.job.report_number
        self.ask()
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.job.status_answered(late)
        self.assertEqual(self.drain(), ["Downloading"])

    def test_a_clock_set_back_does_not_put_a_retry_off(self):
        self.ask(retries=1, retrieve_s=0)
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.job.transport_failed("gone", NOW_S)
        year_ago_s = NOW_S - 31536000
        self.job.tick(year_ago_s, False)
        self.job.tick(year_ago_s + 30, False)
        self.assertEqual(self.job.phase, jobs.WAITING)

    def test_an_outcome_that_can_not_be_kept_is_told_all_the_same(self):
        def full(path, data):
            raise OSError(28)

        write = self.files.write
        for end, told in (
            (
                lambda job: job.content_refused("no room"),
                ["Downloaded", "Installing", "InstallationFailed"],
            ),
            (lambda job: job.transport_failed("404", NOW_S), ["DownloadFailed"]),
        ):
            self.to(jobs.DOWNLOADING)
            self.files.write = full
            end(self.job)
            self.assertEqual(self.job.phase, jobs.DONE)
            self.files.write = write
            self.assertEqual(self.drain()[-len(told) :], told)


if __name__ == "__main__":
    unittest.main()
