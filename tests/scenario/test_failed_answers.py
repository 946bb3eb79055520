"""Answers that are lost, late or fail while they are taken: nothing waits for ever after that."""

import json
import sys
import unittest

from charge_bench import Bench
from loader.modules import forget
from scenario import Scenario


class Lossy(Scenario):
    KEYS = {
        "MeterValueSampleInterval": "10",
        "TransactionMessageRetryInterval": "20",
        "ConnectionTimeOut": "0",
    }

    def fail_once(self, action, error=MemoryError):
        """Whatever takes the next answer to ``action`` raises ``error`` once."""
        bench, central = self.bench, self.central
        usual = central.answers[action]

        def answer(payload):
            central.answers[action] = usual
            charge_point = bench.charge_point
            taker = charge_point._on_answer
            raised = []

            def fail(*arguments):
                if raised:
                    return taker(*arguments)
                raised.append(1)
                raise error("test")

            charge_point._on_answer = fail
            return usual(payload) if callable(usual) else usual

        central.answers[action] = answer

    def unload(self, module, action, error=MemoryError):
        """Importing from ``module`` raises ``error`` while the next ``action`` is answered."""
        central = self.central
        usual = central.answers[action]

        def fail(*arguments):
            raise error("test")

        def answer(payload):
            central.answers[action] = usual
            stub = type("Stub", (), {})()
            stub.validate = stub.take_answer = fail
            package, _, name = module.rpartition(".")
            sys.modules[module] = stub
            setattr(sys.modules[package], name, stub)
            return usual(payload) if callable(usual) else usual

        central.answers[action] = answer

    def until_lost(self, act=None, seconds=60):
        """Time passes until something fails, which costs the link as `Link` has it."""
        bench = self.bench
        try:
            if act:
                act()
            bench.run(seconds)
        except MemoryError:
            for _ in range(5):  # until the link's task notices
                bench.charge_point.tick(bench.now_ms)
            bench.disconnect()
            forget("firmware.ocpp16.begin_end", "firmware.ocpp16.validate")
            bench.run(5)
            return
        self.fail("nothing failed")


class NoMemory(Lossy):
    def test_boot_notification(self):
        for how in ("taken", "imported"):
            self.bench = Bench()
            self.central = self.bench.central
            if how == "taken":
                self.fail_once("BootNotification")
            else:
                self.unload("firmware.ocpp16.validate", "BootNotification")
            self.until_lost(self.bench.connect)
            self.central.forget()
            self.bench.connect()
            self.bench.run(2)
            self.assertEqual(
                self.central.actions(),
                ["BootNotification", "StatusNotification", "StatusNotification"],
            )

    def test_boot_notification_half_taken(self):
        self.bench = Bench()
        self.central = self.bench.central
        registration = self.bench.charge_point.registration
        accepted = registration.on_accepted

        def fail():
            registration.on_accepted = accepted
            raise MemoryError

        registration.on_accepted = fail
        self.until_lost(self.bench.connect)
        self.bench.connect()
        self.bench.run(2)
        self.assertEqual(self.central.statuses(), ["Available"])

    def test_begin_of_a_transaction(self):
        for how in ("taken", "imported"):
            self.setUp()
            if how == "taken":
                self.fail_once("StartTransaction")
            else:
                self.unload("firmware.ocpp16.begin_end", "StartTransaction")
            self.until_lost(self.bench.charge)
            self.bench.connect()
            self.bench.run(30)
            self.unplug(5)
            transaction_id = 101 + len(self.starts()) - 1  # the last answer counts
            self.assertEqual([stop["transactionId"] for stop in self.stops()], [transaction_id])
            self.assertEqual(len(self.bench.charge_point._outbox), 0)

    def test_the_rest_of_a_transaction(self):
        for action in ("Authorize", "MeterValues", "StatusNotification"):
            self.setUp()
            self.fail_once(action)
            self.until_lost(self.bench.charge)
            self.bench.connect()
            self.bench.run(5)
            if not self.bench.evse.in_use:
                self.bench.charge()
            self.bench.run(30)
            self.unplug(5)
            self.assertEqual(len(self.stops()), 1)
            self.assertEqual(len(self.bench.charge_point._outbox), 0)
            self.assertEqual(self.central.statuses()[-1], "Available")

    def test_end_of_a_transaction(self):
        self.bench.charge()
        self.fail_once("StopTransaction")
        self.until_lost(self.unplug)
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(len(self.stops()), 2, "not answered, so sent again")
        self.bench.charge("TAG2")
        self.assertEqual(self.starts()[-1]["idTag"], "TAG2")

    def test_heartbeat(self):
        self.change("HeartbeatInterval", "10")
        self.fail_once("Heartbeat")
        self.until_lost()
        self.central.forget()
        self.bench.connect()
        self.bench.run(25)
        self.assertGreaterEqual(self.central.actions().count("Heartbeat"), 2)

    def test_while_the_queue_is_told(self):
        told = []

        def fail(ok, payload, now_ms):
            told.append(payload)
            raise MemoryError

        self.central.answers["StatusNotification"] = None
        self.plug(1)
        for _ in range(3):
            self.bench.charge_point.send("Heartbeat", {}, fail)
        self.bench.disconnect()
        self.assertEqual(told, ["NotSent"] * 3)
        self.bench.connect()


