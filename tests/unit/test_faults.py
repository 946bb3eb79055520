"""Faults: errorCode, status, what latches and what clears it; the meter; welds over reboots."""

import json
import unittest

from charge_bench import MemoryFiles
from firmware.evse.evse import Evse
from firmware.evse.faults import FAULTS, Faults
from firmware.weld_latch import PATH, keep, restore
from outlet_bench import OutletTest

# The error codes of OCPP 1.6 section 7.6.
CODES = (
    "ConnectorLockFailure", "EVCommunicationError", "GroundFailure", "HighTemperature",
    "InternalError", "LocalListConflict", "NoError", "OtherError", "OverCurrentFailure",
    "OverVoltage", "PowerMeterFailure", "PowerSwitchFailure", "ReaderFailure", "ResetFailure",
    "UnderVoltage", "WeakSignal",
)  # fmt: skip
LATCHED = ("diode", "ventilation", "ground", "protection", "stuck_open", "weld")


def rows():
    return [line.split(" ") for line in FAULTS.strip().split("\n")]


class FaultsTest(unittest.TestCase):
    def test_every_fault_has_a_code_of_the_specification(self):
        for name, code, kind, clearing in rows():
            self.assertIn(code, CODES)
            self.assertNotEqual(code, "NoError")
            self.assertIn(kind, ("warning", "Faulted"))
            self.assertEqual(clearing != "now", name in LATCHED)

    def test_what_clears_each(self):
        for name, code, kind, clearing in rows():
            faults = Faults()
            faults.set(name, True)
            self.assertEqual(faults.worst, (code, kind == "Faulted"))
            faults.unplugged()
            self.assertEqual(faults.active, [name])  # its cause is still there
            faults.set(name, False)
            self.assertEqual(faults.active, [] if clearing == "now" else [name])
            faults.unplugged()
            self.assertEqual(faults.active, [name] if clearing == "operator" else [])
            faults.clear(name)
            self.assertEqual(faults.worst, ("NoError", False))

    def test_an_operator_does_not_clear_what_is_still_there(self):
        faults = Faults()
        faults.set("weld", True)
        faults.clear("weld")
        faults.set("weld", True)
        self.assertEqual(faults.active, ["weld"])

    def test_faulted_goes_before_a_warning(self):
        faults = Faults()
        faults.set("diode", True)
        faults.set("ground", True)
        faults.set("meter", True)
        self.assertEqual(faults.worst, ("GroundFailure", True))
        faults.set("ground", False)
        faults.set("meter", False)
        faults.unplugged()
        self.assertEqual(faults.active, ["diode"])


