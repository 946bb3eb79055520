"""The waits of a back-off: growth, bounds, jitter and repeatability."""

import unittest

from reconnect import Reconnect


class BackoffTest(unittest.TestCase):
    def test_grows_within_bounds(self):
        backoff = Reconnect(b"CP001")
        step = 1000
        for _ in range(20):
            wait = backoff.next_ms()
            self.assertTrue(step // 2 <= wait <= step, (wait, step))
            step = min(step * 2, 60000)

    def test_reset_starts_again(self):
        backoff = Reconnect(b"CP001")
        for _ in range(8):
            backoff.next_ms()
        backoff.reset()
        self.assertLessEqual(backoff.next_ms(), 1000)

    def test_one_charge_point_repeats_itself(self):
        one = Reconnect(b"CP001")
        two = Reconnect(b"CP001")
        self.assertEqual([one.next_ms() for _ in range(10)], [two.next_ms() for _ in range(10)])

    def test_a_fleet_does_not_come_back_in_step(self):
        waits = []
        for number in range(200):
            backoff = Reconnect(b"CP%03d" % number)
            for _ in range(6):
                backoff.next_ms()
            waits.append(backoff.next_ms())
        # Ten equal bands of the 30 s of jitter: none is empty, none holds a third of the fleet.
        bands = [0] * 10
        for wait in waits:
            bands[min(9, (wait - 30000) * 10 // 30000)] += 1
        self.assertGreater(min(bands), 0)
        self.assertLess(max(bands), 67)


if __name__ == "__main__":
    unittest.main()
