"""A signed update's own ways through the job: statuses, waiting, credentials, what is kept."""

import unittest

from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update import PATH
from firmware.ocpp16.update_job_file import HEAD
from firmware.ocpp16.update_statuses import OWN, PLAIN, SIGNED, statuses
from loader.record import CONFIRMED, REJECTED, Record
from update_job_case import NOW_S, Slot, UpdateJobCase

CREDENTIALS = (b"\x01\n\xff" * 20, b"\x30\x82" + bytes(300))
DONE = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting"]


class TestSignedUpdate(UpdateJobCase):
    def ask(self, retries=0, interval_s=30, retrieve_s=NOW_S, install_s=0, request_id=7):
        return self.update.request(
            "https://host/x", retrieve_s, retries, interval_s,
            SIGNED, request_id, install_s, CREDENTIALS,
        )  # fmt: skip

    def told(self):
        """(status, requestId) of every report, answered."""
        seen = []
        while self.job.next_report():
            action, payload = self.job.next_report()
            self.assertEqual(action, "SignedFirmwareStatusNotification")
            seen.append(payload["status"])
            self.assertEqual(payload["requestId"], 7)
            self.job.status_answered(self.job.report_number)
        return seen

    def ticks(self, *now_s, **more):
        for at_s in now_s:
            self.job.tick(at_s, more.get("in_use", False), more.get("may_install", True))

    def to_staged(self, **ask):
        self.ask(**ask)
        self.ticks(NOW_S, NOW_S)
        self.job.staged((1, 1, 0))

    def mine(self, state, reason):
        record = Record(state, "b", "a", reason)
        record.request_kind, record.request_id = SIGNED, self.job.id
        return record

    def test_happy(self):
        self.to_staged()
        self.ticks(NOW_S, NOW_S)
        self.assertEqual(self.told(), DONE)
        self.job.armed()
        self.load()
        self.update.settle(self.mine(CONFIRMED, "confirm"), Slot())
        self.assertEqual(self.job.events, [["FirmwareUpdated", "1.1.0"]])
        self.assertEqual(self.told(), ["Installed"])
        self.job.event_told()
        self.assertIsNone(self.update.job)
        self.assertIsNone(self.files.size(PATH))
        self.assertEqual(self.update.signed_status(), {"status": "Idle"})
        self.assertEqual(
            self.lasting, ["update: signed request 7, 1.0.0 -> 1.1.0: installed, confirm"]
        )

    def test_retrieve_later_is_said_once(self):
        self.ask(retrieve_s=NOW_S + 10)
        self.ticks(NOW_S, NOW_S + 1)
        self.assertEqual(self.told(), ["DownloadScheduled"])
        self.load()
        self.ticks(NOW_S + 2, NOW_S + 10, NOW_S + 10)
        self.assertEqual(self.told(), ["Downloading"])

    def test_install_later_leaves_the_connectors_free_until_then(self):
        self.to_staged(install_s=NOW_S + 100)
        self.ticks(NOW_S, NOW_S + 50)
        self.assertEqual(self.told(), DONE[:3] + ["InstallScheduled"])
        self.assertFalse(self.job.wants_unavailable or self.job.wants_idle)
        self.load()
        self.ticks(NOW_S + 99)
        self.assertEqual(self.job.phase, jobs.READY)
        self.ticks(NOW_S + 100, NOW_S + 100)
        self.assertEqual(self.told(), DONE[3:])

    def test_a_window_that_closes_gives_the_connectors_back(self):
        self.to_staged()
        self.ticks(NOW_S)
        self.ticks(NOW_S, in_use=True)
        self.assertTrue(self.job.wants_unavailable)
        self.ticks(NOW_S, in_use=True, may_install=False)
        self.assertFalse(self.job.wants_unavailable)
        self.assertEqual(self.told(), DONE[:3] + ["InstallScheduled"])

    def test_bad_signature(self):
        self.ask(retries=3)
        self.ticks(NOW_S, NOW_S)
        self.job.signature_refused("of another file")
        self.assertEqual(self.told(), ["Downloading", "Downloaded", "InvalidSignature"])
        self.assertEqual(self.job.events, [["InvalidFirmwareSignature", "of another file"]])
        self.job.event_told()
        for _ in range(2):  # also after a reset
            self.assertIsNone(self.update.job)
            self.assertEqual(
                self.update.signed_status(), {"status": "InvalidSignature", "requestId": 7}
            )
            self.assertEqual(self.update.trigger_status, "Idle")
            self.load()

    def test_refused_content_and_a_rotten_image(self):
        self.ask()
        self.ticks(NOW_S, NOW_S)
        self.job.content_refused("wrong board")
        self.assertEqual(self.told(), ["Downloading", "Downloaded", "InstallVerificationFailed"])
        self.to_staged()
        self.told()
        self.update.settle(Record(CONFIRMED, "a", "b"), Slot(False))
        self.assertEqual(self.told(), ["InstallVerificationFailed"])

    def test_download_and_installation_that_fail(self):
        self.ask()
        self.ticks(NOW_S, NOW_S)
        self.job.transport_failed("404", NOW_S)
        self.assertEqual(self.told(), ["Downloading", "DownloadFailed"])
        self.to_staged()
        self.ticks(NOW_S, NOW_S)
        self.job.armed()
        self.told()
        self.load()
        self.update.settle(self.mine(REJECTED, "watchdog"), Slot())
        self.assertEqual(self.told(), ["InstallationFailed"])

    def test_paused_by_a_transaction_and_then_gone_on_with(self):
        self.ask()
        self.ticks(NOW_S, NOW_S)
        self.job.begun('"tag"')
        generation = self.job.generation
        self.ticks(NOW_S, in_use=True)
        self.assertNotEqual(self.job.generation, generation, "the download has to stop")
        self.assertEqual(self.job.phase, jobs.WAITING)
        self.ticks(NOW_S)
        self.assertEqual(self.told(), ["Downloading", "DownloadPaused", "Downloading"])
        self.assertEqual((self.job.etag, self.job.attempts_left), ('"tag"', 1))

    def test_pauses_without_progress_come_to_an_end(self):
        self.ask()
        for number in range(30):
            self.ticks(NOW_S, NOW_S)
            if self.job.phase == jobs.DONE:
                break
            self.job.goes_on(min(number, 20))  # progress, up to a point
            self.job.pause("the network")
        self.assertEqual(self.told()[-1], "DownloadFailed")
        self.assertEqual(number, 29)

    def test_replaced_and_its_credentials_with_it(self):
        self.assertFalse(self.ask())
        first = self.job.id
        self.assertEqual(self.job.credentials(), CREDENTIALS)
        self.assertTrue(self.ask())
        self.assertEqual(self.job.credentials(), CREDENTIALS)
        self.load()
        self.assertEqual(self.job.credentials(), CREDENTIALS)
        self.job.id = first
        self.assertIsNone(self.job.credentials(), "of another job")

    def test_nothing_stays_behind(self):
        self.ask()
        self.files.write(HEAD, b"head")
        self.ticks(NOW_S, NOW_S)
        self.job.transport_failed("404", NOW_S)
        self.told()
        for path in (HEAD, "/state/job.s0", "/state/job.s1"):
            self.assertIsNone(self.files.size(path), path)

    def test_what_a_plain_trigger_is_told(self):
        self.to_staged(install_s=NOW_S + 9)
        self.assertEqual(self.update.trigger_status, "Downloaded")
        self.assertEqual(
            self.update.signed_status(), {"status": "SignatureVerified", "requestId": 7}
        )

    def test_an_own_update_is_told_like_a_plain_one(self):
        for event in (
            "scheduled downloading paused download_failed staged signature_refused"
            " content_refused later installing installed corrupt install_failed"
        ).split(" "):
            self.assertEqual(statuses(event, OWN), statuses(event, PLAIN), event)


if __name__ == "__main__":
    unittest.main()
