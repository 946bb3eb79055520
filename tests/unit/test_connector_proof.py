"""What is not proven does not count: C1 gets no energy, a glitch is no unplugging."""

import unittest

from outlet_bench import OutletTest


class ProofTest(OutletTest):
    def closing(self):
        """(ms the PWM had stood, as measured) when the contactor closes next."""
        stood_ms = 0
        while True:
            stood_ms = stood_ms + 20 if self.evse.offered_ma else 0
            self.step()
            if self.evse.contactor_on:
                return stood_ms

    def raw(self, *levels_mv):
        for high_mv in levels_mv:
            self.now_ms += 20
            self.evse.tick(self.now_ms, high_mv, -12000, self.meter_wh, self.evse.contactor_on)

    def test_a_vehicle_that_keeps_asking_waits_for_a_new_diode_check(self):
        self.charge()
        self.vehicle.impatient = True
        self.evse.limit("configuration", 5000)
        self.ms_until(lambda: not self.evse.contactor_on)
        self.run_s(15)
        self.evse.limit("configuration", 16000)
        self.assertGreaterEqual(self.closing(), 60)

    def test_no_energy_without_the_diode_that_was_there_before(self):
        self.charge()
        self.vehicle.impatient = True
        self.evse.limit("configuration", 5000)
        self.ms_until(lambda: not self.evse.contactor_on)
        self.run_s(15)
        self.vehicle.has_diode = False
        self.evse.limit("configuration", 16000)
        self.never_closes(20)
        self.assertEqual(self.connector.errorCode, "EVCommunicationError")

    def test_single_samples_do_not_unplug(self):
        self.charge()
        self.raw(9000, 0, 12000)
        self.assertFalse(self.evse.contactor_on)  # but they open
        self.assertTrue(self.connector.plugged)
        self.run_s(20)
        self.assertEqual(self.events()[1:], [])
        self.assertTrue(self.evse.contactor_on)

    def test_a_latched_fault_outlasts_a_glitch(self):
        self.charge()
        self.connector.faults.set("ground", True)
        self.connector.faults.set("ground", False)
        self.raw(0, 0, 12000)
        self.run_s(0.2)
        self.assertIn("ground", self.connector.faults.active)
        self.vehicle.plugged = False
        self.run_s(0.2)
        self.assertIn("ground", self.connector.faults.active)
        self.run_s(0.3)
        self.assertEqual(self.connector.faults.active, [])

    def test_two_plateaus_without_pwm_are_a_fault(self):
        self.vehicle.plugged = True
        self.run_s(1)
        for _ in range(4):
            self.raw(6000)  # high 6 V, low -12 V, and nothing modulates
        self.assertEqual(self.connector.faults.active, ["pilot"])
        self.assertTrue(self.connector.authorize("TAG", self.now_ms) is False)
        self.run_s(1)
        self.assertEqual(self.connector.faults.active, [])

    def test_restart_delay_is_added_so_that_a_street_spreads(self):
        closed_ms = []
        for delay_ms in (0, 3000, 9999):
            self.setUp()
            self.evse.hold_open(self.now_ms, delay_ms)
            start_ms = self.now_ms
            self.vehicle.plugged = True
            self.connector.authorize("TAG", self.now_ms)
            self.ms_until(lambda: self.evse.contactor_on)
            closed_ms.append(self.now_ms - start_ms - delay_ms)
        for passed_ms in closed_ms:
            self.assertLessEqual(10000, passed_ms)
            self.assertLessEqual(passed_ms, 12000)


if __name__ == "__main__":
    unittest.main()
