"""A flash that fails at any operation, once or for a while: no message lost, none twice."""

import unittest

from charge_bench import MemoryFiles
from outbox_bench import OutboxBench


class FaultyFiles(MemoryFiles):
    """Raises OSError at operation ``first`` and the ``count`` - 1 after it; reads count too."""

    first = None
    count = 0
    operations = 0

    def fail(self, first, count):
        self.first, self.count, self.operations = first, count, 0

    def _operate(self):
        self.operations += 1
        if self.first is not None and 0 <= self.operations - self.first < self.count:
            raise OSError(5)

    def write(self, path, data):
        self._operate()
        MemoryFiles.write(self, path, data)

    def remove(self, path):
        self._operate()
        MemoryFiles.remove(self, path)

    def open(self, path, mode):
        self._operate()
        return MemoryFiles.open(self, path, mode)


class Errors(OutboxBench):
    def setUp(self):
        OutboxBench.setUp(self)
        self.files = FaultyFiles()
        self.boot()
        self.now_ms = 0
        self.received = []

    def wait(self, seconds=1, online=True):
        self.now_ms += seconds * 1000
        self.outbox.tick(self.now_ms, online)

    def deliver(self, most):
        for _ in range(most):
            self.wait()
            if self.outbox.ready(self.now_ms):
                action, payload, _, unique_id = self.outbox.take()
                self.received.append((action, payload, unique_id))
                self.outbox.delivered(self.now_ms, 7)

    def day(self):
        number = self.start(0)
        self.deliver(2)
        for wh in range(1, 60):
            self.outbox.add_sample(number, 1, "2026-01-01T00:00:00Z P E%d" % wh, self.now_ms)
            self.wait(3, wh % 7 == 0)
        self.stop(number, 60)
        self.deliver(40)
        number = self.start(60)
        self.stop(number, 61)
        self.deliver(120)

    def run_day(self, first, count):
        self.setUp()
        self.files.fail(first, count)
        self.day()
        operations = self.files.operations
        self.files.fail(None, 0)
        self.deliver(60)
        self.assertEqual(len(self.outbox), 0)
        self.boot()
        self.deliver(20)
        actions = [action for action, _, _ in self.received]
        starts = [action for action in actions if action != "MeterValues"]
        self.assertEqual(starts, ["StartTransaction", "StopTransaction"] * 2)
        self.assertEqual(actions[0], "StartTransaction")
        self.assertEqual(len({unique_id for _, _, unique_id in self.received}), len(actions))
        self.assertEqual(self.outbox.open, [])
        return operations, actions.count("MeterValues")

    def test_one_operation_fails(self):
        operations, samples = self.run_day(None, 0)
        self.assertEqual(samples, 59)
        for first in range(1, operations, 3):
            with self.subTest(first=first):
                self.assertEqual(self.run_day(first, 1)[1], 59)

    def test_a_while(self):
        operations, _ = self.run_day(None, 0)
        for first in range(1, operations, 11):
            with self.subTest(first=first):
                self.assertGreater(self.run_day(first, 3)[1], 50)


if __name__ == "__main__":
    unittest.main()
