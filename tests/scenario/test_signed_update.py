"""SignedUpdateFirmware as the central system sees it: each row of the security whitepaper's L01.

Whose certificate is good is another matter (`tests/host/test_update_trust.py`): here it is said.
"""

import unittest

from asynctest import run
from charge_bench import START_S
from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update_statuses import SIGNED
from firmware.update_work import judge
from loader.record import CONFIRMED, REJECTED, Record
from update_bench import UpdateBench

FIRMWARE = {
    "location": "https://host/x.ucup",
    "retrieveDateTime": "2026-01-01T00:00:00Z",
    "signingCertificate": "-----BEGIN CERTIFICATE-----",
    "signature": "AAEC",
}
TO_INSTALLING = [
    "Downloading",
    "Downloaded",
    "SignatureVerified",
    "Installing",
    "InstallRebooting",
]


class Edge:
    """What `judge` needs of the Updater."""

    def __init__(self, bench):
        self.update = bench.update
        self.log = bench.lines.append


class TestSignedUpdate(unittest.TestCase):
    def setUp(self):
        self.bench = bench = UpdateBench()
        bench.central.answers["SignedFirmwareStatusNotification"] = {}
        bench.charge_point.security_event = self.event
        bench.cold_boot()
        self.told = []
        self.problem = ""
        from firmware import update_trust  # loaded and dropped as needed

        self.module = update_trust
        self._real = update_trust.check_offer
        update_trust.check_offer = self.check

    def tearDown(self):
        self.module.check_offer = self._real

    def event(self, kind, info):
        self.told.append(kind)

    async def check(self, edge, pem):
        return (None, self.problem) if self.problem else (b"der", "")

    def ask(self, request_id=7, retries=0, **firmware):
        """The answer: payload, or a CALLERROR's code."""
        bench = self.bench
        payload = {"requestId": request_id, "retries": retries, "firmware": dict(FIRMWARE)}
        payload["firmware"].update(firmware)
        answer = bench.central.call("SignedUpdateFirmware", payload)
        offer = bench.update.offer
        if answer is not None or offer is None:
            return answer
        bench.update.offer = None
        offer["reply"]({"status": run(judge(Edge(bench), offer))})
        bench.step()
        return bench.central.replies[-1][2]

    def statuses(self, request_id=7):
        payloads = self.bench.central.payloads("SignedFirmwareStatusNotification")
        for payload in payloads:
            self.assertEqual(payload.get("requestId"), request_id)
        self.assertEqual(self.bench.statuses(), [], "the other message is for plain requests")
        return [payload["status"] for payload in payloads]

    def accepted(self, **changes):
        self.assertEqual(self.ask(**changes), {"status": "Accepted"})

    def to_installing(self):
        self.accepted()
        self.bench.until(jobs.DOWNLOADING)
        self.bench.job.staged((1, 1, 0))
        self.bench.until(jobs.INSTALLING)
        self.bench.run(1)

    def reboot_with(self, state, reason):
        bench = self.bench
        bench.job.armed()
        record = Record(state, "b", "a", reason)
        record.request_kind, record.request_id = SIGNED, bench.job.id
        bench.power_up()
        bench.update.settle(record, None)
        bench.connect()
        bench.run(2)

    def test_happy_with_a_reboot(self):
        self.to_installing()
        self.assertEqual(self.bench.connector_statuses(), ["Unavailable"])
        self.reboot_with(CONFIRMED, "confirm")
        self.assertEqual(self.statuses(), TO_INSTALLING + ["Installed"])
        self.assertEqual(self.bench.connector_statuses()[-1], "Available")

    def test_tc_080_event_and_connectors_before_Installed(self):
        self.to_installing()
        self.bench.central.forget()
        self.reboot_with(CONFIRMED, "confirm")
        told = [
            payload.get("type") or payload.get("connectorId", payload.get("status"))
            for _, action, payload in self.bench.central.calls
            if action != "BootNotification"
        ]
        self.assertEqual(self.bench.central.actions()[0], "BootNotification")
        self.assertEqual(told, ["FirmwareUpdated", 0, 1, "Installed"])

    def test_tc_081_InvalidSignature_and_its_event(self):
        del self.bench.charge_point.security_event  # the charge point's own
        self.accepted()
        self.bench.until(jobs.DOWNLOADING)
        self.bench.job.signature_refused("of another file")
        self.bench.run(2)
        self.assertEqual(self.statuses(), ["Downloading", "Downloaded", "InvalidSignature"])
        self.assertEqual(self.bench.central.actions()[-1], "SecurityEventNotification")
        events = self.bench.central.payloads("SecurityEventNotification")
        self.assertEqual([event["type"] for event in events], ["InvalidFirmwareSignature"])
        self.assertEqual(events[0]["techInfo"], "of another file")

    def triggered(self):
        """What ExtendedTriggerMessage(FirmwareStatusNotification) is told."""
        self.bench.run(1)
        self.bench.central.forget()
        trigger = {"requestedMessage": "FirmwareStatusNotification"}
        answer = self.bench.central.call("ExtendedTriggerMessage", trigger)
        self.assertEqual(answer, {"status": "Accepted"})
        self.bench.run(1)
        told = self.bench.central.payloads("SignedFirmwareStatusNotification")
        self.assertEqual(len(told), 1)
        return told[0]

    def test_trigger_repeats_the_last_status(self):
        self.accepted(retrieveDateTime="2026-01-01T00:00:10Z")
        self.assertEqual(self.triggered(), {"status": "DownloadScheduled", "requestId": 7})
        self.bench.until(jobs.DOWNLOADING)
        self.assertEqual(self.triggered(), {"status": "Downloading", "requestId": 7})
        self.bench.job.transport_failed("404", START_S)
        for _ in range(2):
            self.assertEqual(self.triggered(), {"status": "DownloadFailed", "requestId": 7})
            self.bench.disconnect()
            self.bench.power_up()
            self.bench.connect()

    def test_trigger_after_Installed_is_Idle(self):
        self.to_installing()
        self.assertEqual(self.triggered(), {"status": "InstallRebooting", "requestId": 7})
        self.bench.central.answers["SignedFirmwareStatusNotification"] = None
        self.reboot_with(CONFIRMED, "confirm")
        self.assertEqual(self.statuses()[-1], "Installed")
        trigger = {"requestedMessage": "FirmwareStatusNotification"}
        self.bench.central.call("ExtendedTriggerMessage", trigger)
        self.bench.central.answers["SignedFirmwareStatusNotification"] = {}
        self.bench.central.forget()
        self.bench.run(40)
        payloads = self.bench.central.payloads("SignedFirmwareStatusNotification")
        self.assertEqual(payloads[0], {"status": "Idle"}, "the answer to Installed is late")
        self.bench.run(60)
        self.assertEqual(self.triggered(), {"status": "Idle"})

    def test_image_checksum_wrong(self):
        self.accepted()
        self.bench.until(jobs.DOWNLOADING)
        self.bench.job.content_refused("payload digest is wrong")
        self.bench.run(2)
        told = ["Downloading", "Downloaded", "InstallVerificationFailed"]
        self.assertEqual(self.statuses(), told)
        self.assertEqual(self.told, [])

    def test_retrieve_later(self):
        self.accepted(retrieveDateTime="2026-01-01T00:00:10Z")
        self.bench.run(3)
        self.assertEqual(self.statuses(), ["DownloadScheduled"])
        self.bench.until(jobs.DOWNLOADING)
        self.bench.run(1)
        self.assertEqual(self.statuses(), ["DownloadScheduled", "Downloading"])

    def test_install_later(self):
        self.accepted(installDateTime="2026-01-01T00:00:30Z")
        self.bench.until(jobs.DOWNLOADING)
        self.bench.job.staged((1, 1, 0))
        self.bench.run(5)
        self.assertEqual(self.statuses(), TO_INSTALLING[:3] + ["InstallScheduled"])
        self.bench.charge()
        self.assertTrue(self.bench.evse.contactor_on, "an ordinary charger until then")
        self.bench.vehicle.plugged = False
        self.bench.until(jobs.INSTALLING)
        self.assertGreaterEqual(self.bench.elapsed_ms, 30000)

    def test_bad_certificate(self):
        self.problem = "expired"
        self.assertEqual(self.ask(), {"status": "InvalidCertificate"})
        self.bench.run(5)
        self.assertEqual(self.told, ["InvalidFirmwareSigningCertificate"])
        self.assertEqual(self.statuses(), [])
        self.assertIsNone(self.bench.update.job)

    def test_bad_signature(self):
        self.accepted()
        self.bench.until(jobs.DOWNLOADING)
        self.bench.job.signature_refused("of another file")
        self.bench.run(2)
        self.assertEqual(self.statuses(), ["Downloading", "Downloaded", "InvalidSignature"])
        self.assertEqual(self.told, ["InvalidFirmwareSignature"])
        self.bench.charge()
        self.assertTrue(self.bench.evse.contactor_on)

    def test_download_fails(self):
        self.accepted()
        self.bench.until(jobs.DOWNLOADING)
        self.bench.job.transport_failed("404", START_S)
        self.bench.run(2)
        self.assertEqual(self.statuses(), ["Downloading", "DownloadFailed"])

    def test_install_fails(self):
        self.to_installing()
        self.reboot_with(REJECTED, "watchdog")
        self.assertEqual(self.statuses(), TO_INSTALLING + ["InstallationFailed"])

    def test_new_request_while_busy(self):
        self.accepted(retrieveDateTime="2027-01-01T00:00:00Z")
        self.assertEqual(self.ask(request_id=8), {"status": "AcceptedCanceled"})
        self.bench.central.forget()
        self.bench.until(jobs.DOWNLOADING)
        self.bench.run(1)
        self.assertEqual(self.statuses(8), ["Downloading"])

    def test_new_request_that_can_not_replace_the_old_one(self):
        self.to_installing()
        self.assertEqual(self.ask(request_id=8), {"status": "Rejected"})
        self.assertEqual(self.bench.ask(), "InternalError")

    def test_a_second_request_while_the_first_is_judged(self):
        payload = {"requestId": 7, "firmware": FIRMWARE}
        self.assertIsNone(self.bench.central.call("SignedUpdateFirmware", payload))
        self.assertEqual(
            self.bench.central.call("SignedUpdateFirmware", payload), {"status": "Rejected"}
        )

    def test_an_answer_that_comes_after_the_link_was_lost_goes_nowhere(self):
        payload = {"requestId": 7, "firmware": FIRMWARE}
        self.bench.central.call("SignedUpdateFirmware", payload)
        self.bench.disconnect()
        self.bench.connect()
        self.bench.run(1)
        before = len(self.bench.central.replies)
        self.bench.update.offer["reply"]({"status": "Accepted"})
        self.bench.run(1)
        self.assertEqual(len(self.bench.central.replies), before)

    def test_within_a_trial(self):
        self.bench.evse.inhibited = True
        self.assertEqual(self.ask(), {"status": "Rejected"})

    def test_malformed(self):
        for changes in (
            {"location": "x" * 513},
            {"signature": "x" * 801},
            {"signingCertificate": 1},
            {"retrieveDateTime": "soon"},
            {"more": 1},
        ):
            self.assertIsInstance(self.ask(**changes), str, changes)
        self.assertIsNone(self.bench.update.job)

    def test_AllowPlainUpdateFirmware(self):
        bench = self.bench
        bench.update.has_roots = lambda: True
        self.assertEqual(bench.ask(), "NotSupported")
        change = {"key": "AllowPlainUpdateFirmware", "value": "true"}
        bench.central.call("ChangeConfiguration", change)
        self.assertEqual(bench.ask(), {})


if __name__ == "__main__":
    unittest.main()
