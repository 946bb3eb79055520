"""State files over an update and back: each version reads what the other one wrote.

After an update that is rolled back the previous firmware finds the files of the new one.
"""

import json
import unittest

import previous_state as previous
from firmware.ocpp16 import update_job as jobs
from update_bench import UpdateBench

KEYS = {
    "AllowOfflineTxForUnknownId": "true", "MeterValueSampleInterval": "10", "RestartDelayMax": "0",
}  # fmt: skip


def with_files(contents):
    """A charge point that starts with the files of the previous firmware."""
    bench = UpdateBench(dict(KEYS))
    bench.files.data.clear()
    bench.files.data.update(contents)
    bench.power_up()
    bench.run(1)
    return bench


class PreviousReadsNew(unittest.TestCase):
    def setUp(self):
        self.bench = UpdateBench(dict(KEYS))
        self.central = self.bench.central
        self.bench.cold_boot()

    def read(self):
        return previous.read_transactions(self.bench.files)

    def test_every_file_has_a_schema_number(self):
        self.bench.charge()
        self.central.call("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "20"})
        self.central.call("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
        self.central.call("GetDiagnostics", {"location": "https://host/x"})
        self.bench.ask()
        self.bench.run(30)
        seen = []
        for path, data in self.bench.files.data.items():
            if path.endswith(".json"):
                self.assertEqual(json.loads(data)["schema"], 1, path)
                seen.append(path)
        for path in (previous.TRANSACTIONS, previous.KEYS, previous.AVAILABILITY, previous.JOB):
            self.assertIn(path, seen)

    def test_transaction_that_runs(self):
        self.bench.charge()
        self.bench.run(330)
        registers_wh, records = self.read()
        self.assertEqual(len(registers_wh), 1)
        self.assertGreater(registers_wh[0], 200)
        self.assertEqual(len(records), 1)
        self.assertEqual(records[0]["id"], 101)
        start = dict(self.central.payloads("StartTransaction")[0])
        self.assertEqual(records[0]["start"], start)

    def test_transaction_that_has_ended(self):
        self.bench.charge()
        self.bench.run(60)
        self.bench.vehicle.plugged = False
        self.bench.run(5)
        stop = self.central.payloads("StopTransaction")[0]
        self.assertEqual(self.read(), ([stop["meterStop"]], []))

    def test_transactions_offline_do_no_harm(self):
        self.bench.charge()
        self.bench.disconnect()
        self.bench.run(60)
        for _ in range(3):
            self.bench.vehicle.plugged = False
            self.bench.run(3)
            self.bench.charge("OFF")
        registers_wh, records = self.read()
        self.assertEqual(len(registers_wh), 1)
        self.assertEqual([record.get("id") for record in records], [101])

    def test_queue_with_notes_of_when_its_stamps_count_from(self):
        self.bench = UpdateBench(dict(KEYS))
        self.central = self.bench.central
        self.bench.charge("OFF")
        self.bench.run(30)
        before = previous.read_queue(self.bench.files)
        self.assertEqual([kind for kind, _, _, _ in before], ["S", "M", "M", "M"])
        self.central.answers["StartTransaction"] = None
        self.bench.connect()
        self.bench.run(5)
        notes = [data for data in self.bench.files.data.values() if b" C " in data]
        self.assertEqual(len(notes), 1)
        self.assertEqual(previous.read_queue(self.bench.files), before)
        self.assertEqual(json.loads(before[0][3])["timestamp"][:1], "+")

    def test_keys(self):
        for key, value in (
            ("HeartbeatInterval", "20"),
            ("LocalPreAuthorize", "true"),
            ("MaxEnergyOnInvalidId", "5"),
        ):
            answer = self.central.call("ChangeConfiguration", {"key": key, "value": value})
            self.assertEqual(answer, {"status": "Accepted"})
        saved = previous.read_keys(self.bench.files)
        self.assertEqual((saved["HeartbeatInterval"], saved["LocalPreAuthorize"]), ("20", "true"))
        for key, value in saved.items():
            self.assertIsInstance(key + value, str)

    def test_availability(self):
        self.central.call("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
        self.assertEqual(previous.read_availability(self.bench.files), [1])
        self.central.call("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"})
        self.assertIn(0, previous.read_availability(self.bench.files))

    def test_job_in_every_phase(self):
        self.bench.central.answers["FirmwareStatusNotification"] = None
        update = self.bench.update
        for phase, act in (
            (jobs.SCHEDULED, lambda: update.request("https://host/x", 1 << 31, 1, 60)),
            (jobs.DOWNLOADING, lambda: update.request("https://host/x", 0, 1, 60)),
            (jobs.RETRY, lambda: update.job.transport_failed("404", 1 << 31)),
            (jobs.DONE, lambda: update.job.transport_failed("404", 0)),
        ):
            act()
            self.bench.run(1)
            self.assertEqual(update.job.phase, phase)
            found = previous.read_job(self.bench.files)
            self.assertEqual(found["phase"], phase)
            self.assertEqual(found["location"], "https://host/x")


class NewReadsPrevious(unittest.TestCase):
    def transactions(self, bench):
        """What is told of transactions once the link is there, in order."""
        bench.central.forget()
        bench.connect()
        bench.run(10)
        return [call[1:] for call in bench.central.calls if call[1].endswith("Transaction")]

    def test_transaction_that_ran(self):
        bench = with_files(previous.CHARGING)
        told = self.transactions(bench)
        self.assertEqual([action for action, _ in told], ["StopTransaction"])
        stop = told[0][1]
        self.assertEqual((stop["transactionId"], stop["meterStop"]), (101, 306))
        self.assertEqual(
            (stop["reason"], stop["timestamp"]), ("PowerLoss", "2026-01-01T00:05:02Z")
        )
        self.assertEqual(bench.evse.connectors[0].register.wh, 306)

    def test_transactions_that_were_not_told(self):
        bench = with_files(previous.OFFLINE)
        told = self.transactions(bench)
        self.assertEqual(
            [action for action, _ in told],
            ["StopTransaction", "StartTransaction", "StopTransaction"],
        )
        stop, start, last = [payload for _, payload in told]
        self.assertEqual(
            (stop["transactionId"], stop["meterStop"], stop["reason"], stop["timestamp"]),
            (101, 317, "EVDisconnected", "2026-01-01T00:05:13Z"),
        )
        self.assertEqual(
            (start["idTag"], start["meterStart"], start["timestamp"]),
            ("OFF", 317, "2026-01-01T00:05:17Z"),
        )
        # The bench's central system counts from 101 on.
        self.assertEqual((last["transactionId"], last["reason"]), (101, "PowerLoss"))
        self.assertEqual(bench.evse.connectors[0].register.wh, 317)
        bench.power_up()
        self.assertEqual(self.transactions(bench), [], "told once")

    def test_the_rest(self):
        bench = with_files(previous.REST)
        self.assertEqual(bench.evse.connectors[0].status, "Unavailable")
        configuration = bench.charge_point.configuration
        self.assertEqual(configuration.number("HeartbeatInterval"), 20)
        self.assertTrue(configuration.flag("LocalPreAuthorize"))
        self.assertEqual(len(configuration.items("MeterValuesSampledData")), 2)
        self.assertEqual(bench.job.location, "https://host/x.ucup")
        self.assertEqual((bench.job.phase, bench.job.attempts_left), (jobs.WAITING, 3))

    def test_unknown_fields_are_ignored(self):
        for contents in (previous.CHARGING, previous.OFFLINE, previous.REST):
            more = {}
            for path, data in contents.items():
                state = json.loads(data)
                state["later"] = {"a": [1, None]}
                for record in state.get("open", ()):
                    record["later"] = [1]
                more[path] = json.dumps(state).encode()
            told, told_more = (
                self.transactions(with_files(contents)),
                self.transactions(with_files(more)),
            )
            self.assertEqual(told, told_more)


if __name__ == "__main__":
    unittest.main()