class Unheard(Lossy):
    def test_status_swallowed_by_a_dead_link_is_told_on_the_next(self):
        self.bench.charge()
        usual = dict(self.central.answers)
        for action in usual:
            self.central.answers[action] = None
        self.unplug(130)
        self.bench.disconnect()
        self.central.forget()
        self.central.answers.update(usual)
        self.bench.run(2)
        self.bench.connect()
        self.bench.run(70)
        self.assertEqual(self.central.statuses()[-1:], ["Available"])

    def test_status_not_answered_is_told_again_after_a_pause(self):
        self.central.answers["StatusNotification"] = None
        self.plug(200)
        times = [at_ms for at_ms, name, _ in self.central.calls if name == "StatusNotification"]
        self.assertEqual(len(times), 3)  # 30 s without an answer, and 60 s
        self.assertAlmostEqual(times[1] - times[0], 90000, delta=500)

    def test_a_refused_status_counts_as_heard(self):
        self.central.answers["StatusNotification"] = "InternalError"
        self.plug(200)
        self.bench.disconnect()
        self.bench.connect()
        self.bench.run(100)
        self.assertEqual(self.central.statuses(), ["Preparing"])


class Late(Lossy):
    def swallow(self, action):
        """Its requests, kept: (uniqueId, payload)."""
        kept = []
        take = self.central.take

        def taking(text):
            message = json.loads(text)
            if message[0] == 2 and message[2] == action:
                kept.append(message)
            return take(text)

        self.central.take = taking
        self.central.answers[action] = None
        return kept

    def late(self, message, payload):
        self.bench.deliver(json.dumps([3, message[1], payload]))
        self.bench.run(0.1)

    def test_begin_answered_after_the_timeout(self):
        kept = self.swallow("StartTransaction")
        self.bench.charge()
        self.bench.run(35)  # waits for its retry
        self.late(kept[0], {"transactionId": 501, "idTagInfo": {"status": "Accepted"}})
        self.bench.run(60)
        self.assertEqual(len(kept), 1)
        self.unplug(5)
        self.assertEqual([stop["transactionId"] for stop in self.stops()], [501])

    def test_errors_and_nonsense_too_late_change_nothing(self):
        kept = self.swallow("StartTransaction")
        self.bench.charge()
        self.bench.run(35)
        for text in ('[4,"%s","InternalError","",{}]', '[3,"%s"]', '[3,"%s",7]'):
            self.bench.deliver(text % kept[0][1])
            self.bench.run(0.1)
        self.late(kept[0], {"transactionId": 501, "idTagInfo": {"status": "Accepted"}})
        self.late(kept[0], {"transactionId": 502, "idTagInfo": {"status": "Accepted"}})
        self.unplug(5)
        self.assertEqual([stop["transactionId"] for stop in self.stops()], [501])

    def test_given_up_is_given_up(self):
        self.change("TransactionMessageAttempts", "1")
        kept = self.swallow("StartTransaction")
        self.bench.charge()
        self.bench.run(35)
        self.late(kept[0], {"transactionId": 501, "idTagInfo": {"status": "Accepted"}})
        self.unplug(5)
        self.assertEqual([stop["transactionId"] for stop in self.stops()], [-1])

    def test_boot_notification_answered_after_the_timeout(self):
        self.bench = Bench()
        self.central = self.bench.central
        kept = self.swallow("BootNotification")
        self.bench.connect()
        self.bench.run(35)
        self.late(kept[0], self.central.boot("Accepted")({}))
        self.bench.run(100)
        self.assertEqual(len(kept), 1)
        self.assertEqual(self.central.statuses(), ["Available"])

    def test_not_on_another_link(self):
        kept = self.swallow("StartTransaction")
        self.bench.charge()
        self.bench.run(35)
        self.bench.disconnect()
        self.bench.connect()
        self.late(kept[0], {"transactionId": 501, "idTagInfo": {"status": "Accepted"}})
        self.assertIsNone(
            self.bench.charge_point.transactions.id_at(self.bench.evse.connectors[0])
        )


if __name__ == "__main__":
    unittest.main()
