"""How much the books write to flash: bytes and operations in an hour of charging."""

import unittest

from charge_bench import Bench, MemoryFiles

MINUTES = 20


class CountingFiles(MemoryFiles):
    """Counts what a file system would be told to write, appends by what they add."""

    def __init__(self):
        MemoryFiles.__init__(self)
        self.bytes = 0
        self.operations = 0

    def write(self, path, data):
        before = self.data.get(path, b"")
        added = bytes(data)
        if before and added[: len(before)] == before and "/outbox/" in path:
            added = added[len(before) :]
        self.bytes += len(added)
        self.operations += 1
        MemoryFiles.write(self, path, data)

    def remove(self, path):
        self.operations += 1
        MemoryFiles.remove(self, path)


class FlashUse(unittest.TestCase):
    def setUp(self):
        self.files = CountingFiles()
        self.bench = Bench({"AllowOfflineTxForUnknownId": "true"}, files=self.files)
        self.bench.cold_boot()

    def use(self, action):
        """(bytes, operations) that ``action()`` costs."""
        before = self.files.bytes, self.files.operations
        action()
        return self.files.bytes - before[0], self.files.operations - before[1]

    def end(self):
        self.bench.charge_point.present_id_tag("TAG1", self.bench.now_ms)
        self.bench.run(10)

    def per_hour(self, used):
        return used[0] * 60 // MINUTES, used[1] * 60 // MINUTES

    def test_online(self):
        bench = self.bench
        begin = self.use(bench.charge)
        hour = self.per_hour(self.use(lambda: bench.run(MINUTES * 60)))
        end = self.use(self.end)
        # Begin and end, then an hour at 60 s: the energy register once a minute.
        self.assertLessEqual(begin[0] + end[0], 1500, (begin, end))
        self.assertLessEqual(begin[1] + end[1], 8, (begin, end))
        self.assertLessEqual(hour[0], 15000, hour)
        self.assertLessEqual(hour[1], 60, hour)

    def test_online_while_no_energy_flows(self):
        bench = self.bench
        bench.charge()
        bench.vehicle.wants = False
        bench.run(70)
        self.assertEqual(self.use(lambda: bench.run(MINUTES * 60)), (0, 0))

    def test_offline(self):
        bench = self.bench
        bench.charge()
        bench.disconnect()
        hour = self.per_hour(self.use(lambda: bench.run(MINUTES * 60)))
        # A line a sample; then what is delivered is noted now and then.
        self.assertLessEqual(hour[0], 5000, hour)
        self.assertLessEqual(hour[1], 66, hour)
        bench.connect()
        hour = self.per_hour(self.use(lambda: bench.run(10)))
        self.assertEqual(len(bench.charge_point._outbox), 0)
        self.assertLessEqual(hour[0], 4000, hour)


if __name__ == "__main__":
    unittest.main()
