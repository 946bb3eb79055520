"""More than one connector, and a firmware update near: who is available when."""

import unittest

from charge_bench import Bench


class TwoConnectors(unittest.TestCase):
    def test_each_has_its_own_status(self):
        bench = Bench(connectors=2)
        bench.connect()
        bench.run(1)
        for connector_id in (0, 1, 2):
            self.assertEqual(bench.central.statuses(connector_id), ["Available"])
        central = bench.central
        change = {"connectorId": 2, "type": "Inoperative"}
        self.assertEqual(central.call("ChangeAvailability", change), {"status": "Accepted"})
        bench.run(1)
        self.assertEqual(central.statuses(2)[-1], "Unavailable")
        self.assertEqual(central.statuses(0), ["Available"])
        bench.charge()
        self.assertEqual(central.payloads("StartTransaction")[0]["connectorId"], 1)


class FakeJob:
    def __init__(self):
        self.wants_unavailable = self.wants_idle = False
        self.trigger_status = "Downloading"


class UpdateNear(unittest.TestCase):
    def test_connectors_go_and_come_back(self):
        job = FakeJob()
        bench = Bench(job=job)
        bench.cold_boot()
        job.wants_idle = True
        bench.run(1)
        start = {"idTag": "R"}
        self.assertEqual(
            bench.central.call("RemoteStartTransaction", start), {"status": "Rejected"}
        )
        self.assertEqual(bench.central.statuses(), [])
        job.wants_unavailable = True
        bench.run(1)
        self.assertEqual(bench.central.statuses(), ["Unavailable"])
        job.wants_unavailable = job.wants_idle = False
        bench.run(1)
        self.assertEqual(bench.central.statuses(), ["Unavailable", "Available"])
        bench.central.call("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"})
        bench.run(1)
        sent = bench.central.payloads("FirmwareStatusNotification")
        self.assertEqual(sent, [{"status": "Downloading"}])


if __name__ == "__main__":
    unittest.main()
