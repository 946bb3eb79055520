"""Who may charge while there is a link: the central system, and the keys that rule the cache."""

import unittest

from card_scenario import CardScenario, info
from charge_bench import START_S
from firmware.ocpp16.clock import format_iso


class Online(CardScenario):
    def test_every_card_is_asked_about(self):
        self.assertTrue(self.visit())
        self.assertTrue(self.visit())
        self.assertEqual(self.asked(), ["TAG1", "TAG1"])

    def test_refused(self):
        for answer in (info("Blocked"), info("Expired"), info("Invalid"), info("ConcurrentTx"),
                       {"idTagInfo": 5}, {}, "InternalError", "NotImplemented"):  # fmt: skip
            self.cards["X"] = answer
            self.assertFalse(self.visit("X"))
        self.assertEqual(self.starts(), [])

    def test_what_is_no_identifier(self):
        self.change("AllowOfflineTxForUnknownId", "true")
        for idTag in ("", "T" * 21):
            self.assertFalse(self.visit(idTag))
            self.bench.disconnect()
            self.assertFalse(self.visit(idTag))
            self.bench.connect()
        self.assertEqual(self.asked(), [])

    def test_silence_is_waited_for_and_then_others_have_their_turn(self):
        self.central.answers["Authorize"] = None
        self.plug()
        self.central.forget()
        self.card()
        self.status("TriggerMessage", requestedMessage="Heartbeat")
        self.bench.run(27)
        self.assertEqual(self.messages(), ["Authorize"])
        self.bench.run(1)
        self.assertEqual(self.messages(), ["Authorize", "Heartbeat"])

    def test_a_card_that_waits_is_withdrawn(self):
        for timeout in ("0", "60"):
            for remotely in (False, True):
                self.change("ConnectionTimeOut", timeout)
                self.change("AuthorizeRemoteTxRequests", "false")
                if remotely:
                    self.status("RemoteStartTransaction", idTag="TAG1")
                    self.bench.run(1)
                else:
                    self.card("TAG1")
                self.card("BAD")
                self.assertEqual(self.central.statuses()[-1], "Preparing")
                self.card("tag1")
                self.assertEqual(self.central.statuses()[-1], "Available")
                self.assertFalse(self.bench.evse.in_use)
                self.plug(4)
                self.assertEqual(self.starts(), [])
                self.unplug()
        self.assertTrue(self.visit())

    def test_no_memory_costs_the_cache_only(self):
        files = self.bench.files
        read = files.read

        def exhausted(path, limit):
            if path == "/state/cache.json":
                raise MemoryError
            return read(path, limit)

        files.read = exhausted
        self.change("LocalPreAuthorize", "true")
        self.assertTrue(self.visit())
        self.assertTrue(self.visit())
        self.assertEqual(self.asked(), ["TAG1", "TAG1"])

    def test_malformed_info_does_no_harm(self):
        for fields in (
            {"expiryDate": "soon"}, {"expiryDate": 5}, {"parentIdTag": 5},
            {"parentIdTag": "\n\t" * 50}, {"parentIdTag": ""}, {"more": None},
        ):  # fmt: skip
            self.cards["TAG1"] = info("Accepted", **fields)
            self.assertTrue(self.visit())

    def test_LocalPreAuthorize(self):
        self.change("LocalPreAuthorize", "true")
        self.assertTrue(self.visit())
        self.assertEqual(self.asked(), ["TAG1"])
        self.assertTrue(self.visit())
        self.assertTrue(self.visit("tag1"))
        self.assertEqual(self.asked(), [])
        self.assertFalse(self.visit("BAD"))
        self.assertFalse(self.visit("BAD"))  # it may have become good
        self.assertEqual(self.asked(), ["BAD", "BAD"])

    def test_LocalPreAuthorize_is_put_right_by_the_start(self):
        self.change("LocalPreAuthorize", "true")
        self.visit()
        self.cards["TAG1"] = info("Blocked")
        self.plug()
        self.card("TAG1", 10)
        self.assertEqual(self.stops()[-1]["reason"], "DeAuthorized")
        self.unplug()
        self.asked()
        self.assertFalse(self.visit())
        self.assertEqual(self.asked(), ["TAG1"])  # the cache has learned

    def test_LocalPreAuthorize_asks_about_an_expired_card(self):
        self.change("LocalPreAuthorize", "true")
        seconds = START_S + self.bench.elapsed_ms // 1000
        self.cards["TAG1"] = info("Accepted", expiryDate=format_iso(seconds + 60))
        self.visit()
        self.visit()
        self.assertEqual(self.asked(), ["TAG1"])
        self.bench.run(60)
        self.visit()
        self.assertEqual(self.asked(), ["TAG1"])

    def test_AuthorizeRemoteTxRequests_uses_the_cache_too(self):
        self.change("LocalPreAuthorize", "true")
        self.visit()
        self.asked()
        self.plug()
        self.status("RemoteStartTransaction", idTag="TAG1")
        self.bench.run(5)
        self.assertTrue(self.charges())
        self.assertEqual(self.asked(), [])

    def test_StopTransactionOnInvalidId(self):
        self.change("LocalPreAuthorize", "true")
        self.change("AuthorizeRemoteTxRequests", "false")
        for value, suspended in (("true", False), ("false", True)):
            self.change("StopTransactionOnInvalidId", value)
            self.plug()
            self.status("RemoteStartTransaction", idTag="BAD")
            self.bench.run(10)
            self.assertFalse(self.charges())
            self.assertEqual(self.bench.evse.in_use, suspended)
            if suspended:
                self.assertEqual(self.central.statuses()[-1], "SuspendedEVSE")
            else:
                self.assertEqual(self.stops()[-1]["reason"], "DeAuthorized")
            self.unplug()

    def test_MaxEnergyOnInvalidId(self):
        self.change("AuthorizeRemoteTxRequests", "false")
        self.change("StopTransactionOnInvalidId", "false")
        self.change("MaxEnergyOnInvalidId", "25")
        self.plug()
        self.status("RemoteStartTransaction", idTag="BAD")
        self.bench.run(10)
        self.assertTrue(self.charges())
        self.bench.run(30)
        self.assertFalse(self.charges())
        self.assertEqual(self.central.statuses()[-1], "SuspendedEVSE")
        self.unplug()
        energy_wh = self.stops()[-1]["meterStop"] - self.starts()[-1]["meterStart"]
        self.assertTrue(25 <= energy_wh <= 26, energy_wh)
        self.assertTrue(self.visit("TAG1"))  # the limit was that transaction's


if __name__ == "__main__":
    unittest.main()
