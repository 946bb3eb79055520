"""Who may charge without a link: the cache, and the keys that rule it."""

import unittest

from card_scenario import CardScenario, info
from charge_bench import START_S
from firmware.ocpp16.clock import format_iso


class Offline(CardScenario):
    def offline(self, idTag="TAG1"):
        """Whether a card charges without a link."""
        self.bench.disconnect()
        charged = self.visit(idTag)
        self.bench.connect()
        self.bench.run(5)
        return charged

    def test_a_card_that_expired_before_the_power_went(self):
        until = format_iso(START_S + 300)
        self.cards["TAG1"] = info("Accepted", expiryDate=until)
        self.cards["TAG2"] = info()
        self.visit()
        self.bench.run(400)
        self.visit("TAG2")  # its end notes the time
        self.bench.power_up()
        self.assertFalse(self.visit())

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


if __name__ == "__main__":
    unittest.main()
