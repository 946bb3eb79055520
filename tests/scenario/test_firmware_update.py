"""TC_044: UpdateFirmware and its reports: order, refusals, lost links, connectors."""

import unittest

from charge_bench import START_S
from firmware.ocpp16 import update_job as jobs
from loader.record import CONFIRMED, REJECTED, Record
from update_bench import UpdateBench


class TestFirmwareUpdate(unittest.TestCase):
    def setUp(self):
        self.bench = UpdateBench()
        self.bench.cold_boot()

    def test_tc_044_1_statuses_of_a_good_update_in_order(self):
        bench = self.bench
        self.assertEqual(bench.ask(), {})
        bench.until(jobs.DOWNLOADING)
        bench.job.staged((1, 1, 0))
        bench.until(jobs.INSTALLING)
        bench.run(1)
        self.assertEqual(bench.statuses(), ["Downloading", "Downloaded", "Installing"])
        self.assertEqual(bench.connector_statuses(), ["Unavailable"])
        bench.job.armed()
        job_id = bench.job.id
        bench.power_up()
        record = Record(CONFIRMED, "b", "a", "confirm")
        record.request_kind, record.request_id = jobs.PLAIN, job_id
        bench.update.settle(record, None)
        bench.central.forget()
        bench.connect()
        bench.run(2)
        actions = [action for _, action, _ in bench.central.calls]
        self.assertEqual(actions[0], "BootNotification")
        self.assertEqual(bench.connector_statuses(), ["Available"])
        self.assertEqual(bench.statuses(), ["Installed"])
        self.assertLess(
            actions.index("StatusNotification"), actions.index("FirmwareStatusNotification")
        )

    def test_waits_for_a_transaction_and_starts_none_while_it_downloads(self):
        bench = self.bench
        bench.charge()
        bench.ask()
        bench.run(30)
        self.assertEqual(bench.statuses(), [])
        self.assertTrue(bench.evse.contactor_on, "the charge goes on")
        bench.vehicle.plugged = False
        bench.until(jobs.DOWNLOADING)
        bench.vehicle.plugged = True
        bench.run(1)
        answer = bench.central.call("RemoteStartTransaction", {"idTag": "TAG1"})
        self.assertEqual(answer, {"status": "Rejected"})
        bench.run(5)
        self.assertFalse(bench.evse.contactor_on)

    def test_tc_044_2_a_location_that_does_not_exist(self):
        bench = self.bench
        self.assertEqual(bench.ask(retries=0), {})
        bench.until(jobs.DOWNLOADING)
        bench.job.transport_failed("404", START_S)
        bench.run(2)
        self.assertEqual(bench.statuses(), ["Downloading", "DownloadFailed"])
        self.assertEqual(bench.evse.connectors[0].status, "Available")
        bench.charge()
        self.assertTrue(bench.evse.contactor_on)
        self.assertIsNone(bench.charge_point.reset_requested)

    def test_tc_044_3_content_refused_and_the_connector_is_what_it_was(self):
        bench = self.bench
        bench.ask()
        bench.until(jobs.DOWNLOADING)
        bench.job.content_refused("wrong board")
        bench.run(2)
        self.assertEqual(
            bench.statuses(), ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
        )
        bench.vehicle.plugged = True
        bench.run(1)
        answer = bench.central.call("RemoteStartTransaction", {"idTag": "TAG1"})
        self.assertEqual(answer, {"status": "Accepted"})

    def test_tc_044_3_an_image_that_is_rolled_back(self):
        bench = self.bench
        bench.ask()
        bench.until(jobs.DOWNLOADING)
        bench.job.staged((1, 1, 0))
        bench.until(jobs.INSTALLING)
        bench.run(1)
        bench.job.armed()
        job_id = bench.job.id
        bench.power_up()
        record = Record(REJECTED, "a", "a", "watchdog")
        record.request_kind, record.request_id = jobs.PLAIN, job_id
        bench.update.settle(record, None)
        self.assertEqual(bench.statuses(), ["Downloading", "Downloaded", "Installing"])
        bench.run(1)
        bench.central.forget()
        bench.connect()
        bench.run(2)
        self.assertEqual(bench.statuses(), ["InstallationFailed"])
        self.assertEqual(bench.connector_statuses(), ["Available"])

    def test_a_central_system_that_refuses_the_reports_is_no_loop(self):
        bench = self.bench
        bench.central.answers["FirmwareStatusNotification"] = "NotImplemented"
        bench.ask()
        bench.until(jobs.DOWNLOADING)
        bench.job.transport_failed("404", START_S)
        bench.run(5)
        self.assertEqual(bench.statuses(), ["Downloading", "DownloadFailed"])
        self.assertEqual(bench.job.phase, jobs.IDLE)

    def test_a_report_lost_with_the_link_is_sent_again(self):
        bench = self.bench
        bench.central.answers["FirmwareStatusNotification"] = None
        bench.ask()
        bench.run_until(lambda: bench.statuses() == ["Downloading"])
        bench.disconnect()
        bench.run(2)
        del bench.central.answers["FirmwareStatusNotification"]
        bench.connect()
        bench.run(2)
        self.assertEqual(bench.statuses(), ["Downloading", "Downloading"])
        self.assertIsNone(bench.job.next_status())

    def test_a_report_that_is_never_answered_is_sent_again(self):
        bench = self.bench
        bench.central.answers["FirmwareStatusNotification"] = None
        bench.ask()
        bench.run(200)
        # 30 s without an answer, and 60 s.
        self.assertEqual(bench.statuses().count("Downloading"), 3)

    def test_no_heap_to_keep_a_step_costs_time_and_nothing_else(self):
        bench = self.bench
        write = bench.files.write

        def full(path, data):
            raise MemoryError

        bench.ask()
        bench.files.write = full
        bench.run(2)
        self.assertEqual(bench.job.phase, jobs.SCHEDULED)
        bench.files.write = write
        bench.until(jobs.DOWNLOADING)
        bench.files.write = full
        bench.run(2)
        bench.files.write = write
        bench.job.transport_failed("404", START_S)
        bench.run(2)
        self.assertEqual(bench.statuses(), ["Downloading", "DownloadFailed"])

    def test_malformed_requests_get_the_right_error(self):
        for changes, code in (
            ({"location": None}, "TypeConstraintViolation"),
            ({"location": "x" * 2049}, "PropertyConstraintViolation"),
            ({"retrieveDate": "tomorrow"}, "PropertyConstraintViolation"),
            ({"retries": -1}, "PropertyConstraintViolation"),
            ({"retries": "3"}, "TypeConstraintViolation"),
            ({"hash": "abc"}, "FormationViolation"),
        ):
            self.assertEqual(self.bench.ask(**changes), code)
        self.assertEqual(self.bench.job.phase, jobs.IDLE)

    def test_refused_while_installing(self):
        bench = self.bench
        bench.ask()
        bench.until(jobs.DOWNLOADING)
        bench.job.staged((1, 1, 0))
        bench.until(jobs.INSTALLING)
        self.assertEqual(bench.ask(), "InternalError")

    def test_trigger_message_tells_the_present_status(self):
        bench = self.bench
        bench.ask()
        bench.until(jobs.DOWNLOADING)
        bench.run(1)
        bench.central.forget()
        trigger = {"requestedMessage": "FirmwareStatusNotification"}
        self.assertEqual(bench.central.call("TriggerMessage", trigger), {"status": "Accepted"})
        bench.run(1)
        self.assertEqual(bench.statuses(), ["Downloading"])


if __name__ == "__main__":
    unittest.main()
