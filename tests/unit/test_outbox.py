"""Transaction messages: order, attempts, ids, and what is on flash when."""

import json
import unittest

from charge_bench import MemoryFiles
from firmware.evse.evse import Evse
from firmware.ocpp16.clock import Clock
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.outbox import PATH, Outbox
from ocppj import UniqueIds

START = {"connectorId": 1, "idTag": "a b\n", "meterStart": 5, "timestamp": "t"}
STOP = {"meterStop": 9, "timestamp": "u", "reason": "Local"}


class FailingFiles(MemoryFiles):
    """Raises OSError in place of each write while ``broken``, of each read while ``deaf``."""

    broken = False
    deaf = False

    def write(self, path, data):
        if self.broken:
            raise OSError(5)
        MemoryFiles.write(self, path, data)

    def open(self, path, mode):
        if self.deaf and mode == "rb":
            raise OSError(5)
        return MemoryFiles.open(self, path, mode)


class OutboxTest(unittest.TestCase):
    def setUp(self):
        self.lines = []
        self.files = FailingFiles()
        self.boots = 0
        self.boot()

    def boot(self, inhibited=False):
        """A new run over the same files."""
        self.boots += 1
        keys = {"TransactionMessageAttempts": 3, "TransactionMessageRetryInterval": 60}
        self.evse = Evse(16000, 2)
        self.evse.inhibited = inhibited
        self.outbox = Outbox(
            Configuration(MemoryFiles(), keys), Clock(0), self.lines.append, self.files,
            UniqueIds(bytes([self.boots] * 12)), self.evse,
        )  # fmt: skip
        return self.outbox

    def sample(self, second, number=1, now_ms=0):
        reading = "2026-01-01T00:%02d:%02dZ P E%d" % (second // 60, second % 60, second)
        self.outbox.add_sample(number, 1, reading, now_ms)

    def send(self, transaction_id=None):
        """Have one message delivered: (action, payload, uniqueId)."""
        self.assertTrue(self.outbox.ready(0))
        action, payload, _, unique_id = self.outbox.take()
        if transaction_id is None:
            self.outbox.delivered(0)
        else:
            self.outbox.delivered(0, transaction_id)
        return action, payload, unique_id

    def queued(self):
        """What lies in the segments, in order."""
        found = []
        for name in sorted(self.files.data):
            if name.startswith("/state/outbox/"):
                for line in self.files.data[name].split(b"\n"):
                    if line[9:10] in (b"S", b"M", b"T"):
                        found.append(line[9:].decode())
        return found

    def state(self):
        return json.loads(self.files.data[PATH])

    def test_strict_order_and_ids(self):
        outbox = self.outbox
        number = outbox.add_start(START, 0)
        self.sample(1)
        outbox.add_stop(number, STOP, 0)
        self.assertEqual(len(outbox), 3)
        action, payload, start_id = self.send(0)
        self.assertEqual((action, payload["idTag"]), ("StartTransaction", "a b\n"))
        action, payload, sample_id = self.send()
        self.assertEqual((action, payload["transactionId"]), ("MeterValues", 0))
        self.assertEqual(outbox.transaction_id(number), 0)
        action, payload, stop_id = self.send()
        self.assertEqual((action, payload["transactionId"]), ("StopTransaction", 0))
        self.assertIsNone(outbox.transaction_id(number))
        self.assertEqual(len(outbox), 0)
        self.assertEqual(len({start_id, sample_id, stop_id}), 3)
        self.assertFalse(outbox.ready(0))

    def test_attempts_and_intervals(self):
        outbox = self.outbox
        outbox.add_stop(1, STOP, 0)
        outbox.add_start(START, 0)
        ids = []
        for wait_ms in (60000, 120000):
            self.assertTrue(outbox.ready(1000))
            ids.append(outbox.take()[3])
            self.assertFalse(outbox.ready(1000))
            self.assertFalse(outbox.failed(1000))
            outbox.tick(1000 + wait_ms - 1, True)
            self.assertFalse(outbox.ready(1000 + wait_ms - 1))
            outbox.tick(1000 + wait_ms, True)
            self.assertTrue(outbox.ready(1000 + wait_ms))
        ids.append(outbox.take()[3])
        self.assertEqual(ids, [ids[0]] * 3)
        self.assertTrue(outbox.failed(1000))
        self.assertTrue(outbox.ready(1000))
        self.assertEqual(outbox.take()[0], "StartTransaction")

    def test_start_given_up_means_minus_one(self):
        number = self.outbox.add_start(START, 0)
        self.sample(1, number)
        self.outbox.add_stop(number, STOP, 0)
        for _ in range(3):
            self.outbox.tick(500000, True)
            self.assertTrue(self.outbox.ready(0))
            self.outbox.take()
            self.outbox.failed(0)
        self.boot()
        self.assertEqual(self.send()[1]["transactionId"], -1)
        self.assertEqual(self.send()[1]["transactionId"], -1)

    def test_lost_link_is_no_attempt(self):
        self.outbox.add_start(START, 0)
        for _ in range(10):
            self.assertTrue(self.outbox.ready(0))
            self.outbox.take()
            self.outbox.interrupted()
        self.assertTrue(self.outbox.ready(0))
        self.assertEqual(self.lines, [])

    def test_readings_outside_a_transaction_carry_no_id(self):
        self.sample(1, 0)
        self.assertNotIn("transactionId", self.send()[1])

    def test_samples_answered_promptly_never_touch_the_flash(self):
        number = self.outbox.add_start(START, 0)
        self.send(7)
        writes = self.files.writes
        for second in range(60, 600, 60):
            self.sample(second, number, second * 1000)
            self.outbox.tick(second * 1000, True)
            self.outbox.tick(second * 1000 + 4900, True)
            self.assertEqual(self.send()[0], "MeterValues")
        self.assertEqual(self.files.writes, writes)

    def test_samples_go_to_flash_offline_or_after_five_seconds_or_four(self):
        self.sample(1)
        self.outbox.tick(0, False)
        self.assertEqual(len(self.queued()), 1)
        self.sample(2)
        self.outbox.tick(4900, True)
        self.assertEqual(len(self.queued()), 1)
        self.outbox.tick(5000, True)
        self.assertEqual(len(self.queued()), 2)
        for second in range(3, 7):
            self.sample(second)
        self.outbox.tick(0, True)
        self.assertEqual(len(self.queued()), 6)

    def test_sample_in_flight_keeps_its_place_and_id_when_it_goes_to_flash(self):
        self.sample(1)
        self.assertTrue(self.outbox.ready(0))
        first = self.outbox.take()
        number = self.outbox.add_start(START, 0)
        self.assertEqual(len(self.queued()), 2)
        self.outbox.interrupted()
        self.boot()
        again = self.send()
        self.assertEqual(again, (first[0], first[1], first[3]))
        self.assertEqual(self.outbox.number, number)
        self.assertEqual(self.send()[0], "StartTransaction")

    def test_delivered_and_open_change_in_one_write(self):
        number = self.outbox.add_start(START, 0)
        before = self.files.writes
        self.send(55)
        self.assertEqual(self.files.writes, before + 1)
        self.assertEqual(self.boot().transaction_id(number), 55)
        self.assertEqual([record["n"] for record in self.outbox.left_open], [number])
        self.assertEqual(len(self.outbox), 0)

    def test_ids_stay_over_reboots_and_never_repeat(self):
        seen = []
        for _ in range(5):
            number = self.outbox.add_start(START, 0)
            self.outbox.add_stop(number, STOP, 0)
            self.boot()
        while self.outbox.ready(0):
            self.outbox.take()
            self.boot()
            self.assertTrue(self.outbox.ready(0))
            seen.append(self.send(1)[2])
            self.boot()
        self.assertEqual(len(seen), 10)
        self.assertEqual(len(set(seen)), 10)
        for unique_id in seen:
            self.assertLessEqual(len(unique_id), 36)

    def test_registers_come_back_from_whatever_knows_most(self):
        self.evse.connectors[1].register.wh = 700
        self.outbox.save(0)
        self.boot()
        self.assertEqual(self.evse.connectors[1].register.wh, 700)
        self.outbox.add_start(START, 0)
        self.sample(33)
        self.outbox.tick(0, False)
        self.boot()
        self.assertEqual(self.evse.connectors[0].register.wh, 33)
        self.outbox.add_stop(1, {"meterStop": 44, "timestamp": "u", "reason": "Local"}, 0)
        self.boot()
        self.assertEqual([connector.register.wh for connector in self.evse.connectors], [44, 700])

    def test_flash_that_fails_does_not_stop_the_books(self):
        self.files.broken = True
        number = self.outbox.add_start(START, 0)
        for second in range(40):
            self.sample(second, number)
            self.outbox.tick(0, False)
        self.outbox.add_stop(number, STOP, 0)
        self.assertLess(len(self.outbox), 20)
        self.assertTrue(self.outbox.full)
        self.assertEqual(self.send(3)[0], "StartTransaction")
        self.files.broken = False
        self.outbox.tick(10000, False)
        self.assertFalse(self.outbox.full)
        self.boot()
        while len(self.outbox) > 1:
            self.assertEqual(self.send()[1]["transactionId"], 3)
        self.assertEqual(self.send()[0], "StopTransaction")

    def test_segment_that_cannot_be_read_is_given_up_in_the_end(self):
        self.outbox.add_start(START, 0)
        self.boot()
        self.files.deaf = True
        for _ in range(30):
            self.assertFalse(self.outbox.ready(0))
            self.outbox.tick(20000, True)
        self.files.deaf = False
        self.assertEqual(len(self.outbox), 0)
        self.outbox.add_stop(1, STOP, 0)
        self.assertEqual(self.send()[0], "StopTransaction")


if __name__ == "__main__":
    unittest.main()
