"""Sessions, lost links, refusals and power cuts in random order: the books must still agree.

The central system keeps books as a real one would; at the end every transaction it knows is
settled once, and what it charged for is what went through the meter.
"""

import unittest

from charge_bench import Bench


class RandomDays(unittest.TestCase):
    def random(self, below):
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.seed >> 8) % below

    def test_books_agree(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                self.seed = seed * 104729 + 3
                self.run_days()

    def run_days(self):
        self.bench = bench = Bench(
            {"AllowOfflineTxForUnknownId": "true", "TransactionMessageRetryInterval": "1",
             "TransactionMessageAttempts": "100", "MeterValueSampleInterval": "30",
             "ConnectionTimeOut": "20", "MessageTimeout": "5"}
        )  # fmt: skip
        central = bench.central
        self.started = []  # (transactionId, payload)
        self.stopped = {}
        self.next_id = 0
        central.answers["StartTransaction"] = self.start
        central.answers["StopTransaction"] = self.stop
        central.answers["MeterValues"] = lambda payload: self.maybe({})
        central.answers["StatusNotification"] = lambda payload: self.maybe({})
        bench.connect()
        for _ in range(250):
            self.disturb()
            bench.run(1 + self.random(8))
        self.settle()

    def maybe(self, answer):
        return "InternalError" if self.random(12) == 0 else answer

    def start(self, payload):
        if self.random(10) == 0:
            return "InternalError"
        # Told again, because the answer was lost, it is the same transaction: the order is strict,
        # so that a new one comes only after the stop of the last.
        if not self.started or self.next_id in self.stopped:
            self.next_id += 1
            self.started.append((self.next_id, payload))
        self.assertEqual(self.started[-1][1], payload)
        return {"transactionId": self.next_id, "idTagInfo": {"status": "Accepted"}}

    def stop(self, payload):
        if self.random(10) == 0:
            return "GenericError"
        before = self.stopped.get(payload["transactionId"])
        if before is not None:
            self.assertEqual(before, payload)
        self.stopped[payload["transactionId"]] = payload
        return {}

    def disturb(self):
        bench = self.bench
        kind = self.random(12)
        if kind < 3:
            bench.vehicle.plugged = not bench.vehicle.plugged
        elif kind < 6:
            bench.charge_point.present_id_tag("T%d" % self.random(3), bench.now_ms)
        elif kind == 6:
            bench.vehicle.wants = not bench.vehicle.wants
        elif kind < 9:
            if bench.linked:
                bench.disconnect()
            else:
                bench.connect()
        elif kind == 9 and bench.linked:
            bench.central.call("RemoteStartTransaction", {"idTag": "R"})
        elif kind == 10 and bench.linked and self.next_id:
            bench.central.call("RemoteStopTransaction", {"transactionId": self.next_id})
        elif self.random(4) == 0:
            bench.power_up()

    def settle(self):
        bench = self.bench
        bench.vehicle.plugged = False
        bench.run(40)
        if not bench.linked:
            bench.connect()
        bench.run(200)
        self.assertGreater(len(self.started), 10)
        self.assertEqual(sorted(self.stopped), list(range(1, self.next_id + 1)))
        register_wh = 0
        for number, start in self.started:
            self.assertGreaterEqual(start["meterStart"], register_wh)
            register_wh = self.stopped[number]["meterStop"]
            self.assertGreaterEqual(register_wh, start["meterStart"])
        self.assertEqual(bench.evse.events, [])


if __name__ == "__main__":
    unittest.main()
