"""TC_036 to TC_039 and idle: the central system is out of reach, before, during and after."""

import unittest

from charge_bench import START_S, Bench
from firmware.ocpp16.iso import parse_iso
from scenario import Scenario

TRANSACTION = ("StartTransaction", "MeterValues", "StopTransaction")


class Away(Scenario):
    KEYS = {
        "MeterValueSampleInterval": "10",
        "AllowOfflineTxForUnknownId": "true",
        "TransactionMessageRetryInterval": "20",
    }

    def true_s(self):
        return START_S + self.bench.elapsed_ms // 1000

    def transaction_messages(self):
        return [action for action in self.central.actions() if action in TRANSACTION]

    def readings(self):
        """(time, Wh) of each sample received."""
        found = []
        for payload in self.central.payloads("MeterValues"):
            for reading in payload["meterValue"]:
                value = int(reading["sampledValue"][0]["value"])
                found.append((parse_iso(reading["timestamp"]), value))
        return found


class Offline(Away):
    def test_idle(self):
        self.bench.disconnect()
        self.bench.run(900)
        self.bench.connect()
        self.bench.run(2)
        self.assertLessEqual(set(self.central.actions()), {"Heartbeat"})
        self.assertLessEqual(len(self.central.actions()), 1)
        self.bench.charge()
        self.assertEqual(len(self.starts()), 1)

    def test_tc_036_connection_lost_during_a_transaction(self):
        self.bench.charge()
        self.bench.run(15)
        self.bench.disconnect()
        self.bench.run(65)
        self.assertTrue(self.charges())
        self.bench.connect()
        self.bench.run(30)
        self.unplug()
        times = [time for time, _ in self.readings()]
        self.assertEqual(times, [times[0] + 10 * index for index in range(len(times))])
        self.assertGreaterEqual(len(times), 11)
        values = [value for _, value in self.readings()] + [self.stops()[0]["meterStop"]]
        self.assertEqual(values, sorted(values))
        for payload in self.central.payloads("MeterValues"):
            self.assertEqual(payload["transactionId"], 101)
        self.assertEqual(self.transaction_messages()[-1], "StopTransaction")

    def test_tc_037_started_offline(self):
        self.bench.disconnect()
        self.bench.charge("OFF")
        started_s = self.true_s()
        self.bench.run(60)
        self.bench.connect()
        self.bench.run(5)
        start = self.starts()[0]
        self.assertEqual((start["idTag"], start["connectorId"]), ("OFF", 1))
        self.assertAlmostEqual(parse_iso(start["timestamp"]), started_s, delta=3)
        self.assertEqual(self.transaction_messages()[0], "StartTransaction")
        self.assertGreaterEqual(len(self.readings()), 5)
        self.assertNotIn("Authorize", self.central.actions())
        self.assertTrue(self.charges())
        self.card("OFF", 3)
        self.assertEqual(self.stops()[0]["transactionId"], 101)

    def test_tc_037_started_offline_by_a_card_that_turns_out_bad(self):
        self.bench.disconnect()
        self.bench.charge("OFF")
        answer = {"transactionId": 5, "idTagInfo": {"status": "Invalid"}}
        self.central.answers["StartTransaction"] = answer
        self.bench.connect()
        self.bench.run(10)
        self.assertFalse(self.charges())
        stop = self.stops()[0]
        self.assertEqual((stop["reason"], stop["transactionId"]), ("DeAuthorized", 5))

    def test_tc_038_stopped_offline(self):
        for stopped_by in ("card", "plug"):
            self.setUp()
            self.bench.charge()
            self.bench.disconnect()
            self.bench.run(30)
            stopped_s = self.true_s()
            if stopped_by == "card":
                self.card("TAG1", 3)
            self.unplug(60)
            self.bench.connect()
            self.bench.run(5)
            stop = self.stops()[0]
            self.assertEqual(stop["transactionId"], 101)
            reasons = ("Local",) if stopped_by == "card" else ("EVDisconnected",)
            self.assertIn(stop.get("reason", "Local"), reasons)
            self.assertAlmostEqual(parse_iso(stop["timestamp"]), stopped_s, delta=4)
            self.assertEqual(stop["meterStop"], int(self.bench.vehicle.wh))
            self.assertEqual(self.transaction_messages()[-1], "StopTransaction")

    def test_tc_039_started_and_stopped_offline(self):
        self.bench.disconnect()
        self.bench.charge("OFF")
        self.bench.run(25)
        self.card("OFF")
        self.assertFalse(self.bench.evse.contactor_on)
        self.central.forget()
        self.bench.connect()
        self.bench.run(5)
        self.assertEqual(
            self.transaction_messages(),
            ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"],
        )
        start, stop = self.starts()[0], self.stops()[0]
        self.assertEqual(start["idTag"], "OFF")
        self.assertEqual(stop["transactionId"], 101)
        self.assertEqual(stop.get("reason", "Local"), "Local")
        self.assertGreater(parse_iso(stop["timestamp"]) - parse_iso(start["timestamp"]), 20)
        self.assertNotIn("Authorize", self.central.actions())

    def test_several_transactions_offline_come_in_order(self):
        self.bench.disconnect()
        for idTag in ("A", "B", "C"):
            self.bench.charge(idTag)
            self.unplug(5)
        self.bench.connect()
        self.bench.run(10)
        self.assertEqual([start["idTag"] for start in self.starts()], ["A", "B", "C"])
        order = [action for action in self.transaction_messages() if action != "MeterValues"]
        self.assertEqual(order, ["StartTransaction", "StopTransaction"] * 3)
        self.assertEqual([stop["transactionId"] for stop in self.stops()], [101, 102, 103])

    def test_an_unknown_card_is_refused_by_default(self):
        self.change("AllowOfflineTxForUnknownId", "false")
        self.bench.disconnect()
        self.plug(1)
        self.card("OFF", 5)
        self.assertFalse(self.bench.evse.in_use)

    def test_a_transaction_before_the_first_registration_gets_true_times(self):
        bench = self.bench = Bench(dict(self.KEYS))
        self.central = bench.central
        bench.charge("EARLY")
        started_s = self.true_s()
        bench.run(15)
        bench.connect()
        bench.run(3)
        self.assertAlmostEqual(parse_iso(self.starts()[0]["timestamp"]), started_s, delta=3)
        self.assertAlmostEqual(self.readings()[0][0], started_s + 10, delta=3)


