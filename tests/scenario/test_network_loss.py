"""Wi-Fi and clock come and go beneath a running charge: it goes on, and the link comes back."""

import unittest

from charge_bench import START_S
from fakes import wires
from firmware.ocpp16.iso import parse_iso
from network_bench import BUILT_S, IN_2021_S, NetworkBench

TEN_MINUTES_S = 600


class NetworkLoss(unittest.TestCase):
    KEYS = {
        "MeterValueSampleInterval": "60",
        "HeartbeatInterval": "60",
        "AllowOfflineTxForUnknownId": "true",
    }

    def setUp(self):
        self.bench = NetworkBench(dict(self.KEYS))
        self.bench.start()
        self.central = self.bench.central

    def tearDown(self):
        self.bench.stop()

    def online(self, within_s=130):
        """Until messages get through again; the ms it took."""
        return self.bench.run_until(self.bench.is_online, within_s)

    def begin(self):
        """Online, and a car that charges."""
        self.online(20)
        self.bench.run(2)
        self.bench.charge()
        self.bench.run(5)
        self.assertTrue(self.bench.charge_point.registered)
        self.central.forget()

    def run_charging(self, seconds):
        """Time passes; the car charges in every second of it."""
        for _ in range(seconds):
            before_wh = self.bench.vehicle.wh
            self.bench.run(1)
            self.assertTrue(self.bench.evse.contactor_on)
            self.assertGreater(self.bench.vehicle.wh, before_wh)

    def finish(self):
        """The same transaction goes on until the car leaves, and nothing of it is lost."""
        bench, central = self.bench, self.central
        self.run_charging(3)
        self.assertNotIn("StartTransaction", central.actions())
        self.assertNotIn("StopTransaction", central.actions())
        self.assertNotIn("BootNotification", central.actions())
        bench.vehicle.plugged = False
        bench.run(10)
        stops = central.payloads("StopTransaction")
        self.assertEqual(len(stops), 1)
        self.assertEqual(stops[0]["transactionId"], 101)
        self.assertEqual(stops[0]["meterStop"], int(bench.vehicle.wh))
        self.assertFalse(bench.evse.contactor_on)
        ids = [payload["transactionId"] for payload in central.payloads("MeterValues")]
        self.assertEqual(set(ids) - {101}, set())

    def readings(self):
        """When the readings received were taken, in seconds of the bench."""
        return [
            parse_iso(payload["meterValue"][0]["timestamp"]) - START_S
            for payload in self.central.payloads("MeterValues")
        ]

    def has_line(self, text):
        return [line for line in self.bench.lines if text in line]

    # -- the Wi-Fi

    def test_gone_for_ten_minutes(self):
        self.begin()
        begun_s = self.bench.elapsed_ms // 1000
        wires.wifi = "down"
        self.run_charging(TEN_MINUTES_S)
        self.assertFalse(self.bench.is_online())
        self.assertEqual(self.central.calls, [])
        attempts = len(self.bench.attempts)
        wires.wifi = "up"
        self.online()
        self.assertLessEqual(len(self.bench.attempts), attempts + 2)
        self.run_charging(30)
        # One reading a minute, those of the ten minutes with their own times.
        taken = self.readings()
        self.assertEqual(taken, sorted(taken))
        inside = [at_s for at_s in taken if begun_s <= at_s < begun_s + TEN_MINUTES_S]
        self.assertEqual(len(inside), 10)
        self.finish()
        for text in ("wifi: lost", "no such network", "wifi: address 127.0.0.1"):
            self.assertTrue(self.has_line(text))

    def test_no_connection_is_tried_without_a_network(self):
        self.begin()
        wires.wifi = "down"
        self.run_charging(150)  # the link has noticed by then
        del self.bench.attempts[:]
        self.run_charging(120)
        self.assertEqual(self.bench.attempts, [])

    def test_back_on_another_channel_with_another_address(self):
        self.begin()
        wires.wifi = "down"
        self.run_charging(60)
        wires.wifi, wires.wifi_channel, wires.wifi_address = "up", 11, "192.0.2.9"
        self.online(70)
        self.finish()

    def test_back_before_the_link_has_noticed(self):
        self.begin()
        attempts = len(self.bench.attempts)
        wires.wifi = "down"
        self.run_charging(5)
        wires.wifi = "up"
        self.online(10)
        self.finish()
        self.assertEqual(len(self.bench.attempts), attempts)  # the connection has survived

    def test_another_address_without_a_loss(self):
        self.begin()
        wires.wifi_address = "192.0.2.9"
        self.bench.step()
        self.assertFalse(self.bench.is_online())
        took_ms = self.online(10)  # long before a ping is missed
        self.assertLessEqual(took_ms, 5000)
        self.finish()

    def test_password_changed_and_back(self):
        self.begin()
        wires.wifi = "wrong"
        self.run_charging(TEN_MINUTES_S)
        self.assertTrue(self.has_line("wrong password?"))
        self.assertEqual(len(self.has_line("wrong password?")), 1)
        wires.wifi = "up"
        self.online()
        self.finish()

    def test_no_address_by_dhcp(self):
        self.begin()
        wires.wifi = "down"
        self.run_charging(20)
        wires.wifi = "dry"
        self.run_charging(120)
        self.assertTrue(self.has_line("no address by DHCP"))
        wires.wifi = "up"
        self.online()
        self.finish()

    def test_wrong_password_from_the_start(self):
        wires.wifi = "wrong"
        self.bench.run(30)
        self.bench.vehicle.plugged = True
        self.bench.run(30)
        self.assertEqual(self.bench.attempts, [])
        wires.wifi = "up"
        self.online(70)
        self.bench.run(2)
        self.assertEqual(self.central.statuses()[-1], "Preparing")

    # -- the clock

    def test_the_clock_starts_in_2021(self):
        """The certificate is younger than the image: without a time server it is not valid yet."""
        self.assertEqual(self.bench.rtc_s(), BUILT_S)  # not 2021: the image's build time
        self.online(20)
        self.assertEqual(len(self.bench.questions), 1)
        self.assertEqual(len(self.bench.attempts), 1)  # none before the clock was set
        self.assertAlmostEqual(self.bench.rtc_s(), self.bench.true_s(), delta=2)

    def test_no_time_server(self):
        self.bench.is_time_server_there = False
        self.bench.run(30)
        self.assertTrue(self.has_line("no answer from the time server"))
        self.assertTrue(self.has_line("not yet valid"))
        self.bench.is_time_server_there = True
        self.online()
        self.assertTrue(self.has_line("the clock is set"))

    def test_clock_lost_beneath_a_charge(self):
        self.begin()
        self.bench.lose_clock()
        self.run_charging(1)
        self.assertAlmostEqual(self.bench.rtc_s(), self.bench.true_s(), delta=2)
        wires.wifi = "down"
        self.run_charging(30)
        wires.wifi_address = "192.0.2.9"
        wires.wifi = "up"
        self.online()
        self.assertEqual(self.has_line("not yet valid"), [])
        self.finish()

    def test_a_charge_begun_before_the_time_was_known(self):
        bench = self.bench
        wires.wifi = "down"
        bench.run(5)
        bench.vehicle.plugged = True
        bench.run(1)
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run_until(lambda: bench.evse.contactor_on, 30)
        begun_s = bench.true_s()
        self.run_charging(60)
        wires.wifi = "up"
        self.online()
        self.run_charging(10)
        started = self.central.payloads("StartTransaction")
        self.assertEqual(len(started), 1)
        self.assertAlmostEqual(parse_iso(started[0]["timestamp"]), begun_s, delta=3)

    def test_a_lying_time_server_is_asked_again(self):
        self.bench.told_s = START_S + 10 * 365 * 86400  # the certificate has expired by then
        self.bench.run(60)
        self.assertFalse(self.bench.is_online())
        self.assertGreater(self.bench.rtc_s(), self.bench.true_s() + 86400)
        self.bench.told_s = None
        self.online(700)
        self.assertAlmostEqual(self.bench.rtc_s(), self.bench.true_s(), delta=2)

    def test_no_time_server_can_set_the_clock_before_the_image_was_built(self):
        self.bench.told_s = IN_2021_S
        self.bench.run(30)
        self.assertGreaterEqual(self.bench.rtc_s(), BUILT_S)
        self.assertFalse(self.bench.charge_point.clock.is_set)


if __name__ == "__main__":
    unittest.main()