class ConnectorFaults(OutletTest):
    """Each fault under load: off at once, and what is shown once it is over."""

    def fault(self, name):
        self.charge()
        self.vehicle.impatient = True
        self.vehicle.lets_go = False
        self.connector.faults.set(name, True)
        self.step()
        self.assertFalse(self.evse.contactor_on, name)
        self.assertEqual(self.evse.offered_ma, 0)

    def test_off_at_once_and_on_after_a_fresh_check(self):
        for name, code, kind, clearing in rows():
            if name in ("pilot", "meter", "diode", "ventilation", "stuck_open", "weld"):
                continue  # found by the connector itself: see below and test_connector_safety
            self.setUp()
            self.fault(name)
            shown = "Faulted" if kind == "Faulted" else "SuspendedEVSE"
            self.assertEqual((self.connector.status, self.connector.errorCode), (shown, code))
            self.assertTrue(self.evse.in_use)
            self.run_s(2)
            self.connector.faults.set(name, False)
            if clearing != "now":
                self.never_closes(20)
                continue
            self.run_s(0.1)
            self.assertEqual(self.connector.status, "SuspendedEVSE")
            self.assertEqual(self.connector.errorCode, "NoError")
            self.ms_until(lambda: self.evse.contactor_on)
            self.assertEqual(self.connector.status, "Charging")

    def test_state_d_without_ventilation(self):
        self.charge()
        self.vehicle.pilot = lambda offered_ma: (3000, -12000 if offered_ma else 3000)
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 100)
        self.never_closes(20)
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.assertEqual(self.connector.errorCode, "OtherError")
        self.assertEqual(self.evse.offered_ma, 0)

    def test_state_d_with_ventilation(self):
        self.evse.ventilated = True
        self.charge()
        self.vehicle.pilot = lambda offered_ma: (3000, -12000 if offered_ma else 3000)
        self.run_s(20)
        self.assertTrue(self.evse.contactor_on)
        self.assertEqual(
            (self.connector.status, self.connector.errorCode), ("Charging", "NoError")
        )

    def test_diode_lost_while_charging(self):
        self.charge()
        self.vehicle.has_diode = False
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 200)
        self.vehicle.has_diode = True
        self.never_closes(20)  # until it is unplugged
        self.assertEqual(self.connector.status, "SuspendedEVSE")
        self.assertEqual(self.connector.errorCode, "EVCommunicationError")
        self.vehicle.plugged = False
        self.run_s(3)
        self.charge()

    def test_fault_while_nobody_is_there(self):
        self.meter_wh = None
        self.run_s(1)
        self.assertEqual(self.connector.status, "Faulted")
        self.meter_wh = 0
        self.run_s(1)
        self.assertEqual(self.connector.status, "Available")

    def test_shown_is_what_the_pilot_says_now(self):
        self.meter_wh = None
        self.run_s(1)
        self.vehicle.plugged = True
        self.run_s(1)
        self.meter_wh = 0
        self.run_s(1)
        self.assertEqual(self.connector.status, "Preparing")

    def test_a_card_during_a_fault_is_refused(self):
        self.meter_wh = None
        self.run_s(1)
        self.assertFalse(self.connector.authorize("TAG", self.now_ms))

    def test_stopped_during_a_fault(self):
        self.charge()
        self.meter_wh = None
        self.run_s(1)
        self.connector.stop("Local")
        self.run_s(1)
        self.assertEqual(self.events()[-1], ("stopped", "Local"))
        self.meter_wh = 0
        self.run_s(2)
        self.assertEqual(self.connector.status, "Finishing")

    def test_memory_that_lacks_loses_no_event(self):
        class Full(list):
            def append(self, _):
                raise MemoryError

        self.vehicle.plugged = True
        self.run_s(1)
        self.connector.authorize("TAG", self.now_ms)
        self.evse.events = Full()
        with self.assertRaises(MemoryError):
            self.step()
        self.assertIsNone(self.connector.transaction)
        self.evse.events = []
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertEqual(self.events(), [("started", "")])
        self.connector.stop("Local")
        self.evse.events = Full()
        with self.assertRaises(MemoryError):
            self.run_s(10)
        self.assertTrue(self.evse.in_use)
        self.evse.events = []
        self.run_s(1)
        self.assertEqual(self.events(), [("stopped", "Local")])

    def test_memory_that_lacks_loses_no_fault(self):
        faults = self.connector.faults

        class Full(dict):
            def __setitem__(self, *_):
                raise MemoryError

        rows, faults._rows = faults._rows, Full()
        with self.assertRaises(MemoryError):
            faults.set("ground", True)
        faults._rows = rows
        faults.set("ground", True)
        self.assertEqual(faults.active, ["ground"])
        self.assertEqual(faults.worst, ("GroundFailure", True))

    def test_meter_that_jumps(self):
        self.charge()
        self.meter_wh = 3000
        self.step()
        self.assertFalse(self.evse.contactor_on)
        self.run_s(20)
        self.assertEqual(
            (self.connector.status, self.connector.errorCode), ("Faulted", "PowerMeterFailure")
        )
        self.assertEqual(self.connector.register.wh, 0)
        self.meter_wh = 1
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertEqual(self.connector.register.wh, 1)

    def test_meter_that_runs_backwards(self):
        self.connector.register.max_ma = 0
        self.meter_wh = 5000
        self.charge()
        for _ in range(101):
            self.meter_wh -= 1
            self.step()
        self.assertFalse(self.evse.contactor_on)
        self.assertEqual(
            (self.connector.status, self.connector.errorCode), ("Faulted", "PowerMeterFailure")
        )
        self.assertEqual(self.connector.register.wh, 5000)
        self.meter_wh = 5001
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertEqual(self.connector.register.wh, 5001)


class WeldLatch(unittest.TestCase):
    def setUp(self):
        self.files = MemoryFiles()
        self.evse = Evse(16000)

    def reboot(self):
        self.evse = Evse(16000)
        restore(self.evse, self.files)

    def test_over_reboots_until_cleared(self):
        self.reboot()
        self.assertEqual(self.evse.welded, 0)
        self.evse.connectors[0].faults.set("weld", True)
        self.assertEqual(self.evse.welded, 2)
        keep(self.evse, self.files)
        for _ in range(2):
            self.reboot()
            self.assertEqual(self.evse.welded, 2)
            for turn in range(50):
                self.evse.tick(turn * 20, 12000, 12000, 0, False)
            self.assertEqual(self.evse.connectors[0].status, "Faulted")
            self.assertEqual(self.evse.connectors[0].errorCode, "PowerSwitchFailure")
        self.evse.connectors[0].faults.clear("weld")
        keep(self.evse, self.files)
        self.reboot()
        self.assertEqual(self.evse.welded, 0)

    def test_unreadable_files_latch_nothing(self):
        for data in (b"", b"x", b"[]", b"{}", b"null", b'{"weld":1}', b'{"weld":["1"]}'):
            self.files.data[PATH] = data
            self.reboot()
            self.assertEqual(self.evse.welded, 0)

    def test_schema(self):
        keep(self.evse, self.files)
        self.assertEqual(json.loads(self.files.data[PATH]), {"schema": 1, "weld": []})


if __name__ == "__main__":
    unittest.main()