class Retries(Away):
    def times(self, action):
        return [at_ms for at_ms, name, _ in self.central.calls if name == action]

    def test_link_lost_before_the_answer_sends_again(self):
        answer = self.central.answers["StartTransaction"]
        self.central.answers["StartTransaction"] = None
        self.bench.charge()
        self.bench.disconnect()
        self.central.answers["StartTransaction"] = answer
        self.bench.run(1)
        self.bench.connect()
        self.bench.run(2)
        self.assertEqual(self.transaction_messages(), ["StartTransaction", "StartTransaction"])
        first, again = self.starts()
        self.assertEqual(first, again)

    def test_a_start_never_answered_means_minus_one(self):
        for answer in ("InternalError", None):
            self.setUp()
            self.change("MessageTimeout", "30")
            self.central.answers["StartTransaction"] = answer
            self.bench.charge()
            self.bench.run(200)
            times = self.times("StartTransaction")
            self.assertEqual(len(times), 3)
            waits_ms = 30000 if answer is None else 0
            self.assertAlmostEqual(times[1] - times[0], 20000 + waits_ms, delta=200)
            self.assertAlmostEqual(times[2] - times[1], 40000 + waits_ms, delta=200)
            self.assertTrue(self.charges())
            self.unplug(5)
            self.assertEqual(self.stops()[0]["transactionId"], -1)
            for payload in self.central.payloads("MeterValues"):
                self.assertEqual(payload["transactionId"], -1)

    def test_a_stop_that_is_refused_is_given_up(self):
        self.central.answers["StopTransaction"] = "InternalError"
        self.bench.charge()
        self.unplug(200)
        times = self.times("StopTransaction")
        self.assertEqual(len(times), 3)
        self.assertAlmostEqual(times[1] - times[0], 20000, delta=200)
        self.assertAlmostEqual(times[2] - times[1], 40000, delta=200)
        self.central.answers["StopTransaction"] = {}
        self.bench.charge("TAG2")
        self.assertEqual(self.starts()[-1]["idTag"], "TAG2")

    def test_being_offline_is_no_failed_attempt(self):
        self.central.answers["StartTransaction"] = None
        self.bench.charge()
        for _ in range(5):
            self.bench.disconnect()
            self.bench.run(30)
            self.bench.connect()
            self.bench.run(5)
        # Each link would have seen it sent, and three attempts are all there are.
        self.assertEqual(len(self.starts()), 6)
        self.central.answers["StartTransaction"] = "InternalError"
        self.bench.disconnect()
        self.bench.connect()
        self.bench.run(1)
        self.central.answers["StartTransaction"] = self.central.start
        self.bench.run(25)  # this was the first attempt that failed
        self.unplug()
        self.assertEqual(self.stops()[0]["transactionId"], 101)

    def test_others_have_their_turns_while_much_is_delivered(self):
        self.bench.charge()
        self.bench.disconnect()
        self.bench.run(600)
        self.bench.connect()
        self.central.forget()
        for _ in range(5):
            self.bench.charge_point.send("Heartbeat", {})
        self.bench.run_until(lambda: self.central.actions().count("Heartbeat") == 5)
        for start in range(8):
            turn = self.central.actions()[start : start + 2]
            self.assertEqual(set(turn), {"Heartbeat", "MeterValues"})

    def test_others_overtake_a_waiting_transaction_message(self):
        self.central.answers["StartTransaction"] = "InternalError"
        self.bench.charge()
        self.assertIn("Charging", self.central.statuses())


if __name__ == "__main__":
    unittest.main()
