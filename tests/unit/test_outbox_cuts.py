"""The outbox over power cuts: at every change of the flash, nothing lost, no second uniqueId."""

import unittest

from charge_bench import MemoryFiles
from cut_files import CutFiles, PowerCut
from firmware.evse.evse import Evse
from firmware.ocpp16.clock import Clock
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.outbox import Outbox
from ocppj import UniqueIds


class Books:
    """A central system that knows a message by its uniqueId, and those who gave it up."""

    def __init__(self):
        self.order = []  # uniqueIds as they came first
        self.messages = {}
        self.promised = []  # what the outbox has taken: it must come, in this order

    def take(self, action, payload, unique_id):
        if unique_id in self.messages:
            assert self.messages[unique_id] == (action, payload), unique_id
        else:
            self.order.append(unique_id)
            self.messages[unique_id] = (action, payload)
        return 1000 + self.order.index(unique_id)

    def marks(self):
        """What was received, told by the figure that each message has of its own."""
        found = []
        for unique_id in self.order:
            action, payload = self.messages[unique_id]
            if action == "MeterValues":
                value = payload["meterValue"][0]["sampledValue"][0]["value"]
            else:
                value = payload["meterStart" if action[2] == "a" else "meterStop"]
            found.append((action, int(value)))
        return found


class Device:
    """The outbox with whoever feeds it and sends for it, over boots."""

    def __init__(self, files, books):
        self.files = files
        self.books = books
        self.boots = 0
        self.wh = 0
        self.lines = []

    def boot(self):
        self.boots += 1
        self.outbox = Outbox(
            Configuration(MemoryFiles(), {}), Clock(0), self.lines.append, self.files,
            UniqueIds(bytes([self.boots] * 12)), Evse(16000),
        )  # fmt: skip

    def promise(self, action):
        self.books.promised.append((action, self.wh))

    def start(self):
        self.wh += 1
        number = self.outbox.add_start(
            {"connectorId": 1, "idTag": "A", "meterStart": self.wh, "timestamp": "t"}, 0
        )
        self.promise("StartTransaction")
        return number

    def sample(self, number, online=False):
        self.wh += 1
        self.outbox.add_sample(number, 1, "2026-01-01T00:00:00Z P E%d" % self.wh, 0)
        self.outbox.tick(0, online)
        if not online:
            self.promise("MeterValues")

    def stop(self, number):
        self.wh += 1
        self.outbox.add_stop(
            number, {"meterStop": self.wh, "timestamp": "u", "reason": "Local"}, 0
        )
        self.promise("StopTransaction")

    def deliver(self, most=1000):
        while most and self.outbox.ready(0):
            most -= 1
            action, payload, _, unique_id = self.outbox.take()
            transaction_id = self.books.take(action, payload, unique_id)
            if action == "StartTransaction":
                self.outbox.delivered(0, transaction_id)
            else:
                self.outbox.delivered(0)

    def day(self):
        """Online, offline, a backlog that is delivered in parts, over several segments."""
        number = self.start()
        self.deliver()
        self.sample(number, True)
        self.deliver()
        self.sample(number)
        self.stop(number)
        number = self.start()
        for _ in range(100):
            self.sample(number)
        self.deliver(30)
        self.stop(number)
        self.deliver(50)
        number = self.start()
        self.sample(number)
        self.deliver()


class Cuts(unittest.TestCase):
    def run_day(self, cut_at, after):
        files = CutFiles(cut_at, after)
        books = Books()
        device = Device(files, books)
        try:
            device.boot()
            device.day()
        except PowerCut:
            pass
        was_cut = files.is_dead
        files.restore_power()
        device.boot()
        outbox = device.outbox
        # What was cut in the midst may have come about or not.
        for number in [record["n"] for record in outbox.left_open]:
            device.stop(number)
        device.deliver()
        self.assertEqual(len(outbox), 0)
        promised = books.promised
        marks = [mark for mark in books.marks() if mark in promised]
        self.assertEqual(marks, promised)
        for action, payload in books.messages.values():
            self.assertNotEqual(payload.get("transactionId"), -1, (action, payload))
        device.boot()
        self.assertEqual(device.outbox.left_open, [])
        self.assertEqual(len(device.outbox), 0)
        return files, was_cut

    def test_nothing_is_lost_or_told_twice(self):
        files, _ = self.run_day(None, False)
        operations = files.operations
        self.assertGreater(operations, 100)
        cuts = 0
        for after in (False, True):
            for cut_at in range(1, operations + 1):
                with self.subTest(cut_at=cut_at, after=after):
                    cuts += self.run_day(cut_at, after)[1]
        self.assertGreater(cuts, 2 * operations - 20)


if __name__ == "__main__":
    unittest.main()
