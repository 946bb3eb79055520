"""firmware.hal against the fakes: contactor, meter, LED, clock, and all of it as one Board."""

import time
import unittest

from fakes import BOARD, machine, power_on, wires
from firmware.hal import chip, start
from firmware.hal.board import Board
from firmware.hal.contactor import Contactor, NoSafeLevel
from firmware.hal.meter_pulse import PulseMeter
from firmware.hal.self_test import self_test


def board(**changes):
    result = dict(BOARD)
    result.update(changes)
    return result


class ContactorTest(unittest.TestCase):
    def setUp(self):
        power_on()

    def test_starts_open(self):
        wires.outputs[15] = 1
        Contactor(BOARD)
        self.assertEqual(wires.outputs[15], 0)

    def test_set(self):
        contactor = Contactor(BOARD)
        contactor.set(True)
        self.assertEqual(wires.outputs[15], 1)
        contactor.set(False)
        self.assertEqual(wires.outputs[15], 0)

    def test_active_low(self):
        contactor = Contactor(board(safe_outputs=[[15, 1]]))
        self.assertEqual(wires.outputs[15], 1)
        contactor.set(True)
        self.assertEqual(wires.outputs[15], 0)

    def test_feedback_follows_the_coil(self):
        contactor = Contactor(BOARD)
        self.assertIs(contactor.feedback(), False)
        contactor.set(True)
        self.assertIs(contactor.feedback(), False)
        time.sleep(0.03)
        self.assertIs(contactor.feedback(), True)
        contactor.set(False)
        self.assertIs(contactor.feedback(), True)
        time.sleep(0.03)
        self.assertIs(contactor.feedback(), False)

    def test_weld(self):
        contactor = Contactor(BOARD)
        wires.receive("weld 1")
        self.assertIs(contactor.feedback(), True)
        wires.receive("weld -")
        self.assertIs(contactor.feedback(), False)

    def test_without_feedback(self):
        self.assertIsNone(Contactor(board(contactor_feedback_pin=None)).feedback())

    def test_without_safe_level(self):
        with self.assertRaises(NoSafeLevel):
            Contactor(board(safe_outputs=[[16, 1]]))


class MeterTest(unittest.TestCase):
    def setUp(self):
        power_on()

    def test_counts_pulses(self):
        meter = PulseMeter(BOARD)
        self.assertEqual(meter.wh, 0)
        wires.receive("pulse 17 3")
        wires.receive("pulse 17 1")
        self.assertEqual(meter.wh, 4)

    def test_wh_per_pulse(self):
        meter = PulseMeter(board(meter_wh_per_pulse=10, family="esp32"))
        wires.receive("pulse 17 2")
        self.assertEqual(meter.wh, 20)

    def test_level_without_edge(self):
        meter = PulseMeter(BOARD)
        wires.receive("level 17 1")
        self.assertEqual(meter.wh, 0)
        wires.receive("level 17 0")
        wires.receive("level 17 0")
        self.assertEqual(meter.wh, 1)


class ChipTest(unittest.TestCase):
    def setUp(self):
        power_on()

    def test_unique_id(self):
        self.assertEqual(start.unique_id(), "e66118604b123456")

    def test_raise_clock(self):
        start.raise_clock(int(time.time()) - 100)
        self.assertEqual(machine.RTC().datetime()[0], 2021)
        start.raise_clock(int(time.time()) + 1000)
        self.assertGreater(machine.RTC().datetime()[0], 2021)

    def test_set_clock_goes_both_ways(self):
        for off_s in (-1, 0, 1):
            chip.set_clock(int(time.time()) + off_s)
        self.assertEqual(machine.RTC().datetime()[0], 2021)
        for unix_s, year in ((1609459200 + 86400, 2021), (1785542400, 2026), (1609459200, 2021)):
            chip.set_clock(unix_s)
            self.assertEqual(machine.RTC().datetime()[0], year)

    def test_led(self):
        led = chip.StatusLed(BOARD)
        seen = []
        for now_ms in range(0, 2000, 100):
            led.tick(now_ms, False)
            seen.append(wires.outputs["LED"])
        self.assertEqual(seen, ([1] * 5 + [0] * 5) * 2)
        led.tick(900, True)
        self.assertEqual(wires.outputs["LED"], 1)

    def test_no_led(self):
        chip.StatusLed(board(led_pin=None)).tick(0, True)
        self.assertNotIn("LED", wires.outputs)


class BoardTest(unittest.TestCase):
    def setUp(self):
        power_on()
        self.board = Board(BOARD)

    def test_facts(self):
        self.assertEqual(self.board.max_ma, 32000)

    def test_without_wifi_the_network_is_taken_for_up(self):
        self.board.wifi = start.start_wifi({}, print)
        self.assertFalse(self.board.tick(0))
        self.assertTrue(self.board.network_up())

    def test_with_wifi(self):
        wires.wifi_join_ms = 0
        self.board.wifi = start.start_wifi({"ssid": "home", "password": "12345678"}, print)
        self.assertFalse(self.board.tick(0))
        self.assertFalse(self.board.network_up())
        self.assertTrue(self.board.tick(100))
        self.assertFalse(self.board.tick(1200))
        self.assertTrue(self.board.network_up())
        self.board.wifi.waits = True
        self.assertFalse(self.board.network_up())

    def test_self_test(self):
        self.assertTrue(self_test(self.board))

    def test_self_test_opens_the_contactor(self):
        self.board.contactor.set(True)
        time.sleep(0.03)
        self_test(self.board)
        self.assertEqual(wires.outputs[15], 0)

    def test_self_test_sees_a_weld(self):
        wires.receive("weld 1")
        self.assertFalse(self_test(self.board))

    def test_self_test_sees_a_broken_pilot(self):
        for high_mv in (14900, -14900):
            wires.high_mv = high_mv
            self.assertFalse(self_test(self.board))


if __name__ == "__main__":
    unittest.main()
