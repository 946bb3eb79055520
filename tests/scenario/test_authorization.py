"""Who may charge: the central system, the cache, groups, and the keys that rule them."""

import unittest

from charge_bench import START_S
from firmware.ocpp16.clock import format_iso
from scenario import Scenario


def info(status="Accepted", **fields):
    fields["status"] = status
    return {"idTagInfo": fields}


class Authorization(Scenario):
    """A central system that knows ``cards``: idTag -> idTagInfo; others are Invalid."""

    def setUp(self):
        Scenario.setUp(self)
        self.cards = {"TAG1": info(), "BAD": info("Blocked")}
        central = self.central

        def authorize(payload):
            return self.cards.get(payload["idTag"].upper(), info("Invalid"))

        def start(payload):
            self.number += 1
            answer = dict(authorize(payload))
            answer["transactionId"] = self.number
            return answer

        self.number = 0
        central.answers["Authorize"] = authorize
        central.answers["StartTransaction"] = start
        central.answers["StopTransaction"] = lambda p: authorize(p) if "idTag" in p else {}

    def visit(self, idTag="TAG1"):
        """Plug in, charge with a card, stop with it, leave; gives whether energy flowed."""
        self.plug()
        self.card(idTag, 4)
        charged = self.charges()
        if charged:
            self.card(idTag, 12)
        self.unplug()
        return charged

    def asked(self):
        """The idTags asked about since the last call."""
        idTags = [payload["idTag"] for payload in self.central.payloads("Authorize")]
        self.central.forget()
        return idTags


class Online(Authorization):
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


class Offline(Authorization):
    def offline(self, idTag="TAG1"):
        """Whether a card charges without a link."""
        self.bench.disconnect()
        charged = self.visit(idTag)
        self.bench.connect()
        self.bench.run(5)
        return charged

    def test_LocalAuthorizeOffline(self):
        self.visit()
        self.assertTrue(self.offline())
        self.change("LocalAuthorizeOffline", "false")
        self.assertFalse(self.offline())

    def test_LocalPreAuthorize_is_not_for_offline(self):
        self.change("LocalPreAuthorize", "true")
        self.change("LocalAuthorizeOffline", "false")
        self.visit()
        self.assertFalse(self.offline())

    def test_AllowOfflineTxForUnknownId(self):
        self.cards["NEW"] = info()
        self.assertFalse(self.offline("NEW"))
        self.change("AllowOfflineTxForUnknownId", "true")
        self.assertTrue(self.offline("NEW"))
        # What is known to be bad is not unknown.
        self.assertFalse(self.visit("BAD"))
        self.assertFalse(self.offline("BAD"))

    def test_AuthorizationCacheEnabled(self):
        self.visit()
        self.change("AuthorizationCacheEnabled", "false")
        self.assertFalse(self.offline())
        self.change("AuthorizationCacheEnabled", "true")
        self.assertTrue(self.offline())

    def test_without_a_cache_nothing_is_learned(self):
        self.change("AuthorizationCacheEnabled", "false")
        self.visit()
        self.assertEqual(self.status("ClearCache"), "Rejected")
        self.change("AuthorizationCacheEnabled", "true")
        self.assertFalse(self.offline())

    def test_ClearCache(self):
        self.visit()
        self.assertEqual(self.status("ClearCache"), "Accepted")
        self.assertFalse(self.offline())
        self.assertEqual(self.status("ClearCache"), "Accepted")

    def test_the_cache_survives_a_power_cut(self):
        self.visit()
        self.bench.power_up()
        self.bench.run(1)
        self.assertTrue(self.visit())

    def test_expired_while_offline(self):
        seconds = START_S + self.bench.elapsed_ms // 1000
        self.cards["TAG1"] = info("Accepted", expiryDate=format_iso(seconds + 60))
        self.visit()
        self.bench.disconnect()
        self.assertTrue(self.visit())
        self.bench.run(60)
        self.assertFalse(self.visit())
        self.bench.connect()
        self.change("AllowOfflineTxForUnknownId", "true")
        self.bench.disconnect()
        self.assertFalse(self.visit())

    def test_no_answer_counts_as_offline(self):
        self.visit()
        self.central.answers["Authorize"] = None
        self.plug()
        self.card("TAG1", 32)
        self.assertTrue(self.charges())

    def test_every_answer_teaches(self):
        self.visit()
        # The start's answer.
        self.bench.disconnect()
        self.plug()
        self.card("TAG1", 4)
        self.cards["TAG1"] = info("Invalid")
        self.bench.connect()
        self.bench.run(15)
        self.assertEqual(self.stops()[-1]["reason"], "DeAuthorized")
        self.unplug()
        self.assertFalse(self.offline())
        # The stop's.
        self.cards["TAG1"] = info()
        self.assertTrue(self.visit())
        self.plug()
        self.card("TAG1", 12)
        self.cards["TAG1"] = info("Blocked")
        self.card("TAG1", 3)
        self.unplug()
        self.assertFalse(self.offline())

    def test_a_full_flash_costs_the_cache_only(self):
        files = self.bench.files

        def write(path, data):
            if path == "/state/cache.json":
                raise OSError(28)
            files.data[path] = bytes(data)

        files.write = write
        self.assertTrue(self.visit())
        self.assertFalse(self.offline())


class Groups(Authorization):
    def setUp(self):
        Authorization.setUp(self)
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

    def test_a_blocked_card_of_the_group_does_not_stop(self):
        self.start()
        self.cards["HIS"] = info("Blocked", parentIdTag="HOME")
        self.card("HIS", 4)
        self.assertTrue(self.charges())


if __name__ == "__main__":
    unittest.main()
