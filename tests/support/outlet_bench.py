"""A connector on its own: pilot, meter and feedback simulated, virtual time."""

import unittest

from charge_bench import STEP_MS, Vehicle
from firmware.evse.evse import Evse

# OCPP 1.6 section 4.9, written out apart from the code on purpose.
TABLE = {
    "Available": (
        "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Reserved", "Unavailable",
        "Faulted",
    ),
    "Preparing": (
        "Available", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Faulted",
    ),
    "Charging": (
        "Available", "SuspendedEV", "SuspendedEVSE", "Finishing", "Unavailable", "Faulted",
    ),
    "SuspendedEV": (
        "Available", "Charging", "SuspendedEVSE", "Finishing", "Unavailable", "Faulted",
    ),
    "SuspendedEVSE": (
        "Available", "Charging", "SuspendedEV", "Finishing", "Unavailable", "Faulted",
    ),
    "Finishing": ("Available", "Preparing", "Unavailable", "Faulted"),
    "Reserved": ("Available", "Preparing", "Unavailable", "Faulted"),
    "Unavailable": (
        "Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Faulted",
    ),
    "Faulted": (
        "Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing",
        "Reserved", "Unavailable",
    ),
}  # fmt: skip


class OutletTest(unittest.TestCase):
    """Base of tests: one vehicle at one connector, every change of status checked."""

    def setUp(self):
        self.evse = Evse(16000)
        self.connector = self.evse.connectors[0]
        self.vehicle = Vehicle()
        self.now_ms = 1000
        self.feedback = lambda coil: coil
        self.meter_wh = 0
        self.shown = ["Available"]
        self.run_s(0.2)

    def step(self):
        self.now_ms += STEP_MS
        high_mv, low_mv = self.vehicle.pilot(self.evse.offered_ma)
        feedback = self.feedback(self.evse.contactor_on)
        self.evse.tick(self.now_ms, high_mv, low_mv, self.meter_wh, feedback)
        if self.connector.status != self.shown[-1]:
            self.assertIn(self.connector.status, TABLE[self.shown[-1]])
            self.shown.append(self.connector.status)

    def run_s(self, seconds):
        for _ in range(int(seconds * 1000) // STEP_MS):
            self.step()

    def ms_until(self, condition, within_s=60):
        start_ms = self.now_ms
        while not condition():
            self.step()
            self.assertLess(self.now_ms - start_ms, within_s * 1000)
        return self.now_ms - start_ms

    def charge(self):
        self.vehicle.plugged = True
        self.run_s(1)
        self.assertTrue(self.connector.authorize("TAG", self.now_ms))
        self.ms_until(lambda: self.evse.contactor_on)
        self.run_s(1)

    def never_closes(self, seconds):
        for _ in range(seconds * 1000 // STEP_MS):
            self.step()
            self.assertFalse(self.evse.contactor_on)

    def events(self):
        events = [(kind, transaction.reason) for kind, transaction in self.evse.events]
        self.evse.events.clear()
        return events
