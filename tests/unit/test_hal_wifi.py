"""firmware.hal.wifi against the fake radio: joins, notices a loss, backs off, never waits."""

import time
import unittest

from fakes import IllegalUse, power_on, wires
from firmware.hal.wifi import Wifi


class WifiTest(unittest.TestCase):
    def setUp(self):
        power_on(wifi_join_ms=30)
        self.now_ms = 1000
        self.wifi = Wifi("home", "12345678")
        self.joins = 0
        self.wifi._wlan = _Counted(self.wifi._wlan, self)

    def tick(self, for_ms, step_ms=100):
        """Ticks over ``for_ms``, in which the radio sees a little real time."""
        time.sleep(0.04)
        for _ in range(for_ms // step_ms):
            self.now_ms += step_ms
            self.wifi.tick(self.now_ms)

    def test_joins(self):
        self.wifi.tick(self.now_ms)
        self.assertFalse(self.wifi.is_connected)
        self.tick(100)
        self.assertTrue(self.wifi.is_connected)
        self.tick(10000)
        self.assertEqual(self.joins, 1)

    def test_does_not_wait(self):
        start = time.time()
        wires.wifi = "down"
        self.tick(5000)
        self.assertLess(time.time() - start, 2)

    def test_joins_again_after_a_loss(self):
        self.tick(200)
        self.tick(100)
        self.assertTrue(self.wifi.is_connected)
        wires.wifi = "down"
        self.tick(600)
        self.assertFalse(self.wifi.is_connected)
        wires.wifi = "up"
        self.tick(2000)
        self.tick(200)
        self.assertTrue(self.wifi.is_connected)
        self.assertEqual(self.joins, 2)

    def test_backs_off(self):
        wires.wifi = "wrong"
        self.tick(100)
        for _ in range(300):  # 300 s
            self.tick_quickly(1000)
        # 1, 3, 7, 15, 31, 63, 123, ... s
        self.assertGreaterEqual(self.joins, 6)
        self.assertLessEqual(self.joins, 12)

    def tick_quickly(self, for_ms):
        wires.wifi_join_ms = 0
        for _ in range(for_ms // 500):
            self.now_ms += 500
            self.wifi.tick(self.now_ms)

    def test_a_join_that_never_ends_is_given_up(self):
        wires.wifi_join_ms = 1000000
        self.tick(19000, 500)
        self.assertEqual(self.joins, 1)
        self.tick(6000, 500)
        self.assertEqual(self.joins, 2)

    def test_open_network(self):
        wifi = Wifi("guest", "")
        wifi.tick(0)
        time.sleep(0.04)
        wifi.tick(100)
        self.assertTrue(wifi.is_connected)

    def test_name_servers(self):
        self.assertEqual(self.wifi.name_servers(), ())  # the fake's network has none
        self.wifi._wlan = _NameServer()
        self.assertEqual(self.wifi.name_servers(), ("192.0.2.53",))

    def test_bad_password_is_refused_by_the_fake(self):
        with self.assertRaises(IllegalUse):
            Wifi("home", "short").tick(0)


class _NameServer:
    def ifconfig(self):
        return ("192.0.2.7", "255.255.255.0", "192.0.2.1", "192.0.2.53")


class _Counted:
    """A WLAN that counts joins."""

    def __init__(self, wlan, test):
        self._wlan = wlan
        self._test = test

    def connect(self, *args):
        self._test.joins += 1
        self._wlan.connect(*args)

    def __getattr__(self, name):
        return getattr(self._wlan, name)


if __name__ == "__main__":
    unittest.main()
