"""An outbox on its own, over boots: what it is told, and what it would send."""

import unittest

from charge_bench import MemoryFiles
from firmware.evse.evse import Evse
from firmware.ocpp16.clock import Clock
from firmware.ocpp16.configuration import Configuration
from firmware.ocpp16.outbox import Outbox
from ocppj import UniqueIds


class OutboxBench(unittest.TestCase):
    """Base of tests: an outbox over files that outlive it."""

    def setUp(self):
        self.files = MemoryFiles()
        self.lines = []
        self.boots = 0
        self.boot()

    def boot(self, inhibited=False):
        """The next run; ``inhibited``: a trial."""
        self.boots += 1
        self.evse = Evse(16000, 2)
        self.evse.inhibited = inhibited
        self.outbox = Outbox(
            Configuration(MemoryFiles(), {}), Clock(0), self.lines.append, self.files,
            UniqueIds(bytes([self.boots] * 12)), self.evse,
        )  # fmt: skip
        return self.outbox

    def start(self, wh=1):
        return self.outbox.add_start(
            {"connectorId": 1, "idTag": "A", "meterStart": wh, "timestamp": "t"}, 0
        )

    def stop(self, number, wh=2):
        payload = {"meterStop": wh, "timestamp": "u", "reason": "Local"}
        self.outbox.add_stop(number, payload, 0)

    def samples(self, number, count, first=0):
        for index in range(first, first + count):
            self.outbox.add_sample(number, 1, "2026-01-01T00:00:00Z P E%d" % index, 0)
            self.outbox.tick(0, False)

    def each(self):
        """Deliver all there is, one by one: (action, payload, uniqueId)."""
        while self.outbox.ready(0):
            action, payload, _, unique_id = self.outbox.take()
            self.outbox.delivered(0, 7)
            yield action, payload, unique_id

    def drain(self):
        return list(self.each())
