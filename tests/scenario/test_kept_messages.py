"""What was to be told when the power went is told after the start; damaged files do no harm."""

import unittest

from charge_bench import START_S, Bench
from firmware.ocpp16.iso import parse_iso
from scenario import Scenario

STATE_FILES = (
    "transactions.json", "keys.json", "availability.json", "cache.json", "faults.json", "job.json",
    "diagnostics.json", "outbox/1",
)  # fmt: skip
GARBAGE = (
    b"", b"{", b"[]", b"null", b"5", b'"x"', b'{"schema":1}', b'{"schema":99}', b"\xff\xfe",
    b'{"open":[1]}', b'{"open":{}}', b'{"open":[{}]}', b'{"registers_wh":["x"]}',
    b'{"registers_wh":7}', b'{"keys":[]}', b'{"keys":{"HeartbeatInterval":{}}}',
    b'{"inoperative":5}', b'{"inoperative":["x",null]}', b'{"schema":1,"cards":5}', b"{" * 5000,
)  # fmt: skip


class KeptMessages(Scenario):
    KEYS = {"MeterValueSampleInterval": "10", "AllowOfflineTxForUnknownId": "true"}

    def power_cut(self, reason="PowerLoss"):
        self.central.forget()
        self.bench.power_up(reason)
        self.bench.run(1)

    def connect(self, seconds=10):
        self.bench.connect()
        self.bench.run(seconds)

    def test_a_start_that_was_not_told(self):
        for reason in ("PowerLoss", "Reboot"):
            self.setUp()
            self.bench.disconnect()
            self.bench.charge("OFF")
            self.power_cut(reason)
            self.connect()
            told = [name for name in self.messages() if "Transaction" in name]
            self.assertEqual(told, ["StartTransaction", "StopTransaction"])
            stop = self.stops()[0]
            self.assertEqual((stop["transactionId"], stop["reason"]), (101, reason))

    def test_a_stop_that_was_not_told(self):
        self.bench.charge()
        self.bench.disconnect()
        self.card("TAG1")
        self.unplug(2)
        self.power_cut()
        self.connect()
        stop = self.stops()[0]
        self.assertEqual((stop["transactionId"], stop["idTag"]), (101, "TAG1"))
        self.assertEqual(stop.get("reason", "Local"), "Local")
        self.power_cut()
        self.connect()
        self.assertEqual(self.messages(), ["BootNotification"], "told once")

    def test_meter_values_that_were_not_told(self):
        self.bench.charge()
        self.bench.disconnect()
        self.bench.run(100)
        self.power_cut()
        self.connect()
        readings = self.central.payloads("MeterValues")
        times = [parse_iso(payload["meterValue"][0]["timestamp"]) for payload in readings]
        self.assertGreaterEqual(len(times), 9)
        self.assertEqual(times, [times[0] + 10 * index for index in range(len(times))])
        for payload in readings:
            self.assertEqual(payload["transactionId"], 101)
        self.assertEqual(self.messages()[-1], "StopTransaction")

    def test_what_happened_before_any_registration(self):
        self.bench = Bench(dict(self.KEYS))
        self.central = self.bench.central
        self.bench.charge("EARLY")
        self.power_cut()
        self.bench.run(5)
        self.connect()
        start = self.starts()[0]
        true_s = START_S + self.bench.elapsed_ms // 1000
        self.assertLessEqual(parse_iso(start["timestamp"]), true_s)
        self.assertGreater(parse_iso(start["timestamp"]), START_S - 60)

    def test_garbage_in_the_state_files(self):
        for name in STATE_FILES:
            path = "/state/" + name
            for data in GARBAGE:
                self.bench.files.data[path] = data
                self.power_cut()
            self.bench.files.data.pop(path, None)
        self.power_cut()
        self.connect()
        self.assertEqual(self.messages(), ["BootNotification"])
        self.bench.run(90)  # contactors are held open for a while after the power came back
        self.bench.charge()
        self.assertEqual(len(self.starts()), 1)


if __name__ == "__main__":
    unittest.main()
