"""Ground fault and its test, emergency stop: what they do to the outlet."""

import unittest

from inputs_bench import InputsTest


class SurroundingsTest(InputsTest):
    def test_nothing_there_nothing_said(self):
        self.fit()
        self.charge()
        self.assertEqual(self.evse.offered_ma, 16000)
        self.assertEqual(self.connector.errorCode, "NoError")

    # -- ground fault and its test -------------------------------------------------------

    def test_ground_fault_opens_at_once_and_latches_until_unplug(self):
        self.fit(ground=False)
        self.charge()
        self.inputs.values["ground"] = True
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 40)
        self.inputs.values["ground"] = False
        self.never_closes(20)
        self.assertEqual(
            (self.connector.status, self.connector.errorCode), ("Faulted", "GroundFailure")
        )
        self.assertTrue(self.evse.in_use)
        self.vehicle.plugged = False
        self.run_s(3)
        self.assertEqual(
            (self.connector.status, self.connector.errorCode), ("Available", "NoError")
        )

    def test_ground_fault_that_stays_is_not_cleared_by_an_unplug(self):
        self.fit(ground=True)
        self.run_s(3)
        self.assertEqual(self.connector.errorCode, "GroundFailure")
        self.assertFalse(self.connector.authorize("TAG", self.now_ms))

    def test_one_reading_is_a_spark(self):
        self.fit(ground=False, stop=False)
        self.charge()
        self.inputs.values.update(ground=True, stop=True)
        self.step()
        self.inputs.values.update(ground=False, stop=False)
        self.run_s(1)
        self.assertTrue(self.evse.contactor_on)

    def test_protection_is_tested_before_each_connection(self):
        self.fit(has_test=True)
        self.vehicle.plugged = True
        self.run_s(5)
        self.assertEqual(self.inputs.tests, 0)
        self.connector.authorize("TAG", self.now_ms)
        self.assertLessEqual(self.ms_until(lambda: self.evse.contactor_on), 3000)
        self.assertEqual(self.inputs.tests, 1)
        self.run_s(20)
        self.connector.stop("Local")
        self.run_s(12)
        self.connector.authorize("TAG", self.now_ms)
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertEqual(self.inputs.tests, 2)

    def test_no_energy_where_the_test_fails(self):
        for name in ("trips", "lets_go"):
            self.setUp()
            self.fit(has_test=True)
            setattr(self.inputs, name, False)
            self.vehicle.plugged = True
            self.vehicle.impatient = True
            self.connector.authorize("TAG", self.now_ms)
            self.never_closes(15)
            self.assertEqual(
                (self.connector.status, self.connector.errorCode), ("Faulted", "GroundFailure")
            )
            self.assertFalse(self.inputs.under_test)
            self.inputs.trips = self.inputs.lets_go = True
            self.vehicle.plugged = False
            self.vehicle.impatient = False
            self.run_s(3)
            self.charge()

    def test_tested_anew_after_a_fault(self):
        self.fit(has_test=True)
        self.charge()
        self.meter_wh = None
        self.run_s(1)
        self.meter_wh = 0
        self.ms_until(lambda: self.evse.contactor_on)
        self.assertEqual(self.inputs.tests, 2)

    # -- emergency stop ------------------------------------------------------------------

    def test_emergency_stop(self):
        self.fit(stop=False)
        self.charge()
        self.vehicle.impatient = True
        self.inputs.values["stop"] = True
        self.assertLessEqual(self.ms_until(lambda: not self.evse.contactor_on), 40)
        self.assertEqual(self.events()[-1], ("stopped", "EmergencyStop"))
        self.run_s(2)
        self.assertEqual(self.connector.status, "Faulted")
        self.assertFalse(self.connector.authorize("TAG", self.now_ms))
        self.inputs.values["stop"] = False
        self.vehicle.impatient = False
        self.run_s(2)
        self.assertTrue(self.connector.authorize("TAG", self.now_ms))


if __name__ == "__main__":
    unittest.main()
