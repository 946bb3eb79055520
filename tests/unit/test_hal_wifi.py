"""firmware.hal.wifi and its start against the fake radios of both families: joins, notices a loss,
backs off, never waits. The time is the test's."""

import unittest

from fakes import IllegalUse, network, network_esp32, power_on, wires
from firmware.hal import start, wifi
from firmware.hal.wifi_report import line

SETTINGS = {"ssid": "home", "password": "12345678"}


class Radio:
    """A family's radio, and a time that moves only when told to."""

    module = network

    def setUp(self):
        power_on(wifi_join_ms=300)
        network_esp32.power_on()
        self.now_ms = 1000
        for name in ("ticks_ms", "ticks_diff"):
            setattr(self, name, getattr(network, name))
        network.ticks_ms = lambda: self.now_ms
        wifi.network = start.network = self.module
        self.lines = []
        self.wifi = self.start()

    def tearDown(self):
        network.ticks_ms = self.ticks_ms
        wifi.network = start.network = network

    def start(self, **settings):
        network.WLAN().active(False)
        fields = dict(SETTINGS)
        fields.update(settings)
        made = start.start_wifi(fields, self.lines.append)
        self.joins = 0
        made.wlan = _Counted(made.wlan, self)
        return made

    def tick(self, for_ms, step_ms=100):
        for _ in range(for_ms // step_ms):
            self.now_ms += step_ms
            self.wifi.tick(self.now_ms)

    def lose(self):
        """The network goes; until that is noticed."""
        wires.wifi = "down"
        start_ms = self.now_ms
        while self.wifi.is_connected:
            self.tick(100)
        self.assertLessEqual(self.now_ms - start_ms, 1000)

    def test_joins(self):
        self.tick(200)
        self.assertFalse(self.wifi.is_connected)
        self.assertIsNone(self.wifi.state)
        self.tick(400)
        self.assertTrue(self.wifi.is_connected)
        self.assertEqual(self.wifi.state, "127.0.0.1")
        self.tick(10000)
        self.assertEqual(self.joins, 1)

    def test_joins_again_after_a_loss(self):
        self.tick(1000)
        self.lose()
        self.assertIsNone(self.wifi.state)
        wires.wifi = "up"
        self.tick(5000)
        self.assertTrue(self.wifi.is_connected)
        self.assertLessEqual(self.joins, 3)

    def test_ten_minutes_without_an_access_point(self):
        self.tick(1000)
        wires.wifi = "down"
        self.tick(600000)
        self.assertFalse(self.wifi.is_connected)
        # 1, 2, 4, ... 60 s apart
        self.assertGreaterEqual(self.joins, 12)
        self.assertLessEqual(self.joins, 17)
        wires.wifi = "up"
        wires.wifi_channel = 11
        self.tick(61000)
        self.assertTrue(self.wifi.is_connected)

    def test_why_a_join_failed(self):
        for state, word in (
            ("wrong", "wrong password?"),
            ("down", "no such network"),
            ("dry", "no answer in time"),
        ):
            wires.wifi = state
            self.wifi = self.start()
            self.tick(21000)
            self.assertIn(word, line(self.wifi))
        wires.wifi = "up"
        self.tick(61000)
        self.assertEqual(line(self.wifi), "wifi: address 127.0.0.1, -55 dBm")
        self.lose()
        self.assertEqual(line(self.wifi), "wifi: lost")

    def test_a_wrong_password_is_tried_again(self):
        wires.wifi = "wrong"
        self.tick(300000)
        self.assertGreaterEqual(self.joins, 8)
        self.assertLessEqual(self.joins, 12)
        wires.wifi = "up"
        self.tick(61000)
        self.assertTrue(self.wifi.is_connected)

    def test_a_join_that_never_ends_is_given_up(self):
        wires.wifi_join_ms = 1000000
        self.tick(19000, 500)
        self.assertEqual(self.joins, 1)
        self.tick(6000, 500)
        self.assertEqual(self.joins, 2)

    def test_another_address(self):
        self.tick(1000)
        wires.wifi_address = "192.0.2.9"
        self.tick(1000)
        self.assertEqual(self.wifi.state, "192.0.2.9")
        self.assertEqual(self.joins, 1)

    def test_open_network(self):
        self.wifi = self.start(password="")
        self.tick(1000)
        self.assertTrue(self.wifi.is_connected)

    def test_name_servers(self):
        self.assertEqual(self.wifi.name_servers(), ())  # the fake's network has none
        self.wifi.wlan = _NameServer()
        self.assertEqual(self.wifi.name_servers(), ("192.0.2.53",))

    def test_power_save_is_off(self):
        self.assertEqual(network.WLAN._pm, self.module.WLAN.PM_NONE)
        self.tick(1000)
        self.assertEqual(network.WLAN._pm, self.module.WLAN.PM_NONE)

    def test_country_and_hostname(self):
        power_on()
        network.country("XX")
        self.assertEqual(network.hostname(), "ucharge-123456")
        power_on()
        self.start(country="DE", hostname="box-7")
        self.assertEqual((network.country(), network.hostname()), ("DE", "box-7"))
        self.assertEqual(self.lines, [])

    def test_what_the_radio_does_not_take_is_logged(self):
        power_on()
        self.wifi = self.start(country="Utopia")
        self.assertEqual(len(self.lines), 1)
        self.assertIn("ValueError", self.lines[0])
        self.tick(1000)
        self.assertTrue(self.wifi.is_connected)

    def test_a_busy_radio_is_a_join_that_failed(self):
        busy = _Busy(self.wifi.wlan)
        self.wifi.wlan = busy
        self.tick(10000)
        self.assertFalse(self.wifi.is_connected)
        busy.error = None
        self.tick(61000)
        self.assertTrue(self.wifi.is_connected)

    def test_time_server(self):
        self.assertEqual(self.wifi.ntp_server, "pool.ntp.org")
        self.assertEqual(self.start(ntp_server="").ntp_server, "")


class Cyw43(Radio, unittest.TestCase):
    def test_does_not_ask_for_reconnects(self):
        with self.assertRaises(ValueError):
            network.WLAN().config(reconnects=0)
        self.assertEqual(self.lines, [])


class Esp32(Radio, unittest.TestCase):
    module = network_esp32

    def test_the_driver_does_not_join_by_itself(self):
        self.assertEqual(network_esp32.WLAN._reconnects, 0)

    def test_a_driver_that_does_hides_the_reason(self):
        network_esp32.WLAN._reconnects = -1
        wires.wifi = "wrong"
        self.tick(21000)
        self.assertIn("no answer in time", line(self.wifi))


class FakeTest(unittest.TestCase):
    def setUp(self):
        power_on()
        self.wlan = network.WLAN()

    def test_too_late(self):
        self.wlan.active(True)
        for call in (network.country, network.hostname):
            with self.assertRaises(IllegalUse):
                call("DE")

    def test_too_early(self):
        with self.assertRaises(IllegalUse):
            self.wlan.config(pm=16)

    def test_bad_password(self):
        self.wlan.active(True)
        with self.assertRaises(IllegalUse):
            self.wlan.connect("home", "short")

    def test_one_channel(self):
        wires.wifi_join_ms = 0
        self.wlan.active(True)
        self.wlan.connect("home", "12345678", channel=6)
        self.assertTrue(self.wlan.isconnected())
        wires.wifi_channel = 11
        self.assertFalse(self.wlan.isconnected())
        self.wlan.connect("home", "12345678", channel=6)
        self.assertEqual(self.wlan.status(), network.STAT_NO_AP_FOUND)


class _NameServer:
    def ifconfig(self):
        return ("192.0.2.7", "255.255.255.0", "192.0.2.1", "192.0.2.53")


class _Busy:
    error = OSError(0x3007)

    def __init__(self, wlan):
        self._wlan = wlan

    def connect(self, *args):
        if self.error is not None:
            raise self.error
        self._wlan.connect(*args)

    def __getattr__(self, name):
        return getattr(self._wlan, name)


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
