"""The update job: each way through it, what is reported, and what a reset finds again."""

import unittest

import samples
from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update_job import UpdateJob
from loader.record import CONFIRMED, REJECTED, TRIAL, Record
from ocppj import CallError

NOW_S = 1770000000


class Slot:
    def __init__(self, whole=True):
        self.whole = whole

    def verifies(self):
        return self.whole


class TestUpdateJob(unittest.TestCase):
    def setUp(self):
        self.files = samples.folder()
        self.log = []
        self.ids = iter(range(100, 200))
        self.job = self.load()

    def load(self):
        """The job as a fresh boot finds it."""
        return UpdateJob(self.files, self.log.append, lambda: next(self.ids))

    def ask(self, retries=0, interval_s=30, retrieve_s=NOW_S):
        self.job.request("https://host/x", retrieve_s, retries, interval_s)

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
        return seen

    def record(self, state, reason="install", request_id=None):
        record = Record(state, "b", "a", reason)
        record.request_kind = jobs.KIND_PLAIN
        record.request_id = self.job.id if request_id is None else request_id
        return record

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
        self.assertEqual(self.drain(), ["Installing"])
        self.job.armed()
        self.assertEqual(self.drain(), [])
        self.job.settle(self.record(CONFIRMED, "confirm"), Slot())
        self.assertEqual(self.drain(), ["Installed"])
        self.assertEqual(self.job.phase, jobs.IDLE)
        self.assertIsNone(self.files.size(jobs.PATH), "nothing stays behind")
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
            self.job.request("https://host/newer", NOW_S, 0, 0)
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

    def test_an_unanswered_report_survives_a_reset(self):
        self.ask()
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.job = self.load()
        self.assertEqual(self.job.next_status(), "Downloading")
        self.drain()
        self.job = self.load()
        self.assertIsNone(self.job.next_status())

    def test_a_reset_during_the_download_starts_it_again_unreported(self):
        self.to(jobs.DOWNLOADING)
        self.job = self.load()
        self.assertEqual(self.job.phase, jobs.WAITING)
        self.job.tick(NOW_S, False)
        self.assertEqual(self.job.phase, jobs.DOWNLOADING)
        self.assertEqual(self.drain(), [], "Downloading was reported before")

    def test_resets_without_end_fail_the_download(self):
        self.to(jobs.DOWNLOADING)
        for _ in range(20):
            self.job = self.load()
            if self.job.phase == jobs.DONE:
                break
            self.job.tick(NOW_S, False)
        self.assertEqual(self.drain(), ["DownloadFailed"])

    def test_rejected_trial_is_reported_with_its_reason_logged(self):
        self.to(jobs.TRIAL_RUNS)
        self.job = self.load()
        self.job.settle(self.record(REJECTED, "watchdog"), Slot())
        self.assertEqual(self.drain(), ["InstallationFailed"])
        self.assertIn("watchdog", self.log[-1])

    def test_a_running_trial_settles_nothing(self):
        self.to(jobs.TRIAL_RUNS)
        self.job.settle(self.record(TRIAL), Slot())
        self.assertEqual((self.job.phase, self.drain()), (jobs.TRIAL_RUNS, []))

    def test_a_cut_before_the_record_arms_again(self):
        self.to(jobs.TRIAL_RUNS)
        self.job = self.load()
        self.job.settle(self.record(CONFIRMED, "confirm", request_id=7), Slot())
        self.assertEqual(self.job.phase, jobs.INSTALLING)

    def test_a_staged_image_that_rotted_fails(self):
        self.to(jobs.STAGED)
        self.job = self.load()
        self.job.settle(self.record(CONFIRMED, "confirm", request_id=7), Slot(False))
        self.assertEqual(self.drain(), ["InstallationFailed"])

    def test_a_confirmed_image_that_crash_looped_at_once_is_no_success(self):
        self.to(jobs.TRIAL_RUNS)
        self.job.settle(self.record(CONFIRMED, "crashloop"), Slot())
        self.assertEqual(self.drain(), ["InstallationFailed"])

    def test_the_order_of_steps_ends_in_the_trigger_status(self):
        self.assertEqual(self.job.trigger_status, "Idle")
        self.to(jobs.DOWNLOADING)
        self.assertEqual(self.job.trigger_status, "Downloading")
        self.to_end()

    def to_end(self):
        self.job.transport_failed("gone", NOW_S)
        self.drain()
        self.assertEqual(self.job.trigger_status, "Idle")

    def test_an_outcome_not_yet_reported_comes_before_the_next_job(self):
        self.to(jobs.TRIAL_RUNS)
        self.job.settle(self.record(REJECTED, "watchdog"), Slot())
        self.ask()
        self.job = self.load()
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.assertEqual(self.drain(), ["InstallationFailed", "Downloading"])
        self.job.transport_failed("gone", NOW_S)
        self.assertEqual(self.drain(), ["DownloadFailed"])

    def test_an_outcome_survives_a_request_that_is_sent_twice(self):
        self.to(jobs.TRIAL_RUNS)
        self.job.settle(self.record(REJECTED, "watchdog"), Slot())
        self.ask()
        self.job = self.load()
        self.ask()
        self.assertEqual(self.drain(), ["InstallationFailed"])
        self.assertEqual(self.job.phase, jobs.SCHEDULED)

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

    def test_what_can_not_be_kept_is_not_promised(self):
        self.files.mkdir(jobs.PATH)
        with self.assertRaises(OSError):
            self.ask()
        self.assertEqual(self.job.phase, jobs.IDLE)

    def test_a_damaged_file_is_no_job(self):
        for data in (b"", b"{", b"[]", b"null", b'{"id":"x"}', b"\xff\xfe", b"[" * 500):
            self.files.write(jobs.PATH, data)
            self.assertEqual(self.load().phase, jobs.IDLE, data)

    def test_a_file_with_a_field_of_the_wrong_type_is_no_job(self):
        import json

        self.to(jobs.DOWNLOADING)
        stored = json.loads(self.files.read(jobs.PATH, 4096))
        for name in list(stored):
            if name == "schema":
                continue
            changed = dict(stored)
            changed[name] = {"not": "this"}
            self.files.write(jobs.PATH, json.dumps(changed).encode())
            self.assertEqual(self.load().phase, jobs.IDLE, name)
        for name, value in (
            ("version", [1]),
            ("reports", [{"a": 1}]),
            ("reports", ["Nonsense"]),
            ("id", 1 << 40),
            ("schema", 99),
            ("phase", "unheard of"),
        ):
            changed = dict(stored)
            changed[name] = value
            self.files.write(jobs.PATH, json.dumps(changed).encode())
            self.assertEqual(self.load().phase, jobs.IDLE, (name, value))


if __name__ == "__main__":
    unittest.main()
