"""MeterValues: samples within a session, readings aligned to the clock, and what each tells."""

import unittest

from charge_bench import START_S
from firmware.ocpp16.clock import format_iso
from firmware.ocpp16.iso import parse_iso
from scenario import Scenario


class Readings(Scenario):
    def readings(self, context):
        """(MeterValues's payload, time, values) of each reading with that context."""
        found = []
        for payload in self.central.payloads("MeterValues"):
            for reading in payload["meterValue"]:
                values = reading["sampledValue"]
                if values[0].get("context", "Sample.Periodic") == context:
                    found.append((payload, parse_iso(reading["timestamp"]), values))
        return found

    def energies(self, context):
        return [int(values[0]["value"]) for _, _, values in self.readings(context)]


class FullSession(Readings):
    KEYS = {"MeterValueSampleInterval": "10", "ClockAlignedDataInterval": "30"}

    def test_full_session_with_samples_and_clock_aligned_values(self):
        self.bench.charge()
        self.bench.run(100)
        self.card("TAG1", 3)
        self.bench.run(10)
        samples, aligned = self.readings("Sample.Periodic"), self.readings("Sample.Clock")
        self.assertEqual(len(samples), 10)
        times = [time for _, time, _ in samples]
        self.assertEqual(times, [times[0] + 10 * index for index in range(10)])
        self.assertGreaterEqual(len(aligned), 3)
        for _, time, _ in aligned:
            self.assertEqual((time - START_S) % 30, 0)
        start, stop = self.starts()[0], self.stops()[0]
        for payload, _, _ in samples + aligned[:3]:
            self.assertEqual((payload["connectorId"], payload["transactionId"]), (1, 101))
        values = [start["meterStart"]] + self.energies("Sample.Periodic") + [stop["meterStop"]]
        self.assertEqual(values, sorted(values))
        self.assertEqual(values[-1], int(self.bench.vehicle.wh))
        order = [action for action in self.messages() if action not in ("Authorize", "Heartbeat")]
        self.assertEqual(order[0], "StartTransaction")
        after = order[order.index("StopTransaction") + 1 :]
        self.assertEqual(set(after) - {"MeterValues"}, set())

    def test_nothing_but_the_clock_without_a_transaction(self):
        self.bench.run(95)
        self.assertEqual(self.readings("Sample.Periodic"), [])
        aligned = self.readings("Sample.Clock")
        self.assertEqual(len(aligned), 3)
        for payload, _, _ in aligned:
            self.assertNotIn("transactionId", payload)


