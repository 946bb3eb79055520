"""What a change of the network leads to: lines in the log, a new link, a time server asked."""

import asyncio
import json
import unittest

from asynctest import run
from charge_bench import MemoryFiles
from firmware.network_change import attend
from firmware.ocpp16.clock import Clock
from firmware.settings import Settings, SettingsError
from net_dns import NameServer
from ticks import sleep_ms
from time_peer import NOW_S, tells
from transport.errors import ResolveError


class Wifi:
    """As the HAL's, less the radio."""

    def __init__(self, ntp_server=None):
        self.wlan = self
        self.state = self.address = self.waits = None
        self.is_connected = False
        self.ntp_server = ntp_server

    def status(self, what):
        return -61

    def up(self, address="192.0.2.7"):
        self.state, self.is_connected = address, True

    def down(self):
        self.state, self.is_connected = None, False


class Link:
    renewals = 0

    def renew(self, at_once):
        self.renewals += at_once


class Resolver:
    """Finds ``found``, or raises it."""

    def __init__(self, found="127.0.0.1"):
        self.found = found
        self.names = []

    async def resolve(self, host, timeout_ms):
        self.names.append((host, timeout_ms))
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class ChargePoint:
    boot_answered = False

    def __init__(self):
        self.clock = Clock(0, NOW_S - 1000000)


class Case(unittest.TestCase):
    def setUp(self):
        self.wifi = Wifi()
        self.link = Link()
        self.resolver = Resolver()
        self.charge_point = ChargePoint()
        self.lines = []

    def attend(self):
        attend(self.wifi, self.link, self.resolver, self.charge_point, self.lines.append)


class ChangeTest(Case):
    def test_lines(self):
        self.wifi.up()
        self.attend()
        self.wifi.down()
        self.attend()
        self.wifi.state = -2
        self.attend()
        self.assertEqual(
            self.lines,
            [
                "wifi: address 192.0.2.7, -61 dBm",
                "wifi: lost",
                "wifi: can't join, no such network in reach (-2)",
            ],
        )

    def test_the_same_address_again_keeps_the_link(self):
        for _ in range(2):
            self.wifi.up()
            self.attend()
            self.wifi.down()
            self.attend()
        self.assertEqual(self.link.renewals, 0)

    def test_another_address_begins_the_link_anew(self):
        self.wifi.up()
        self.attend()
        self.wifi.down()
        self.attend()
        self.wifi.up("192.0.2.8")
        self.attend()
        self.assertEqual(self.link.renewals, 1)
        self.wifi.up("192.0.2.9")  # without a loss
        self.attend()
        self.assertEqual(self.link.renewals, 2)


class TimeTest(Case):
    def setUp(self):
        super().setUp()
        self.wifi.ntp_server = "time.example"
        self.wifi.up()

    def play(self, script, story, begin=None):
        """Run ``await story()`` while a time server of that script is there; ``begin()`` starts
        the task, else the change of the network does."""

        async def inner():
            from firmware import time_source  # both are dropped by each task that has ended
            from sntp import ask

            async with NameServer(script) as server:

                async def here(address, timeout_ms):
                    return await ask(address, server.port, 200)

                time_source.ask = here
                if begin:
                    begin(time_source)
                else:
                    self.attend()
                    self.assertTrue(self.wifi.waits)
                await story()
                self.charge_point.boot_answered = True
                while self.wifi.waits is not None:
                    await sleep_ms(5)
            return server

        server = run(inner(), 20)
        self.assertIsNone(self.wifi.waits)
        return server

    async def until_free(self):
        while self.wifi.waits:
            await sleep_ms(5)

    def test_sets_the_clock(self):
        server = self.play(tells(), self.until_free)
        self.assertTrue(self.charge_point.clock.is_set)
        self.assertAlmostEqual(self.charge_point.clock.now_s(0), NOW_S, delta=3)
        self.assertEqual(self.lines[-1], "time server time.example: the clock is set")
        self.assertEqual(len(server.questions), 1)
        self.assertEqual(self.resolver.names, [("time.example", 3000)])

    def test_what_fails_is_logged_once_and_frees_the_network(self):
        for found, script, word in (
            ("127.0.0.1", lambda request: [], "no answer"),
            ("127.0.0.1", tells(stratum=0), "refuses"),
            ("127.0.0.1", tells(NOW_S - 1100000), "2026-07-1"),  # older than the image
            ("127.0.0.1", tells(NOW_S + 700000000), "2048"),
            (ResolveError("no address"), tells(), "no address"),
            ("time.example", tells(), "no name server"),
        ):
            self.setUp()
            self.resolver.found = found
            self.play(script, self.until_free)
            self.assertFalse(self.charge_point.clock.is_set)
            self.assertEqual(len(self.lines), 2)
            self.assertIn(word, self.lines[1])

    def begin(self, time_source):
        """The task, impatient."""
        task = time_source.keep(
            self.wifi, self.resolver, self.charge_point, self.lines.append, 1, 1
        )
        self.wifi.waits = True
        self.task = asyncio.create_task(task)

    def test_asks_until_the_central_system_has_told_the_time(self):
        async def story():
            while len(requests) < 4:
                await sleep_ms(5)

        requests = []

        def script(request):
            requests.append(request)
            return tells()(request) if len(requests) == 3 else []

        self.play(script, story, self.begin)
        notes = [line.split(": ")[1] for line in self.lines]
        self.assertEqual(notes[:2], ["no answer from the time server", "the clock is set"])

    def test_without_a_network_nobody_is_asked(self):
        async def story():
            while not self.charge_point.clock.is_set:
                await sleep_ms(5)
            self.wifi.down()
            await sleep_ms(100)
            self.resolver.names.clear()
            await sleep_ms(700)
            self.assertEqual(self.resolver.names, [])

        self.play(tells(), story, self.begin)

    def test_one_task_is_enough(self):
        async def story():
            await self.until_free()
            for _ in range(3):
                self.wifi.down()
                self.attend()
                self.wifi.up()
                self.attend()
                self.assertFalse(self.wifi.waits)
            await sleep_ms(300)
            self.assertEqual(len(self.resolver.names), 1)

        self.play(tells(), story)

    def test_not_after_the_central_system_has_told_the_time(self):
        self.charge_point.boot_answered = True
        self.attend()
        self.assertIsNone(self.wifi.waits)

    def test_no_server_is_wanted(self):
        self.wifi.ntp_server = ""
        self.attend()
        self.assertIsNone(self.wifi.waits)


class WifiSettingsTest(unittest.TestCase):
    def settings(self, **wifi):
        files = MemoryFiles()
        config = {"identity": "CP1", "url": "wss://h/ocpp", "wifi": wifi}
        files.write("/config.json", json.dumps(config).encode())
        return Settings(files)

    def test_good(self):
        self.assertEqual(self.settings().wifi, {})
        self.settings(ssid="home", password="", country=None, hostname="", ntp_server="")
        self.settings(ssid="\u00fc" * 16, password="x" * 64, country="DE", hostname="a" * 32)

    def test_bad(self):
        for wifi in (
            {"ssid": "x" * 33},
            {"ssid": "\u00fc" * 17},
            {"ssid": 7},
            {"password": "short"},
            {"password": "x" * 65},
            {"country": "DEU"},
            {"hostname": "a" * 33},
            {"ntp_server": ["x"]},
        ):
            with self.assertRaises(SettingsError):
                self.settings(**wifi)


if __name__ == "__main__":
    unittest.main()
