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

    def early(self, keys=()):
        """A charge that began before the clock was set; true times of its begin."""
        self.bench = Bench(dict(self.KEYS, **dict(keys)))
        self.central = self.bench.central
        self.bench.run(40)
        self.bench.charge("EARLY")
        return START_S + self.bench.elapsed_ms // 1000

    def told(self):
        """(action, time, Wh) of each transaction message that was answered, in order."""
        found = []
        for _, action, payload in self.central.calls:
            if action == "MeterValues":
                reading = payload["meterValue"][0]
                value = reading["sampledValue"][0]["value"]
                found.append((action, parse_iso(reading["timestamp"]), int(value)))
            elif action.endswith("Transaction"):
                wh = payload.get("meterStart", payload.get("meterStop"))
                found.append((action, parse_iso(payload["timestamp"]), wh))
        return found

    def check(self, told, began_s, delta=3):
        times = [time for _, time, _ in told]
        self.assertEqual(times, sorted(times), told)
        self.assertAlmostEqual(times[0], began_s, delta=delta)
        samples = [time for action, time, _ in told if action == "MeterValues"]
        for index in range(1, len(samples)):
            # Whole seconds: setting the clock may take one.
            self.assertAlmostEqual(samples[index] - samples[index - 1], 10, delta=1)

    def refuse_all(self):
        """The central system says what time it is and answers nothing else."""
        for action in ("StartTransaction", "MeterValues", "StopTransaction"):
            self.central.answers[action] = None

    def accept_all(self):
        for action in ("MeterValues", "StopTransaction"):
            self.central.answers[action] = {}
        self.central.answers["StartTransaction"] = self.central.start

    def test_the_clock_was_set_before_the_cut(self):
        for seconds in (1, 35):
            began_s = self.early()
            self.bench.run(60)
            self.refuse_all()
            self.connect(seconds)
            cut_s = START_S + self.bench.elapsed_ms // 1000
            for _ in range(3):  # and the runs after it learn the time or not
                self.power_cut()
                self.bench.run(100)
            self.connect(2)
            self.power_cut()
            self.accept_all()
            self.connect(20)
            told = self.told()
            self.assertEqual(len(told), 2 + (60 + seconds) // 10)
            self.check(told, began_s)
            self.assertAlmostEqual(told[-1][1], cut_s, delta=12)

    def test_the_clock_was_never_set_before_the_cut(self):
        began_s = self.early()
        self.bench.run(75)
        cut_s = START_S + self.bench.elapsed_ms // 1000
        self.power_cut()
        self.bench.run(20)
        self.connect()
        told = self.told()
        self.assertEqual(len(told), 2 + 7)
        self.check(told, began_s, 5)
        self.assertAlmostEqual(told[-1][1], cut_s, delta=5)

    def test_charges_of_several_runs_that_knew_no_time(self):
        began_s = self.early()
        self.bench.run(25)
        for _ in range(4):
            self.power_cut()
            self.bench.vehicle.plugged = False
            self.bench.run(90)
            self.bench.charge("EARLY")
            self.bench.run(25)
        self.refuse_all()
        self.connect(3)  # one of them learns it, and with it that of all before it
        self.power_cut()
        self.accept_all()
        self.bench.run(300)
        self.connect(20)
        told = self.told()
        starts = [time for action, time, _ in told if action == "StartTransaction"]
        times = [time for _, time, _ in told]
        self.assertEqual(len(starts), 5)
        self.assertEqual(times, sorted(times), told)
        self.assertGreaterEqual(starts[0], began_s - 5)
        self.assertLessEqual(starts[0] - began_s, 40)
        for index in range(1, 5):
            self.assertGreater(starts[index] - starts[index - 1], 25)

    def test_readings_for_the_stop_from_before_the_clock_was_set(self):
        began_s = self.early({"StopTxnSampledData": "Energy.Active.Import.Register"}.items())
        self.bench.run(30)
        self.connect(15)
        self.central.answers["StopTransaction"] = None
        self.card("EARLY")
        self.power_cut()
        self.accept_all()
        self.connect()
        data = self.stops()[0]["transactionData"]
        times = [parse_iso(reading["timestamp"]) for reading in data]
        self.assertAlmostEqual(times[0], began_s, delta=3)
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[-1] - times[0], 40)

    def test_a_charge_that_goes_on_keeps_its_times(self):
        keys = {"TxResumptionTimeout": "300", "LocalPreAuthorize": "true"}
        began_s = self.early(keys.items())
        self.bench.run(30)
        self.power_cut()
        self.bench.run(60)  # unlinked: it goes on by what is known here
        self.connect(5)
        self.power_cut()
        self.connect(60)
        self.unplug(3)
        told = self.told()
        times = [time for _, time, _ in told]
        self.assertEqual(times, sorted(times), told)
        self.assertEqual(told[-1][0], "StopTransaction")
        self.assertGreaterEqual(times[0], began_s - 5)

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
