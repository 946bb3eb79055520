"""The update job over a reset: what its file keeps, what the boot record settles."""

import json
import unittest

from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update import PATH
from loader.record import CONFIRMED, REJECTED, TRIAL
from update_job_case import NOW_S, Slot, UpdateJobCase


class TestUpdateJobRestart(UpdateJobCase):
    def test_an_unanswered_report_survives_a_reset(self):
        self.ask()
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.load()
        self.assertEqual(self.job.next_status(), "Downloading")
        self.drain()
        self.load()
        self.assertIsNone(self.job.next_status())

    def test_a_reset_during_the_download_starts_it_again_unreported(self):
        self.to(jobs.DOWNLOADING)
        self.load()
        self.assertEqual(self.job.phase, jobs.WAITING)
        self.job.tick(NOW_S, False)
        self.assertEqual(self.job.phase, jobs.DOWNLOADING)
        self.assertEqual(self.drain(), [], "Downloading was reported before")

    def test_resets_without_end_fail_the_download(self):
        self.to(jobs.DOWNLOADING)
        for _ in range(20):
            self.load()
            if self.job.phase == jobs.DONE:
                break
            self.job.tick(NOW_S, False)
        self.assertEqual(self.drain(), ["DownloadFailed"])

    def test_rejected_trial_is_reported_with_its_reason_logged(self):
        self.to(jobs.TRIAL_RUNS)
        self.load()
        self.update.settle(self.record(REJECTED, "watchdog"), Slot())
        self.assertEqual(self.drain(), ["InstallationFailed"])
        self.assertIn("watchdog", self.log[-1])

    def test_whether_the_central_system_was_in_reach_is_kept_for_the_trial(self):
        for offline in (False, True):
            self.update.is_offline = offline
            self.to(jobs.TRIAL_RUNS)
            self.load()
            self.assertEqual(self.job.offline, offline)
            self.update.settle(self.record(REJECTED, "watchdog"), Slot())
            self.drain()

    def test_a_running_trial_settles_nothing(self):
        self.to(jobs.TRIAL_RUNS)
        self.update.settle(self.record(TRIAL), Slot())
        self.assertEqual((self.job.phase, self.drain()), (jobs.TRIAL_RUNS, []))

    def test_a_cut_before_the_record_arms_again(self):
        self.to(jobs.TRIAL_RUNS)
        self.load()
        self.update.settle(self.record(CONFIRMED, "confirm", request_id=7), Slot())
        self.assertEqual(self.job.phase, jobs.INSTALLING)

    def test_a_staged_image_that_rotted_fails(self):
        self.to(jobs.STAGED)
        self.load()
        self.update.settle(self.record(CONFIRMED, "confirm", request_id=7), Slot(False))
        self.assertEqual(self.drain(), ["InstallationFailed"])

    def test_a_confirmed_image_that_crash_looped_at_once_is_no_success(self):
        self.to(jobs.TRIAL_RUNS)
        self.update.settle(self.record(CONFIRMED, "crashloop"), Slot())
        self.assertEqual(self.drain(), ["InstallationFailed"])

    def test_an_outcome_not_yet_reported_comes_before_the_next_job(self):
        self.to(jobs.TRIAL_RUNS)
        self.update.settle(self.record(REJECTED, "watchdog"), Slot())
        self.ask()
        self.load()
        self.job.tick(NOW_S, False)
        self.job.tick(NOW_S, False)
        self.assertEqual(self.drain(), ["InstallationFailed", "Downloading"])
        self.job.transport_failed("gone", NOW_S)
        self.assertEqual(self.drain(), ["DownloadFailed"])

    def test_an_outcome_survives_a_request_that_is_sent_twice(self):
        self.to(jobs.TRIAL_RUNS)
        self.update.settle(self.record(REJECTED, "watchdog"), Slot())
        self.ask()
        self.load()
        self.ask()
        self.assertEqual(self.drain(), ["InstallationFailed"])
        self.assertEqual(self.job.phase, jobs.SCHEDULED)

    def test_what_can_not_be_kept_is_not_promised(self):
        self.files.mkdir(PATH)
        with self.assertRaises(OSError):
            self.ask()
        self.assertEqual(self.job.phase, jobs.IDLE)

    def test_a_damaged_file_is_no_job(self):
        for data in (b"", b"{", b"[]", b"null", b'{"id":"x"}', b"\xff\xfe", b"[" * 500):
            self.files.write(PATH, data)
            self.assertEqual(self.load().phase, jobs.IDLE, data)

    def test_a_file_with_a_field_of_the_wrong_type_is_no_job(self):
        self.to(jobs.DOWNLOADING)
        stored = json.loads(self.files.read(PATH, 4096))
        for name in list(stored):
            if name == "schema":
                continue
            changed = dict(stored)
            changed[name] = {"not": "this"}
            self.files.write(PATH, json.dumps(changed).encode())
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
            self.files.write(PATH, json.dumps(changed).encode())
            self.assertEqual(self.load().phase, jobs.IDLE, (name, value))


if __name__ == "__main__":
    unittest.main()
