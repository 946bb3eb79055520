"""Cards of one group: one starts, another stops."""

import unittest

from card_scenario import CardScenario, info


class Groups(CardScenario):
    def setUp(self):
        CardScenario.setUp(self)
        self.cards["HERS"] = self.cards["HIS"] = info("Accepted", parentIdTag="HOME")
        self.cards["OTHER"] = info("Accepted", parentIdTag="OFFICE")

    def start(self):
        self.plug()
        self.card("HERS", 4)
        self.assertTrue(self.charges())

    def test_a_card_of_the_group_stops(self):
        self.start()
        for idTag in ("OTHER", "TAG1", "BAD", "NOBODY"):
            self.card(idTag, 4)
            self.assertTrue(self.charges(), idTag)
        self.card("HIS", 4)
        self.assertFalse(self.charges())
        stop = self.stops()[0]
        self.assertEqual((stop["reason"], stop["idTag"]), ("Local", "HIS"))

    def test_offline_too(self):
        self.start()
        self.card("HERS", 12)
        self.card("HIS", 12)
        self.card("HIS", 12)
        self.bench.disconnect()
        self.card("HERS", 4)
        self.assertTrue(self.charges())
        self.card("HIS", 4)
        self.assertFalse(self.bench.evse.in_use)

    def test_the_group_that_the_start_names(self):
        self.change("AuthorizeRemoteTxRequests", "false")
        self.plug()
        self.status("RemoteStartTransaction", idTag="HERS")
        self.bench.run(5)
        self.card("HIS", 4)
        self.assertFalse(self.bench.evse.in_use)

    def test_identifiers_are_case_insensitive(self):
        self.start()
        self.asked()
        self.card("hers", 4)
        self.assertFalse(self.bench.evse.in_use)
        self.assertEqual(self.asked(), [])

    def test_so_are_those_of_groups(self):
        self.cards["HIS"] = info("Accepted", parentIdTag="home")
        self.start()
        self.card("HIS", 4)
        self.assertFalse(self.bench.evse.in_use)

    def test_a_group_without_a_name_is_none(self):
        self.plug()
        self.card("TAG1", 4)
        self.cards["HIS"] = info("Accepted", parentIdTag="")
        self.card("HIS", 4)
        self.assertTrue(self.charges())

    def test_a_blocked_card_of_the_group_does_not_stop(self):
        self.start()
        self.cards["HIS"] = info("Blocked", parentIdTag="HOME")
        self.card("HIS", 4)
        self.assertTrue(self.charges())


if __name__ == "__main__":
    unittest.main()
