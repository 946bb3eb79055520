"""RemoteStartTransaction and RemoteStopTransaction."""

import unittest

from scenario import Scenario


class RemoteStart(Scenario):
    KEYS = {"ConnectionTimeOut": "20"}

    def test_with_the_plug_in(self):
        self.plug()
        answer = self.status("RemoteStartTransaction", idTag="R1", connectorId=1)
        self.assertEqual(answer, "Accepted")
        self.bench.run(5)
        self.assertEqual(self.messages(), ["Authorize", "StartTransaction"])
        self.assertEqual(self.starts()[0]["idTag"], "R1")
        self.assertEqual(self.central.statuses(), ["Preparing", "Charging"])
        self.assertTrue(self.charges())

    def test_before_the_plug(self):
        answer = self.status("RemoteStartTransaction", idTag="R1", connectorId=1)
        self.assertEqual(answer, "Accepted")
        self.bench.run(2)
        self.assertEqual(self.central.statuses(), ["Preparing"])
        self.plug(5)
        self.assertEqual(self.messages(), ["Authorize", "StartTransaction"])
        self.assertTrue(self.charges())

    def test_without_a_plug_in_time(self):
        self.status("RemoteStartTransaction", idTag="R1", connectorId=1)
        self.bench.run(19)
        self.assertEqual(self.central.statuses(), ["Preparing"])
        self.bench.run(3)
        self.assertEqual(self.central.statuses(), ["Preparing", "Available"])
        self.plug(5)
        self.assertEqual(self.starts(), [])

    def test_without_a_connector_takes_the_one_there_is(self):
        self.plug()
        self.assertEqual(self.status("RemoteStartTransaction", idTag="R1"), "Accepted")
        self.bench.run(5)
        self.assertEqual(self.starts()[0]["connectorId"], 1)

    def test_asks_no_one_where_configured(self):
        self.change("AuthorizeRemoteTxRequests", "false")
        self.plug()
        self.assertEqual(self.status("RemoteStartTransaction", idTag="R1"), "Accepted")
        self.bench.run(3)
        self.assertEqual(self.messages(), ["StartTransaction"])
        self.assertEqual(self.starts()[0]["idTag"], "R1")

    def test_refused_by_the_authorization(self):
        self.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
        self.plug()
        self.status("RemoteStartTransaction", idTag="R1")
        self.bench.run(10)
        self.assertEqual(self.messages(), ["Authorize"])
        self.assertFalse(self.bench.evse.in_use)

    def test_rejected_where_there_is_nothing_to_start(self):
        start = "RemoteStartTransaction"
        self.assertEqual(self.status(start, idTag="R1", connectorId=9), "Rejected")
        self.assertEqual(
            self.call(start, idTag="R1", connectorId=0), "PropertyConstraintViolation"
        )
        self.bench.charge()
        self.assertEqual(self.status(start, idTag="R1", connectorId=1), "Rejected")
        self.assertEqual(self.status(start, idTag="R1"), "Rejected")
        self.unplug()
        self.status("ChangeAvailability", connectorId=1, type="Inoperative")
        self.assertEqual(self.status(start, idTag="R1", connectorId=1), "Rejected")

    def test_one_connector_is_promised_once(self):
        self.central.answers["Authorize"] = None
        self.plug()
        answers = [self.status("RemoteStartTransaction", idTag=idTag) for idTag in "AAB"]
        self.assertEqual(answers, ["Accepted", "Rejected", "Rejected"])
        self.card("C", 40)
        self.assertEqual(self.central.payloads("Authorize"), [{"idTag": "A"}])
        self.bench.disconnect()
        self.bench.cold_boot()
        self.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
        self.assertEqual(self.status("RemoteStartTransaction", idTag="B"), "Accepted")
        self.bench.run(2)
        self.central.answers["Authorize"] = {"idTagInfo": {"status": "Accepted"}}
        self.assertEqual(self.status("RemoteStartTransaction", idTag="B"), "Accepted")
        self.bench.run(5)
        self.assertEqual([start["idTag"] for start in self.starts()], ["B"])

    def test_no_memory_for_an_answer_promises_nothing(self):
        self.plug()
        authorization = self.bench.charge_point.authorization
        self.bench.charge_point.files.read = self.exhausted
        self.central.answers["Authorize"] = None
        self.assertEqual(self.status("RemoteStartTransaction", idTag="A"), "Accepted")
        self.assertEqual(authorization.pending, {1: "A"})
        self.bench.disconnect()
        self.assertEqual(authorization.pending, {})

    def exhausted(self, path, limit):
        raise MemoryError

    def test_no_identifier(self):
        self.plug()
        for _ in range(2):
            self.assertEqual(self.status("RemoteStartTransaction", idTag=""), "Rejected")
            self.change("AuthorizeRemoteTxRequests", "false")
        self.bench.run(3)
        self.assertEqual(self.messages(), [])

    def test_a_good_charging_profile_is_ignored(self):
        self.plug()
        profile = {
            "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Relative", "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 7.5}],
            },
        }  # fmt: skip
        answer = self.status("RemoteStartTransaction", idTag="R1", chargingProfile=profile)
        self.assertEqual(answer, "Accepted")
        self.bench.run(5)
        self.assertEqual(self.bench.evse.offered_ma, 16000)


class RemoteStop(Scenario):
    def test_ends_the_transaction(self):
        self.bench.charge()
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=101), "Accepted")
        self.bench.run(3)
        self.assertEqual(self.stops()[0]["reason"], "Remote")
        self.assertEqual(self.central.statuses()[-1], "Finishing")
        self.assertFalse(self.charges())
        self.unplug()
        self.assertEqual(self.central.statuses()[-1], "Available")

    def test_the_car_unloads_first(self):
        self.bench.charge()
        self.bench.vehicle.lets_go = False
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=101), "Accepted")
        self.bench.step()
        self.assertEqual(self.bench.evse.offered_ma, 0)
        self.assertTrue(self.bench.evse.contactor_on)
        self.bench.run(5.9)
        self.assertTrue(self.bench.evse.contactor_on)
        self.assertEqual(self.stops(), [])
        self.bench.run(0.2)
        self.assertFalse(self.bench.evse.contactor_on)
        self.bench.run(1)
        self.assertEqual(self.stops()[0]["reason"], "Remote")

    def test_unknown_transaction_is_rejected(self):
        stop = "RemoteStopTransaction"
        for number in (0, -1, 7, 101):
            self.assertEqual(self.status(stop, transactionId=number), "Rejected")
        self.bench.charge()
        self.assertEqual(self.status(stop, transactionId=100), "Rejected")
        self.assertTrue(self.charges())
        self.unplug()
        self.assertEqual(self.status(stop, transactionId=101), "Rejected")

    def test_zero_and_negative_ids_are_ids(self):
        for number in (0, -5):
            answer = {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
            self.central.answers["StartTransaction"] = answer
            self.bench.charge("TAG%d" % number)
            answer = self.status("RemoteStopTransaction", transactionId=number)
            self.assertEqual(answer, "Accepted")
            self.bench.run(3)
            self.assertEqual(self.stops()[-1]["transactionId"], number)
            self.unplug()


if __name__ == "__main__":
    unittest.main()