class Aligned(Readings):
    KEYS = {"ClockAlignedDataInterval": "60", "MeterValueSampleInterval": "0"}

    def times(self):
        return [time - START_S for _, time, _ in self.readings("Sample.Clock")]

    def set_clock(self, shift_s):
        """The central system's time, which the charger has from now on, is off by so much."""

        def answer(payload):
            true_s = START_S + self.bench.elapsed_ms // 1000
            return {"currentTime": format_iso(true_s + shift_s)}

        self.central.answers["Heartbeat"] = answer
        self.assertEqual(self.status("TriggerMessage", requestedMessage="Heartbeat"), "Accepted")
        self.bench.run(0.1)

    def test_a_clock_corrected_backwards_brings_no_time_twice(self):
        for shift_s in (-3, -90, -900):
            self.setUp()
            self.bench.run(125)
            self.set_clock(shift_s)
            self.bench.run(1200)
            times = self.times()
            self.assertEqual(times, sorted(set(times)))
            self.assertEqual([time % 60 for time in times], [0] * len(times))
            self.assertGreaterEqual(len(times), (1300 + shift_s) // 60)

    def test_a_clock_set_forwards_brings_no_reading_out_of_time(self):
        self.bench.run(125)
        self.set_clock(90)
        self.bench.run(60)
        self.assertEqual(self.times(), [60, 120, 240])

    def test_a_clock_that_was_far_ahead(self):
        self.bench.run(65)
        self.set_clock(86400 * 300)
        self.bench.run(65)
        self.set_clock(0)
        self.central.forget()
        self.bench.run(120)
        self.assertEqual(self.times(), [180, 240])

    def test_midnight_begins_anew_whatever_the_interval(self):
        self.change("ClockAlignedDataInterval", "7000")  # 12 of them and 2400 s are a day
        self.set_clock(86400 - 2400 - 30)
        self.central.forget()
        self.bench.run(60)
        self.set_clock(86400 - self.bench.elapsed_ms // 1000 - 30)
        self.bench.run(60)
        self.assertEqual(self.times(), [86400 - 2400, 86400])


class Spacing(Readings):
    KEYS = {"MeterValueSampleInterval": "10"}

    def test_a_late_turn_does_not_move_those_after_it(self):
        self.bench.charge()
        self.bench.run(12)
        first = self.readings("Sample.Periodic")[0][1]
        tick = self.bench.charge_point.metering.tick
        for late_s in (3, 4, 3):  # the loop is busy when the next one is due
            self.bench.charge_point.metering.tick = lambda now_ms: None
            self.bench.run(8 + late_s - 3)
            self.bench.run(3)
            self.bench.charge_point.metering.tick = tick
            self.bench.run(2)
        self.bench.run(20)
        times = [time for _, time, _ in self.readings("Sample.Periodic")]
        self.assertEqual((times[-1] - first) % 10, 0)
        self.assertGreaterEqual(len(times), 5)

    def test_a_shorter_interval_brings_no_two_close_together(self):
        for after_s in (-0.4, 0, 0.4, 0.8, 1.2, 1.6, 3, 8):
            self.setUp()
            self.bench.charge()
            self.bench.run(20 + after_s)
            self.change("MeterValueSampleInterval", "2")
            self.bench.run(9)
            times = [at_ms for at_ms, action, _ in self.central.calls if action == "MeterValues"]
            gaps = [times[index] - times[index - 1] for index in range(1, len(times))]
            self.assertGreaterEqual(len(gaps), 5)
            self.assertGreaterEqual(min(gaps), 1900, after_s)


class Samples(Readings):
    KEYS = {"MeterValueSampleInterval": "5"}

    def test_measurands_are_those_of_the_key(self):
        self.change("MeterValuesSampledData", "Energy.Active.Import.Register,Current.Offered")
        self.bench.charge()
        self.bench.run(6)
        energy, current = self.readings("Sample.Periodic")[-1][2]
        self.assertEqual(energy.get("measurand", "Energy.Active.Import.Register"),
                         "Energy.Active.Import.Register")  # fmt: skip
        self.assertEqual(energy.get("unit", "Wh"), "Wh")
        self.assertEqual((current["measurand"], current["unit"]), ("Current.Offered", "A"))
        self.assertEqual(float(current["value"]), 16.0)

    def test_unsupported_measurand_is_rejected_and_changes_nothing(self):
        key = "MeterValuesSampledData"
        for value in ("Voltage.Of.The.Moon", "Energy.Active.Import.Register,SoC2"):
            self.assertEqual(self.status("ChangeConfiguration", key=key, value=value), "Rejected")
        self.bench.charge()
        self.bench.run(6)
        self.assertEqual(len(self.readings("Sample.Periodic")[-1][2]), 1)

    def test_interval_0_is_off(self):
        self.bench.charge()
        self.bench.run(6)
        self.change("MeterValueSampleInterval", "0")
        self.bench.run(2)
        self.central.forget()
        self.bench.run(30)
        self.assertEqual(self.central.payloads("MeterValues"), [])
        self.change("MeterValueSampleInterval", "5")
        self.bench.run(12)
        self.assertGreaterEqual(len(self.readings("Sample.Periodic")), 2)

    def test_register_is_never_based_on_the_transaction(self):
        self.bench.charge()
        self.bench.run(60)
        self.unplug()
        last = self.energies("Sample.Periodic")[-1]
        self.central.forget()
        self.bench.charge("TAG2")
        self.bench.run(6)
        self.assertGreaterEqual(self.energies("Sample.Periodic")[0], last)

    def test_refused_samples_are_given_up_and_the_session_goes_on(self):
        self.change("TransactionMessageAttempts", "1")
        self.central.answers["MeterValues"] = "NotSupported"
        self.bench.charge()
        self.bench.run(31)
        count = self.central.actions().count("MeterValues")
        self.assertLessEqual(count, 7)
        self.assertTrue(self.charges())
        self.unplug(5)
        self.assertEqual(len(self.stops()), 1)

    def test_refused_samples_do_not_hold_up_the_stop(self):
        self.change("TransactionMessageAttempts", "3")
        self.change("TransactionMessageRetryInterval", "20")
        self.central.answers["MeterValues"] = "InternalError"
        self.bench.charge()
        self.bench.run(300)
        self.unplug(5)
        self.assertEqual(len(self.stops()), 1)
        sent = self.central.payloads("MeterValues")
        # Only the first of them needs all its attempts to show that they are not wanted.
        self.assertEqual([sent[1], sent[2]], [sent[0]] * 2)
        self.assertEqual(len({str(payload) for payload in sent}), len(sent) - 2)
        self.assertGreaterEqual(len(sent), 60)
        self.assertLessEqual(len([line for line in self.bench.lines if "gave up" in line]), 2)
        # Once one is taken they get their attempts again.
        self.central.answers["MeterValues"] = {}
        self.bench.charge("TAG2")
        self.bench.run(7)
        self.central.forget()
        self.central.answers["MeterValues"] = "InternalError"
        self.bench.run(70)
        sent = self.central.payloads("MeterValues")
        self.assertEqual([sent[1], sent[2]], [sent[0]] * 2)

    def test_silence_is_no_refusal(self):
        self.change("TransactionMessageAttempts", "2")
        self.change("TransactionMessageRetryInterval", "1")
        self.central.answers["MeterValues"] = None
        self.bench.charge()
        self.bench.run(200)
        sent = self.central.payloads("MeterValues")
        self.assertEqual([sent[1], sent[3]], [sent[0], sent[2]])


if __name__ == "__main__":
    unittest.main()
