"""Reset, hard and soft: answered first, then the transaction is stopped, then the restart."""

import unittest

from scenario import Scenario


class Reset(Scenario):
    def ready(self):
        return self.bench.charge_point.ready_to_reset(self.bench.now_ms)

    def restart(self):
        """What the device does once it may."""
        self.bench.power_up("Reboot")
        self.central.forget()
        self.bench.run(1)
        self.bench.connect()
        self.bench.run(2)

    def test_without_a_transaction(self):
        for kind in ("Hard", "Soft"):
            self.central.forget()
            self.assertEqual(self.status("Reset", type=kind), "Accepted")
            self.assertEqual(self.bench.charge_point.reset_requested, kind)
            self.bench.run_until(self.ready, 3)
            self.assertEqual(self.central.actions(), [])
            self.restart()
            self.assertEqual(
                self.central.actions(),
                ["BootNotification", "StatusNotification", "StatusNotification"],
            )
            self.assertEqual(self.central.statuses(0) + self.central.statuses(), ["Available"] * 2)

    def test_with_a_transaction(self):
        for kind in ("Hard", "Soft"):
            self.bench.charge()
            self.central.forget()
            self.assertEqual(self.status("Reset", type=kind), "Accepted")
            self.assertFalse(self.ready())
            took_ms = self.bench.run_until(self.ready, 10)
            self.assertLess(took_ms, 3000)
            self.assertFalse(self.bench.evse.contactor_on)
            order = [entry for entry in self.central.order if entry[1] != "StatusNotification"]
            self.assertEqual(order, [("result", "Reset"), ("call", "StopTransaction")])
            self.assertEqual(self.stops()[0]["reason"], kind + "Reset")
            self.restart()
            self.assertEqual(self.stops(), [], "told already")
            self.assertEqual(self.central.statuses(), ["Preparing"], "the plug is still in")
            self.unplug()

    def test_starts_nothing_more(self):
        self.status("Reset", type="Soft")
        self.assertEqual(self.status("RemoteStartTransaction", idTag="R"), "Rejected")
        self.plug(1)
        self.card("TAG1", 5)
        self.assertEqual(self.starts(), [])

    def test_hard_overtakes_soft_and_soft_not_hard(self):
        self.bench.charge()
        self.central.answers["StopTransaction"] = None
        for kind, then in (("Soft", "Soft"), ("Hard", "Hard"), ("Soft", "Hard")):
            self.status("Reset", type=kind)
            self.assertEqual(self.bench.charge_point.reset_requested, then)

    def test_does_not_wait_for_ever(self):
        self.central.answers["StopTransaction"] = None
        self.bench.charge()
        self.status("Reset", type="Hard")
        self.bench.run_until(self.ready, 20)
        self.assertFalse(self.bench.evse.contactor_on)

    def test_a_stop_that_was_not_answered_is_told_after_the_restart(self):
        self.central.answers["StopTransaction"] = None
        self.bench.charge()
        self.status("Reset", type="Hard")
        self.bench.run_until(self.ready, 20)
        self.central.answers["StopTransaction"] = {}
        self.restart()
        self.assertEqual([stop["reason"] for stop in self.stops()], ["HardReset"])

    def test_offline_start_and_stop_are_told_after_the_restart(self):
        self.change("AllowOfflineTxForUnknownId", "true")
        self.bench.disconnect()
        self.bench.charge("OFF")
        self.central.answers["StartTransaction"] = None
        self.bench.connect()
        self.bench.run(1)
        self.status("Reset", type="Hard")
        self.bench.run_until(self.ready, 20)
        self.central.answers["StartTransaction"] = self.central.start
        self.restart()
        self.assertEqual(self.messages()[1:], ["StartTransaction", "StopTransaction"])
        self.assertEqual(self.stops()[0]["transactionId"], 101)

    def test_waits_for_the_end_of_a_trial(self):
        self.bench.evse.inhibited = True
        self.status("Reset", type="Hard")
        self.bench.run(30)
        self.assertFalse(self.ready())
        self.bench.evse.inhibited = False
        self.assertTrue(self.ready())


if __name__ == "__main__":
    unittest.main()
