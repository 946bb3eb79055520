"""The contactor under any pilot, at any pace: when it may close, how soon it opens, judged by
the raw signals alone. A seed gives the same day again."""

import unittest

from firmware.evse.evse import Evse
from outlet_bench import TABLE
from ticks import ticks_add

WRAP = ticks_add(0, -1) + 1  # where this interpreter's milliseconds begin anew
# Plateaus well within the bands of A to F, on their edges, and between them.
CAR_MV = (9000, 6000)
ANY_MV = (12000, 9000, 6000, 3000, 0, -12000, 7000, 5000, 7500, 4500, 10500, 1500, -5000, 14500)
LOW_MV = (-12000, -12000, -12000, -11000, -13000, -10900, -6000, 0)
COMMUNICATION = ("Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing")


class Signals:
    """What the oracle remembers of the raw signals, in ms of true time."""

    def __init__(self):
        self.c_ms = 0  # nothing but C was seen for so long
        self.not_c_ms = 0  # nothing near C was seen for so long
        self.bad_diode_ms = 0
        self.good_diode_ms = 0  # with the PWM that stands
        self.no_offer_ms = 0  # contactor closed, no PWM
        self.apart_ms = 0  # no vehicle was seen for so long
        self.opened_ms = None
        self.closings_ms = []


