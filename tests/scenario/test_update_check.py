"""Updates that the charger looks for by itself: when it looks, and what comes of it.

The test plays the edge that reads the index.
"""

import json
import unittest

from charge_bench import START_S
from firmware.ocpp16 import update_job as jobs
from firmware.ocpp16.update_check import PATH
from firmware.ocpp16.update_statuses import OWN
from ticks import ticks_add
from update_bench import UpdateBench

URL = "https://host/index.json"
HOUR_S = 3600
NOTHING = ("", (), ())


class TestUpdateCheck(unittest.TestCase):
    def boot(self, keys=None, fell=NOTHING, files=None):
        self.bench = UpdateBench(keys=keys, files=files)
        self.start(fell)

    def start(self, fell=NOTHING):
        update = self.bench.update
        update.cause = fell
        update.new_id = self.random
        self.bench.cold_boot()

    def setUp(self):
        self.seed = 1

    def random(self):
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return self.seed >> 8

    def change(self, key, value, status="Accepted"):
        answer = self.bench.central.call("ChangeConfiguration", {"key": key, "value": value})
        self.assertEqual(answer, {"status": status}, (key, value))

    def state(self):
        data = self.bench.files.read(PATH, 2000)
        return json.loads(data) if data else None

    def checks(self, seconds):
        """When the index was to be read: seconds from now, within that many."""
        found = []
        start_ms = self.bench.elapsed_ms
        for _ in range(seconds):
            self.bench.now_ms = ticks_add(self.bench.now_ms, 980)  # nothing happens in there
            self.bench.elapsed_ms += 980
            self.bench.step()
            if self.bench.update.check is not None:
                self.assertEqual(self.bench.update.check["url"], URL)
                self.bench.update.check = None
                found.append((self.bench.elapsed_ms - start_ms) // 1000)
        return found

    def own_job(self, version=(1, 1, 0)):
        """As the edge asks for what it has found."""
        bench = self.bench
        now_s = START_S + bench.elapsed_ms // 1000
        bench.update.request("https://host/x", now_s, 0, 0, OWN)
        self.version = version

    def test_off_by_default(self):
        for keys in (
            None,
            {"UpdateCheckUrl": URL},
            {"UpdateCheckInterval": "60"},
            {"UpdateCheckEvents": "RollBack"},
            {"UpdateCheckEvents": "RollBack", "UpdateCheckInterval": "60"},
        ):
            self.boot(keys, ("1", ("RollBack",), (1, 1, 0)))
            if keys is not None and "UpdateCheckUrl" in keys:
                self.assertEqual(self.bench.update.watched, ())
            self.assertEqual(self.checks(150), [], keys)
            self.assertIsNone(self.state())
            self.assertIsNone(self.bench.update.look_ms)

    def test_UpdateCheckInterval(self):
        self.boot({"UpdateCheckUrl": URL, "UpdateCheckInterval": "100"})
        found = self.checks(1000)
        self.assertLessEqual(found[0], 101)
        gaps = [found[i + 1] - found[i] for i in range(len(found) - 1)]
        self.assertGreaterEqual(len(gaps), 7)
        self.assertGreaterEqual(min(gaps), 99)
        self.assertLessEqual(max(gaps), 112)
        self.assertNotEqual(min(gaps), max(gaps), "jitter")
        self.change("UpdateCheckInterval", "0")
        self.assertEqual(self.checks(250), [])
        for value in ("59", "1", "-1", "2592001", "x", ""):
            self.change("UpdateCheckInterval", value, "Rejected")
        self.change("UpdateCheckInterval", "60")
        self.assertIn(len(self.checks(70)), (1, 2))

    def test_UpdateCheckUrl(self):
        for value in ("x", "ftp://host/x", "https://", "https://a b", "://x"):
            self.boot({"UpdateCheckInterval": "60"})
            self.change("UpdateCheckUrl", value, "Rejected")
        self.assertEqual(self.checks(70), [])
        self.change("UpdateCheckUrl", URL)
        self.assertIn(len(self.checks(70)), (1, 2))
        self.change("UpdateCheckUrl", "")
        self.assertEqual(self.checks(150), [])

    def test_UpdateCheckEvents(self):
        for value in ("NoError", "x", "RollBack,RollBack"):
            self.boot()
            self.change("UpdateCheckEvents", value, "Rejected")
        for events, fell, count in (
            ("RollBack,GroundFailure", ("1", ("RollBack",), (1, 1, 0)), 1),
            ("CorruptSlot", ("1", ("RollBack",), (1, 1, 0)), 0),
            ("CorruptSlot", ("1", ("CorruptSlot",), ()), 1),
            ("RollBack,CorruptSlot", NOTHING, 0),
        ):
            self.boot({"UpdateCheckUrl": URL, "UpdateCheckEvents": events}, fell)
            self.assertEqual(len(self.checks(400)), count, events)
            refused = [list(fell[2])] if fell[2] else []
            self.assertEqual((self.state() or {"refused": []})["refused"], refused)

    def test_a_fault(self):
        self.boot({"UpdateCheckUrl": URL, "UpdateCheckEvents": "GroundFailure"})
        self.bench.run(1)
        faults = self.bench.evse.connectors[0].faults
        faults.set("heat", True)
        self.assertEqual(self.checks(400), [])
        faults.set("heat", False)
        faults.set("ground", True)
        self.assertEqual(len(self.checks(400)), 1)
        self.assertEqual(self.checks(400), [], "once, while it lasts")

    def test_events_are_heeded_once_an_hour_at_most(self):
        self.boot({"UpdateCheckUrl": URL, "UpdateCheckEvents": "HighTemperature"})
        self.bench.run(1)
        faults = self.bench.evse.connectors[0].faults
        found = []
        for _ in range(100):
            faults.set("heat", True)
            found += self.checks(20)
            faults.set("heat", False)
            found += self.checks(20)
        self.assertEqual(len(found), 2)

    def test_a_roll_back_is_heeded_once_over_resets(self):
        keys = {"UpdateCheckUrl": URL, "UpdateCheckEvents": "RollBack"}
        fell = ("1", ("RollBack",), (1, 1, 0))
        self.boot(keys, fell)
        self.assertEqual(len(self.checks(400)), 1)
        for mark, count in (("1", 0), ("2", 1)):
            self.bench.power_up()
            self.start((mark,) + fell[1:])
            self.assertEqual(len(self.checks(2 * HOUR_S)), count, mark)

    def test_resets_bring_no_check_sooner(self):
        keys = {"UpdateCheckUrl": URL, "UpdateCheckInterval": "600"}
        self.boot(keys)
        found = self.checks(700)
        self.assertEqual(len(found), 1)
        next_s = self.state()["next_s"]
        for _ in range(3):
            elapsed_ms = self.bench.elapsed_ms
            self.bench.power_up()
            self.start()
            self.assertEqual(self.checks(30), [])
            self.assertGreater(self.bench.elapsed_ms, elapsed_ms)
        self.assertEqual(self.state()["next_s"], next_s)

    def test_a_check_that_was_missed_comes_soon_but_not_at_once(self):
        self.boot({"UpdateCheckUrl": URL, "UpdateCheckInterval": "6000"})
        self.bench.run(2)
        files = self.bench.files
        state = self.state()
        state["next_s"] = START_S - 100
        files.write(PATH, json.dumps(state).encode())
        self.boot(self.bench.keys, NOTHING, files)
        self.bench.run(1)
        self.assertIsNone(self.bench.update.check)
        self.assertLessEqual(self.state()["next_s"], START_S + 310)

    def test_a_clock_that_was_wrong(self):
        self.boot({"UpdateCheckUrl": URL, "UpdateCheckInterval": "600"})
        self.bench.run(2)
        files = self.bench.files
        state = self.state()
        state["next_s"] = state["last_s"] = START_S + 100000000
        for data in (json.dumps(state).encode(), b"{", b"[]", b'{"next_s": "x"}'):
            files.write(PATH, data)
            self.boot(self.bench.keys, NOTHING, files)
            self.assertEqual(len(self.checks(610)), 1)

    def test_not_before_the_clock_is_set_nor_in_a_trial(self):
        self.bench = UpdateBench({"UpdateCheckUrl": URL, "UpdateCheckInterval": "60"})
        self.bench.update.cause = NOTHING
        self.assertEqual(self.checks(100), [])
        self.bench.evse.inhibited = True
        self.start()
        self.assertEqual(self.checks(100), [])
        self.bench.evse.inhibited = False
        self.assertIn(len(self.checks(70)), (1, 2))

    def test_not_beside_a_transaction(self):
        self.boot({"UpdateCheckUrl": URL, "UpdateCheckInterval": "60"})
        self.bench.charge()
        self.assertEqual(self.checks(150), [])
        self.bench.vehicle.plugged = False
        self.assertEqual(len(self.checks(20)), 1)

    def test_not_beside_another_update(self):
        self.boot({"UpdateCheckUrl": URL, "UpdateCheckInterval": "60"})
        self.bench.ask()
        self.bench.until(jobs.DOWNLOADING)
        self.assertEqual(self.checks(150), [])
        self.bench.central.answers["FirmwareStatusNotification"] = None  # the outcome is owed
        self.bench.job.content_refused("x")
        self.assertEqual(self.checks(20), [])
        self.bench.central.answers["FirmwareStatusNotification"] = {}
        self.assertIn(len(self.checks(130)), (1, 2))
        self.bench.update.offer = {"ask": ()}
        self.assertEqual(self.checks(150), [])

    def test_an_update_of_its_own_from_end_to_end(self):
        self.boot({"UpdateWindowStart": "00:01", "UpdateWindowEnd": "00:02"})
        self.bench.charge()
        self.own_job()
        self.bench.run(5)
        self.assertEqual((self.bench.job.phase, self.bench.statuses()), (jobs.SCHEDULED, []))
        self.bench.vehicle.plugged = False
        self.bench.until(jobs.DOWNLOADING)
        self.bench.job.staged((1, 1, 0))
        self.bench.run(5)
        self.assertEqual(self.bench.job.phase, jobs.READY, "the window")
        self.bench.until(jobs.INSTALLING)
        self.assertGreaterEqual(self.bench.elapsed_ms, 60000)
        self.bench.run(1)
        self.assertEqual(self.bench.statuses(), ["Downloading", "Downloaded", "Installing"])
        self.assertIn("Unavailable", self.bench.connector_statuses())

    def test_what_was_refused_is_remembered(self):
        for end, expected in (
            (lambda job: job.content_refused("x"), [[1, 1, 0]]),
            (lambda job: job.signature_refused("x"), [[1, 1, 0]]),
            (lambda job: job.install_failed("selftest"), [[1, 1, 0]]),
            (lambda job: job.transport_failed("404", START_S), []),
        ):
            self.boot()
            state = {"asked": [1, 1, 0], "next_s": 0, "last_s": 0, "mark": "", "refused": []}
            self.bench.files.write(PATH, json.dumps(state).encode())
            self.own_job()
            self.bench.until(jobs.DOWNLOADING)
            end(self.bench.job)
            self.assertEqual(self.state()["refused"], expected)

    def test_a_request_takes_the_place_of_its_own(self):
        self.boot()
        self.own_job()
        self.bench.until(jobs.DOWNLOADING)
        self.assertEqual(self.bench.ask(), {})
        self.assertNotEqual(self.bench.job.kind, OWN)
        self.assertIsNone(self.state())

    def test_flash_that_fails_is_tried_again_in_a_minute(self):
        self.boot()
        self.change("UpdateCheckUrl", URL)
        self.change("UpdateCheckInterval", "60")
        files, tries = self.bench.files, []
        write = files.write

        def fail(path, data):
            if path == PATH:
                tries.append(path)
                raise OSError(28)
            write(path, data)

        files.write = fail
        self.assertEqual(self.checks(90), [])
        self.assertIn(len(tries), (1, 2))
        files.write = write
        self.assertGreaterEqual(len(self.checks(200)), 1)


if __name__ == "__main__":
    unittest.main()
