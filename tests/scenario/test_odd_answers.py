"""Answers to StartTransaction that are a little off: the id counts whatever the rest is like."""

import unittest

from scenario import Scenario


class OddAnswers(Scenario):
    def begin(self, **answer):
        self.setUp()
        self.central.answers["StartTransaction"] = answer
        self.bench.charge()
        self.bench.run(5)

    def told(self):
        """(transactionId, reason) of the StopTransaction after the plug was pulled."""
        self.unplug(5)
        (stop,) = self.stops()
        return stop["transactionId"], stop["reason"]

    def test_ids(self):
        accepted = {"status": "Accepted"}
        for given, taken in (
            (77, 77), (1700000000000, 1700000000000), (-5, -5), (0, 0), ("79", 79), ("-3", -3),
            (80.0, 80), ((1 << 63) - 1, (1 << 63) - 1), (1 << 63, -1), (1.5, -1), (True, -1),
            (None, -1), ("", -1), ("-", -1), ("7x", -1), ("\u0661", -1), ([], -1), (1e300, -1),
        ):  # fmt: skip
            self.begin(transactionId=given, idTagInfo=accepted)
            self.assertTrue(self.charges(), given)
            self.assertEqual(self.told(), (taken, "EVDisconnected"))

    def test_id_tag_info_that_says_nothing_neither_stops_nor_is_cached(self):
        for info in (None, "x", [], {}, {"status": 5}, {"status": "Fine"}, {"status": "d Exp"}):
            self.begin(transactionId=7, idTagInfo=info)
            before = self.bench.files.data.get("/state/cache.json")
            self.assertTrue(self.charges())
            self.assertEqual(self.told(), (7, "EVDisconnected"))
            self.assertEqual(self.bench.files.data.get("/state/cache.json"), before)
        self.begin(transactionId=8)
        self.assertEqual(self.told(), (8, "EVDisconnected"))

    def test_id_tag_info_counts_without_an_id(self):
        self.central.answers["StartTransaction"] = {"idTagInfo": {"status": "Invalid"}}
        self.plug()
        self.card("TAG1", 5)
        self.assertEqual(self.told(), (-1, "DeAuthorized"))

    def test_large_ids_can_be_stopped_from_afar(self):
        large = 1700000000000
        self.begin(transactionId=large, idTagInfo={"status": "Accepted"})
        wrong = self.status("RemoteStopTransaction", transactionId=large + 1)
        self.assertEqual(wrong, "Rejected")
        refused = self.call("RemoteStopTransaction", transactionId=1 << 63)
        self.assertEqual(refused, "PropertyConstraintViolation")
        self.assertEqual(self.status("RemoteStopTransaction", transactionId=large), "Accepted")
        self.assertEqual(self.told(), (large, "Remote"))

    def test_large_ids_survive_a_power_cut(self):
        self.begin(transactionId=(1 << 63) - 1, idTagInfo={"status": "Accepted"})
        self.central.forget()
        self.bench.power_up()
        self.bench.run(5)
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(self.told(), ((1 << 63) - 1, "PowerLoss"))


if __name__ == "__main__":
    unittest.main()