class ContactorProperty(unittest.TestCase):
    def random(self, below):
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.seed >> 8) % below

    def test_any_pilot_at_any_pace(self):
        closings = 0
        self.shown = set()
        for seed in range(20):
            with self.subTest(seed=seed):
                self.seed = seed * 104729 + 7
                closings += self.day()
        self.assertGreater(closings, 50)  # else nothing was shown
        # Nobody can reserve.
        self.assertEqual(self.shown, set(TABLE) - {"Reserved"})

    def day(self):
        self.evse = Evse(32000)
        self.evse.ventilated = self.random(2) == 0
        self.impatient = self.random(2) == 0  # asks whatever it is offered, and does not let go
        self.noisy = self.random(3) == 0
        self.connector = self.evse.connectors[0]
        self.signals = Signals()
        self.now_ms = WRAP - 40000
        self.high_mv, self.low_mv, self.hold_ms = 12000, -12000, 0
        self.meter_wh, self.stuck, self.ground = 0, None, False
        self.stops = 0
        self.status = "Available"
        self.since_ms = 0
        self.open_transactions = 0
        for _ in range(4000):
            if self.random(50) == 0:
                self.command()
            if self.random(100) == 0:
                self.repair()
            if self.random(20) == 0:
                self.connector.authorize("T", self.now_ms % WRAP)
            step_ms = (20, 20, 20, 20, 25, 30, 20, 5)[self.random(8)]
            if self.random(400) == 0:
                step_ms = 2000  # the loop was held up
            self.turn(step_ms)
        return len(self.signals.closings_ms)

    def command(self):
        kind = self.random(9)
        connector = self.connector
        if kind == 0:
            connector.stop("Remote")
        elif kind == 1:
            connector.energy_limit_wh = (None, 0, 5)[self.random(3)]
        elif kind == 2:
            self.evse.limit("temperature", (None, 5999, 6000, 20000)[self.random(4)])
        elif kind == 3:
            self.evse.set_available(self.random(2) == 0, self.random(2) == 0)
        elif kind == 4:
            self.ground = not self.ground and self.random(3) == 0
            connector.faults.set("ground", self.ground)
        elif kind == 5:
            self.stuck = (None, None, True, False)[self.random(4)]
            if self.random(2):
                connector.faults.clear("weld")
        elif kind == 6:
            self.evse.starts_blocked = self.random(4) == 0
        elif kind == 7:
            self.meter_wh = None if self.random(2) else 0
        else:
            self.evse.stop_on_unplug = self.random(2) == 0

    def repair(self):
        self.ground, self.stuck = False, None
        self.connector.faults.set("ground", False)
        self.connector.faults.clear("weld")
        self.meter_wh = self.meter_wh or 0
        self.evse.limit("temperature", None)
        self.evse.starts_blocked = False
        self.evse.set_available(True, True)
        self.evse.set_available(True, False)

    def pilot(self, step_ms):
        """A car that behaves for most of the time, else anything for any while."""
        self.hold_ms -= step_ms
        if self.noisy and self.random(12) == 0:
            level_mv = ANY_MV[self.random(len(ANY_MV))]
            return level_mv, self.low_mv if self.evse.offered_ma else level_mv
        if self.hold_ms <= 0:
            if self.random(8):
                wish = self.random(12)
                asks = self.evse.offered_ma > 0 or self.impatient
                self.high_mv = 12000 if wish == 0 else CAR_MV[asks]
                self.low_mv = -12000
                self.hold_ms = 100 + self.random(4000)
            else:
                self.high_mv = ANY_MV[self.random(len(ANY_MV))]
                self.low_mv = LOW_MV[self.random(len(LOW_MV))]
                self.hold_ms = 10 + self.random((60, 300, 9000)[self.random(3)])
        elif self.high_mv == 9000 and self.evse.offered_ma > 0 and self.random(10) == 0:
            self.high_mv = 6000
        elif self.high_mv == 6000 and self.evse.offered_ma == 0 and not self.impatient:
            self.high_mv = 9000 if self.random(100) == 0 else 6000
        if self.evse.offered_ma == 0:
            return self.high_mv, self.high_mv
        return self.high_mv, self.low_mv

    def turn(self, step_ms):
        self.now_ms += step_ms
        evse, signals = self.evse, self.signals
        offered_ma, was_on = evse.offered_ma, evse.contactor_on
        high_mv, low_mv = self.pilot(step_ms)
        self.note(min(step_ms, 30), high_mv, low_mv, offered_ma, was_on)
        if self.meter_wh is not None and was_on:
            self.meter_wh += 1 if self.random(30) == 0 else 0
        feedback = was_on if self.stuck is None else self.stuck
        evse.tick(self.now_ms % WRAP, high_mv, low_mv, self.meter_wh, feedback)
        on = evse.contactor_on
        if on and not was_on:
            self.check_closing(feedback)
        if was_on and not on:
            signals.opened_ms = self.now_ms
        if on:
            self.check_closed(step_ms)
        self.check_outputs()

    def note(self, passed_ms, high_mv, low_mv, offered_ma, was_on):
        signals = self.signals
        asks = 4100 <= high_mv <= 7900 or (self.evse.ventilated and 1100 <= high_mv <= 4900)
        surely = 4900 <= high_mv <= 7100 or (self.evse.ventilated and 1900 <= high_mv <= 7100)
        signals.c_ms = signals.c_ms + passed_ms if asks else 0
        signals.not_c_ms = 0 if surely or asks else signals.not_c_ms + passed_ms
        signals.apart_ms = signals.apart_ms + passed_ms if high_mv >= 11000 else 0
        if not 1100 <= high_mv <= 10900 or self.connector.faults.active or not offered_ma:
            signals.good_diode_ms = signals.bad_diode_ms = 0
        else:
            good = -13000 <= low_mv <= -11000
            signals.good_diode_ms += passed_ms if good else 0
            signals.bad_diode_ms = 0 if good else signals.bad_diode_ms + passed_ms
        signals.no_offer_ms = signals.no_offer_ms + passed_ms if was_on and not offered_ma else 0

    def check_closing(self, feedback):
        signals, connector = self.signals, self.connector
        self.assertGreaterEqual(signals.c_ms, 60)
        self.assertGreaterEqual(signals.good_diode_ms, 60)
        self.assertEqual(signals.bad_diode_ms, 0)
        self.assertFalse(feedback)
        self.assertFalse(self.ground)
        self.assertIsNotNone(self.meter_wh)
        self.assertIsNotNone(connector.transaction)
        self.assertEqual(connector.faults.active, [])
        self.assertGreaterEqual(self.evse.offered_ma, 6000)
        if signals.opened_ms is not None:
            self.assertGreaterEqual(self.now_ms - signals.opened_ms, 10000)
        signals.closings_ms.append(self.now_ms)
        if len(signals.closings_ms) > 6:
            self.assertGreaterEqual(self.now_ms - signals.closings_ms[-7], 600000)

    def check_closed(self, step_ms):
        signals = self.signals
        # 60 ms to believe it, and one turn: the loop's own hold-ups are not in here.
        self.assertLessEqual(signals.not_c_ms, 90)
        self.assertLessEqual(signals.bad_diode_ms, 150)
        self.assertLessEqual(signals.no_offer_ms, 6100)
        self.assertFalse(self.ground)
        self.assertIsNotNone(self.meter_wh)
        self.assertIsNotNone(self.connector.transaction)

    def check_outputs(self):
        evse, connector = self.evse, self.connector
        offered_ma = evse.offered_ma
        self.assertIn(offered_ma, (0, 6000, 20000, 32000))
        self.assertLessEqual(offered_ma, connector.limits.offered_ma)
        # 60 ms to doubt the vehicle, at most 60 of jitter, 60 to be sure that it is gone.
        apart = self.signals.apart_ms > 180
        if connector.transaction is None or connector.faults.active or apart:
            self.assertEqual(offered_ma, 0)
        if connector.status != self.status:
            self.assertIn(connector.status, TABLE[self.status])
            if connector.status != "Faulted":  # long enough to be seen and told
                self.assertGreaterEqual(self.now_ms - self.since_ms, 200)
            self.since_ms = self.now_ms
            self.status = connector.status
            self.shown.add(self.status)
        if connector.errorCode == "EVCommunicationError":
            self.assertIn(connector.status, COMMUNICATION)
        while evse.events:
            kind, transaction = evse.events.pop(0)
            self.open_transactions += 1 if kind == "started" else -1
            self.assertIn(self.open_transactions, (0, 1))
            if kind == "stopped":
                self.assertGreaterEqual(transaction.meter_stop_wh, transaction.meter_start_wh)


if __name__ == "__main__":
    unittest.main()
