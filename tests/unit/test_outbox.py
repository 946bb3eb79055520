"""Transaction messages: order, attempts, ids, and what goes when there is no room."""

import unittest

from charge_bench import MemoryFiles
from firmware.ocpp16.clock import Clock
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.outbox import Outbox


class Store:
    """Keeps what durable storage would."""

    def __init__(self):
        self.messages = []
        self.ids = {}

    def add(self, action, text, number):
        self.messages.append((action, text, number))

    def drop(self):
        self.messages.pop(0)

    def drop_at(self, index):
        self.messages.pop(index)

    def start_answered(self, number, transaction_id):
        self.ids[number] = transaction_id


def reading(number):
    return {"connectorId": 1, "meterValue": [{"timestamp": "t%d" % number, "sampledValue": []}]}


class OutboxTest(unittest.TestCase):
    def setUp(self):
        self.lines = []
        keys = {"TransactionMessageAttempts": 3, "TransactionMessageRetryInterval": 60}
        configuration = Configuration(MemoryFiles(), keys)
        self.store = Store()
        self.outbox = Outbox(configuration, Clock(0), self.lines.append, self.store)

    def add(self, action, number=1, **payload):
        payload["timestamp"] = "t"
        self.outbox.add(action, payload, number)

    def test_strict_order_and_ids(self):
        self.add("StartTransaction")
        self.outbox.add("MeterValues", reading(1), 1)
        self.add("StopTransaction")
        self.assertTrue(self.outbox.ready(0))
        self.assertEqual(self.outbox.take()[0], "StartTransaction")
        self.assertFalse(self.outbox.ready(0))
        self.outbox.started(1, 0)
        self.outbox.delivered()
        action, payload, _ = self.outbox.take()
        self.assertEqual((action, payload["transactionId"]), ("MeterValues", 0))
        self.outbox.delivered()
        self.assertEqual(self.outbox.take()[1]["transactionId"], 0)
        self.assertEqual(self.outbox.transaction_id(1), 0)
        self.outbox.delivered()
        self.assertIsNone(self.outbox.transaction_id(1))
        self.assertEqual(len(self.outbox), 0)

    def test_attempts_and_intervals(self):
        self.add("StopTransaction")
        self.add("StartTransaction", 2)
        for wait_ms in (60000, 120000):
            self.assertTrue(self.outbox.ready(1000))
            self.outbox.take()
            self.assertFalse(self.outbox.failed(1000))
            self.assertFalse(self.outbox.ready(1000 + wait_ms - 1))
            self.assertTrue(self.outbox.ready(1000 + wait_ms))
        self.outbox.take()
        self.assertTrue(self.outbox.failed(1000))
        self.assertTrue(self.outbox.ready(1000))
        self.assertEqual(self.outbox.take()[0], "StartTransaction")

    def test_start_given_up_means_minus_one(self):
        self.add("StartTransaction")
        self.add("StopTransaction")
        for _ in range(3):
            self.outbox.take()
            self.outbox.failed(0)
        self.assertEqual(self.outbox.take()[1]["transactionId"], -1)

    def test_lost_link_is_no_attempt(self):
        self.add("StartTransaction")
        for _ in range(10):
            self.outbox.take()
            self.outbox.interrupted()
        self.assertTrue(self.outbox.ready(0))
        self.assertEqual(self.lines, [])

    def test_readings_outside_a_transaction_carry_no_id(self):
        self.outbox.add("MeterValues", reading(1), None)
        self.assertNotIn("transactionId", self.outbox.take()[1])

    def test_full_outbox_drops_middle_samples(self):
        for transaction in range(1, 4):
            self.add("StartTransaction", transaction)
            for number in range(150):
                self.outbox.add("MeterValues", reading(number), transaction)
            self.add("StopTransaction", transaction)
        self.assertLess(self.outbox._chars, 13000)
        kept = [(action, number) for action, _, number in self.outbox._messages]
        for transaction in range(1, 4):
            self.assertIn(("StartTransaction", transaction), kept)
            self.assertIn(("StopTransaction", transaction), kept)
            self.assertIn(("MeterValues", transaction), kept)
        self.assertEqual(self.store.messages, self.outbox._messages)
        self.assertEqual(
            sum(len(text) for _, text, _ in kept_all(self.outbox)), self.outbox._chars
        )

    def test_message_in_flight_is_never_dropped(self):
        self.outbox.add("MeterValues", reading(0), 1)
        self.outbox.take()
        for number in range(1, 400):
            self.outbox.add("MeterValues", reading(number), 1)
        self.assertIn("t0", self.outbox._messages[0][1])

    def test_store_hears_everything(self):
        self.add("StartTransaction")
        self.assertEqual(len(self.store.messages), 1)
        self.outbox.take()
        self.outbox.started(1, 55)
        self.outbox.delivered()
        self.assertEqual(self.store.messages, [])
        self.assertEqual(self.store.ids, {1: 55})


def kept_all(outbox):
    return outbox._messages


if __name__ == "__main__":
    unittest.main()
