"""What scenario tests have in common: a registered charge point, and hands for car and card."""

import unittest

from charge_bench import Bench


class Scenario(unittest.TestCase):
    """``KEYS``: the configuration to start with."""

    KEYS = {}

    def setUp(self):
        self.bench = Bench(dict(self.KEYS))
        self.central = self.bench.central
        self.bench.cold_boot()

    def call(self, action, **payload):
        """The answer's payload or CALLERROR code."""
        return self.central.call(action, payload)

    def status(self, action, **payload):
        """The answer's status."""
        return self.call(action, **payload)["status"]

    def change(self, key, value):
        """ChangeConfiguration, which must be accepted."""
        self.assertEqual(self.status("ChangeConfiguration", key=key, value=value), "Accepted")

    def card(self, idTag="TAG1", seconds=2):
        """Hold a card against the reader."""
        self.bench.charge_point.present_id_tag(idTag, self.bench.now_ms)
        self.bench.run(seconds)

    def plug(self, seconds=2):
        """Connect the car."""
        self.bench.vehicle.plugged = True
        self.bench.run(seconds)

    def unplug(self, seconds=3):
        """Pull the plug."""
        self.bench.vehicle.plugged = False
        self.bench.run(seconds)

    def starts(self):
        """The StartTransactions received."""
        return self.central.payloads("StartTransaction")

    def stops(self):
        """The StopTransactions received."""
        return self.central.payloads("StopTransaction")

    def charges(self):
        """Whether energy flows."""
        before = self.bench.vehicle.wh
        self.bench.run(0.1)
        return self.bench.vehicle.wh > before

    def messages(self):
        """The actions received, less StatusNotification."""
        return [action for action in self.central.actions() if action != "StatusNotification"]
