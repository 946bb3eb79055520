"""When a lost connection is tried again, and how a dead one is found; on virtual time."""

import unittest

import reconnect
from reconnect import ALIVE, DEAD, PING, Reconnect
from ticks import ticks_add, ticks_diff

# Shortly before the ticks wrap.
START = ticks_add(0, -30000)


class WaitTest(unittest.TestCase):
    def test_failures_wait_longer_and_longer(self):
        reconnect = Reconnect(b"CP001")
        step = 1000
        for _ in range(12):
            wait_ms = reconnect.failed()
            self.assertTrue(step // 2 <= wait_ms <= step, (wait_ms, step))
            step = min(2 * step, 60000)

    def test_a_connection_that_held_starts_anew(self):
        for held_ms, longest_ms in ((10000, 1000), (3600000, 1000), (9999, 60000)):
            reconnect = Reconnect(b"CP001")
            for _ in range(9):
                reconnect.failed()
            reconnect.opened(START)
            wait_ms = reconnect.closed(ticks_add(START, held_ms))
            self.assertTrue(longest_ms // 2 <= wait_ms <= longest_ms, wait_ms)

    def test_a_server_that_hangs_up_at_once_does_not_get_a_storm(self):
        reconnect = Reconnect(b"CP001")
        now_ms = START
        attempts = 0
        while ticks_diff(now_ms, START) < 600000:
            reconnect.opened(now_ms)
            now_ms = ticks_add(now_ms, 50)
            now_ms = ticks_add(now_ms, reconnect.closed(now_ms))
            attempts += 1
        self.assertLess(attempts, 30)

    def test_refusals_wait_a_minute(self):
        for status in (401, 403, 404):
            reconnect = Reconnect(b"CP001")
            self.assertTrue(60000 < reconnect.failed(status) <= 61000)
            for _ in range(20):
                wait_ms = reconnect.failed(status)
            self.assertLessEqual(wait_ms, 120000)
        for status in (0, 301, 500, 502, 503):
            self.assertLessEqual(Reconnect(b"CP001").failed(status), 1000)

    def test_retry_after(self):
        for status in (401, 404, 429, 503):
            for text, least_s in (("0", 0), ("7", 7), ("120", 120), ("3600", 3600)):
                wait_ms = Reconnect(b"CP001").failed(status, text) - 1000 * least_s
                self.assertTrue(500 <= wait_ms <= 1000, (status, text, wait_ms))

    def test_retry_after_has_a_bound(self):
        for text in ("3601", "86400", "99999999"):
            self.assertLessEqual(Reconnect(b"CP001").failed(503, text), 3601000)

    def test_retry_after_that_is_no_number(self):
        for text in ("", " ", "-1", "1.5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400):
            self.assertLessEqual(Reconnect(b"CP001").failed(503, text), 1000)
            self.assertGreater(Reconnect(b"CP001").failed(401, text), 60000)

    def test_a_fleet_told_the_same_does_not_come_back_in_step(self):
        seconds = {}
        for number in range(200):
            reconnect = Reconnect(b"CP%03d" % number)
            for _ in range(7):
                wait_ms = reconnect.failed(503, "120")
            self.assertTrue(120000 <= wait_ms <= 180000)
            second = wait_ms // 1000
            seconds[second] = seconds.get(second, 0) + 1
        self.assertGreater(len(seconds), 20)
        self.assertLess(max(seconds.values()), 25)

    def test_one_charge_point_repeats_itself(self):
        one, two = Reconnect(b"CP001"), Reconnect(b"CP001")
        self.assertEqual([one.failed() for _ in range(9)], [two.failed() for _ in range(9)])


class DaysTest(unittest.TestCase):
    """Connected for longer than half a period of the ticks, which on a board is 6.2 days."""

    PERIOD = 1 << 30

    def diff(self, end, start):
        return (end - start + self.PERIOD // 2) % self.PERIOD - self.PERIOD // 2

    def setUp(self):
        self.real = reconnect.ticks_diff
        reconnect.ticks_diff = self.diff

    def tearDown(self):
        reconnect.ticks_diff = self.real

    def test_a_loss_after_days_is_the_first(self):
        for days in (0.001, 1, 5, 6, 6.5, 7, 10, 12, 12.5, 14, 20, 100):
            one = Reconnect(b"CP001")
            for _ in range(9):
                one.failed()
            one.opened(1000)
            for minute in range(int(days * 1440) + 1):
                now_ms = (1000 + minute * 60000) % self.PERIOD
                self.assertNotEqual(one.check(now_ms, now_ms, 60000), DEAD)
            self.assertLessEqual(one.closed(now_ms), 1000, days)

    def test_a_loss_after_seconds_is_not(self):
        one = Reconnect(b"CP001")
        for _ in range(9):
            one.failed()
        one.opened(1000)
        for now_ms in range(1000, 10900, 50):
            one.check(now_ms, now_ms, 60000)
        self.assertGreaterEqual(one.closed(now_ms), 30000)


class FirstTest(unittest.TestCase):
    def test_a_fleet_that_gets_power_at_once_does_not_come_in_step(self):
        waits = [Reconnect(b"CP%03d" % number).first_ms for number in range(400)]
        self.assertTrue(min(waits) >= 0 and max(waits) < 2000)
        bands = [0] * 10
        for wait in waits:
            bands[wait // 200] += 1
        self.assertGreater(min(bands), 10)
        self.assertEqual(waits[7], Reconnect(b"CP007").first_ms)


class PingTest(unittest.TestCase):
    def live(self, interval_ms, pong_until_ms, for_ms, step_ms=50, traffic_ms=0):
        """[(ms, verdict)] but ALIVE, of a peer that answers pings 30 ms later until some time."""
        reconnect = Reconnect(b"CP001")
        reconnect.opened(START)
        last_ms = START
        found = []
        pong_at = None
        for elapsed in range(0, for_ms, step_ms):
            now_ms = ticks_add(START, elapsed)
            if pong_at is not None and elapsed >= pong_at:
                last_ms, pong_at = now_ms, None
            if traffic_ms and elapsed % traffic_ms == 0:
                last_ms = now_ms
            verdict = reconnect.check(now_ms, last_ms, interval_ms)
            if verdict != ALIVE:
                found.append((elapsed, verdict))
            if verdict == PING and elapsed < pong_until_ms:
                pong_at = elapsed + 30
            if verdict == DEAD:
                break
        return found

    def test_a_living_peer_is_pinged_once_an_interval(self):
        found = self.live(60000, 1000000, 600000)
        self.assertEqual({verdict for _, verdict in found}, {PING})
        self.assertTrue(9 <= len(found) <= 10, found)

    def test_traffic_makes_pings_needless(self):
        self.assertEqual(self.live(60000, 0, 600000, traffic_ms=30000), [])

    def test_a_half_open_connection_is_given_up_after_two_intervals(self):
        self.assertEqual(self.live(60000, 0, 600000), [(60000, PING), (120000, DEAD)])
        self.assertEqual(self.live(1000, 0, 600000), [(1000, PING), (2000, DEAD)])

    def test_a_peer_that_dies_later(self):
        found = self.live(1000, 5000, 60000)
        self.assertEqual(found[-1][1], DEAD)
        self.assertEqual({verdict for _, verdict in found[:-1]}, {PING})
        self.assertTrue(6000 <= found[-1][0] <= 8000, found)

    def test_no_interval_no_pings(self):
        self.assertEqual(self.live(0, 0, 600000), [])

    def test_a_late_turn_does_not_kill_without_a_ping(self):
        # The loop was held up past two intervals: nobody can know yet.
        reconnect = Reconnect(b"CP001")
        reconnect.opened(START)
        self.assertEqual(reconnect.check(ticks_add(START, 2500), START, 1000), PING)
        self.assertEqual(reconnect.check(ticks_add(START, 3400), START, 1000), ALIVE)
        self.assertEqual(reconnect.check(ticks_add(START, 3500), START, 1000), DEAD)

    def test_an_answer_seen_late_counts(self):
        reconnect = Reconnect(b"CP001")
        reconnect.opened(START)
        self.assertEqual(reconnect.check(ticks_add(START, 1000), START, 1000), PING)
        pong_ms = ticks_add(START, 1030)
        self.assertEqual(reconnect.check(ticks_add(START, 2100), pong_ms, 1000), PING)

    def test_bytes_before_opened_are_none_after_a_ping(self):
        reconnect = Reconnect(b"CP001")
        reconnect.opened(ticks_add(START, 5))
        self.assertEqual(reconnect.check(ticks_add(START, 1010), START, 1000), PING)


if __name__ == "__main__":
    unittest.main()
