"""TC_001, TC_002: BootNotification with its three answers, heartbeats, reconnects."""

import unittest

from charge_bench import START_S, Bench


class ColdBoot(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.central = self.bench.central

    def answer_boot(self, status, interval_s):
        self.central.answers["BootNotification"] = self.central.boot(status, interval_s)

    def test_accepted_then_statuses_and_heartbeats(self):
        bench, central = self.bench, self.central
        self.answer_boot("Accepted", 20)
        bench.connect()
        self.assertEqual(central.actions(), ["BootNotification"])
        self.assertFalse(bench.charge_point.registered)
        bench.run(1)
        self.assertTrue(bench.charge_point.registered)
        self.assertEqual(
            central.actions(), ["BootNotification", "StatusNotification", "StatusNotification"]
        )
        self.assertEqual(central.statuses(0), ["Available"])
        self.assertEqual(central.statuses(1), ["Available"])
        central.forget()
        bench.run(65)
        beats = [at_ms for at_ms, action, _ in central.calls if action == "Heartbeat"]
        self.assertEqual(len(beats), 3)
        self.assertAlmostEqual(beats[1] - beats[0], 20000, delta=100)
        true_s = START_S + bench.elapsed_ms // 1000
        self.assertAlmostEqual(bench.charge_point.clock.now_s(bench.now_ms), true_s, delta=1)

    def test_tc_001_rejected_then_accepted(self):
        bench, central = self.bench, self.central
        self.answer_boot("Rejected", 30)
        bench.connect()
        bench.run(1)
        self.assertTrue(bench.charge_point.boot_answered)
        self.assertIsNone(central.call("GetConfiguration", {"key": ["HeartbeatInterval"]}))
        bench.run(20)
        self.assertEqual(central.actions(), ["BootNotification"])
        self.answer_boot("Accepted", 300)
        bench.run(10)
        self.assertEqual(central.actions()[:3], ["BootNotification", "BootNotification",
                                                 "StatusNotification"])  # fmt: skip
        self.assertAlmostEqual(central.calls[1][0] - central.calls[0][0], 30000, delta=100)
        self.assertEqual(central.statuses(0) + central.statuses(1), ["Available"] * 2)

    def test_tc_002_pending_answers_but_does_not_send(self):
        bench, central = self.bench, self.central
        self.answer_boot("Pending", 30)
        bench.connect()
        bench.run(1)
        bench.vehicle.plugged = True
        bench.run(5)
        self.assertEqual(central.actions(), ["BootNotification"])
        answer = central.call("GetConfiguration", {"key": ["HeartbeatInterval"]})
        self.assertEqual(answer["configurationKey"][0]["value"], "300")
        for action, payload in (
            ("RemoteStartTransaction", {"idTag": "R"}),
            ("RemoteStopTransaction", {"transactionId": 1}),
        ):
            self.assertEqual(central.call(action, payload), {"status": "Rejected"})
        trigger = {"requestedMessage": "StatusNotification", "connectorId": 1}
        self.assertEqual(central.call("TriggerMessage", trigger), {"status": "Accepted"})
        bench.run(1)
        self.assertEqual(central.actions(), ["BootNotification", "StatusNotification"])
        self.assertEqual(central.statuses(1), ["Preparing"])
        self.answer_boot("Accepted", 300)
        bench.run(30)
        self.assertEqual(central.actions()[2], "BootNotification")
        self.assertEqual(central.statuses(1), ["Preparing", "Preparing"])

    def test_trigger_ends_pending_early(self):
        bench, central = self.bench, self.central
        self.answer_boot("Pending", 3000)
        bench.connect()
        bench.run(1)
        self.answer_boot("Accepted", 300)
        central.call("TriggerMessage", {"requestedMessage": "BootNotification"})
        bench.run(1)
        self.assertTrue(bench.charge_point.registered)

    def test_no_interval_means_own_choice(self):
        for status in ("Pending", "Rejected"):
            self.setUp()
            self.answer_boot(status, 0)
            self.bench.connect()
            self.bench.run(59)
            self.assertEqual(len(self.central.calls), 1)
            self.bench.run(3)
            self.assertEqual(len(self.central.calls), 2)

    def test_boot_without_any_answer_is_repeated(self):
        bench, central = self.bench, self.central
        for answer in (None, "InternalError", {"status": "Odd"}, {}):
            self.setUp()
            bench, central = self.bench, self.central
            central.answers["BootNotification"] = answer
            bench.connect()
            bench.run(5)
            self.assertFalse(bench.charge_point.boot_answered)
            self.answer_boot("Accepted", 300)
            bench.run(95)
            self.assertTrue(bench.charge_point.registered)
            self.assertEqual(central.actions().count("BootNotification"), 2)

    def test_huge_interval_is_bounded(self):
        bench = self.bench
        self.answer_boot("Accepted", 2000000000)
        bench.connect()
        bench.run(1)
        self.assertEqual(bench.charge_point.configuration.text("HeartbeatInterval"), "86400")

    def test_link_lost_during_boot(self):
        bench, central = self.bench, self.central
        central.answers["BootNotification"] = None
        bench.connect()
        bench.run(1)
        bench.disconnect()
        self.answer_boot("Accepted", 300)
        bench.run(1)
        bench.connect()
        bench.run(1)
        self.assertTrue(bench.charge_point.registered)

    def test_reconnect_sends_no_boot_and_only_what_changed(self):
        bench, central = self.bench, self.central
        bench.cold_boot()
        bench.disconnect()
        bench.run(5)
        bench.connect()
        bench.run(2)
        self.assertEqual(central.actions(), [])
        bench.disconnect()
        bench.vehicle.plugged = True
        bench.run(2)
        bench.vehicle.plugged = False
        bench.run(2)
        bench.vehicle.plugged = True
        bench.run(2)
        bench.connect()
        bench.run(2)
        self.assertEqual(central.actions(), ["StatusNotification"])
        self.assertEqual(central.statuses(), ["Preparing"])

    def test_ids_differ_over_a_reboot(self):
        bench = self.bench
        bench.connect()
        first = bench.charge_point._rpc._ids.next()
        bench.power_up()
        self.assertNotEqual(bench.charge_point._rpc._ids.next()[:24], first[:24])

    def test_commands_right_after_the_handshake_are_answered(self):
        bench, central = self.bench, self.central
        central.answers["BootNotification"] = None
        bench.connect()
        self.assertIn("configurationKey", central.call("GetConfiguration", {}))


if __name__ == "__main__":
    unittest.main()
