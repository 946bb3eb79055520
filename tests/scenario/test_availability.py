"""ChangeAvailability; more than one connector; a firmware update near: who is available when."""

import unittest

from charge_bench import Bench
from scenario import Scenario


class ChangeAvailability(Scenario):
    def available(self, connector_id, operative):
        kind = "Operative" if operative else "Inoperative"
        return self.status("ChangeAvailability", connectorId=connector_id, type=kind)

    def test_unavailable_outlives_a_power_cut(self):
        for connector_id in (0, 1):
            self.assertEqual(self.available(connector_id, False), "Accepted")
            self.bench.run(1)
            self.assertEqual(self.central.statuses()[-1], "Unavailable")
            self.bench.power_up()
            self.bench.cold_boot()
            self.assertEqual(self.bench.evse.connectors[0].status, "Unavailable")
            self.plug()
            self.card("TAG1", 5)
            self.assertEqual(self.starts(), [])
            self.unplug()
            self.assertEqual(self.available(connector_id, True), "Accepted")
            self.bench.run(1)
            self.assertEqual(self.central.statuses()[-1], "Available")
            self.bench.power_up()
            self.bench.cold_boot()
            self.assertEqual(self.bench.evse.connectors[0].status, "Available")

    def test_the_whole_charge_point_tells_of_each(self):
        self.available(0, False)
        self.bench.run(1)
        self.assertEqual(self.central.statuses(0), ["Unavailable"])
        self.assertEqual(self.central.statuses(1), ["Unavailable"])

    def test_a_card_that_waits_is_dropped(self):
        self.change("ConnectionTimeOut", "0")
        for connector_id in (0, 1):
            self.card("TAG1")
            self.assertEqual(self.available(connector_id, True), "Accepted")
            self.assertTrue(self.bench.evse.in_use)
            self.assertEqual(self.available(connector_id, False), "Accepted")
            self.bench.run(1)
            self.assertEqual(self.central.statuses()[-1], "Unavailable")
            self.available(connector_id, True)
            self.plug(4)
            self.assertEqual(self.starts(), [])
            self.unplug()

    def test_scheduled_during_a_transaction(self):
        self.bench.charge()
        self.assertEqual(self.available(1, False), "Scheduled")
        self.bench.run(2)
        self.assertTrue(self.charges())
        self.unplug()
        self.assertEqual(self.central.statuses()[-1], "Unavailable")
        self.assertEqual(len(self.stops()), 1)

    def test_scheduled_and_taken_back(self):
        self.bench.charge()
        self.assertEqual(self.available(1, False), "Scheduled")
        self.assertEqual(self.available(1, True), "Accepted")
        self.unplug()
        self.assertEqual(self.central.statuses()[-1], "Available")

    def test_twice_is_once(self):
        for _ in range(2):
            self.assertEqual(self.available(1, False), "Accepted")
            self.bench.run(1)
        self.assertEqual(self.central.statuses(), ["Unavailable"])

    def test_unknown_connector_is_rejected(self):
        self.assertEqual(self.available(5, False), "Rejected")


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
    watched = ()

    def __init__(self):
        self.wants_unavailable = self.wants_idle = False
        self.trigger_status = "Downloading"


class UpdateNear(unittest.TestCase):
    def test_what_the_job_takes_out_of_service_is_not_the_operators(self):
        job = FakeJob()
        bench = Bench(job=job)
        bench.cold_boot()
        change = {"connectorId": 1, "type": "Inoperative"}
        self.assertEqual(bench.central.call("ChangeAvailability", change)["status"], "Accepted")
        job.wants_unavailable = True
        bench.run(1)
        job.wants_unavailable = False
        bench.run(1)
        self.assertEqual(bench.central.statuses()[-1], "Unavailable")
        self.assertEqual(bench.evse.connectors[0].operative, False)

    def test_the_whole_goes_when_all_of_it_has_gone(self):
        bench = Bench(connectors=2)
        bench.cold_boot()
        bench.charge()
        bench.central.forget()
        change = {"connectorId": 0, "type": "Inoperative"}
        self.assertEqual(bench.central.call("ChangeAvailability", change)["status"], "Scheduled")
        bench.run(3)
        self.assertEqual(bench.central.statuses(0), [])
        self.assertEqual(bench.central.statuses(2), ["Unavailable"])
        bench.vehicle.plugged = False
        bench.run(5)
        self.assertEqual(bench.central.statuses(0), ["Unavailable"])
        self.assertEqual(bench.central.statuses(1)[-1], "Unavailable")

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
