"""The waits of a back-off: growth, bounds, jitter and repeatability."""

import unittest

from backoff import Backoff


class BackoffTest(unittest.TestCase):
    def test_grows_within_bounds(self):
        backoff = Backoff(b"CP001", 1000, 60000)
        step = 1000
        for _ in range(20):
            wait = backoff.next_ms()
            self.assertTrue(step // 2 <= wait <= step, (wait, step))
            step = min(step * 2, 60000)

    def test_reset_starts_again(self):
        backoff = Backoff(b"CP001", 1000, 60000)
        for _ in range(8):
            backoff.next_ms()
        backoff.reset()
        self.assertLessEqual(backoff.next_ms(), 1000)

    def test_one_charge_point_repeats_itself(self):
        one = Backoff(b"CP001", 1000, 300000)
        two = Backoff(b"CP001", 1000, 300000)
        self.assertEqual([one.next_ms() for _ in range(10)], [two.next_ms() for _ in range(10)])

    def test_a_fleet_does_not_come_back_in_step(self):
        waits = []
        for number in range(200):
            backoff = Backoff(b"CP%03d" % number, 1000, 64000)
            for _ in range(6):
                backoff.next_ms()
            waits.append(backoff.next_ms())
        # Ten equal bands of the 32 s of jitter: none is empty, none holds a third of the fleet.
        bands = [0] * 10
        for wait in waits:
            bands[min(9, (wait - 32000) * 10 // 32000)] += 1
        self.assertGreater(min(bands), 0)
        self.assertLess(max(bands), 67)

    def test_first_equals_max(self):
        backoff = Backoff(b"", 1, 1)
        for _ in range(5):
            self.assertLessEqual(backoff.next_ms(), 1)

    def test_bad_bounds(self):
        for first, most in ((0, 10), (-1, 10), (11, 10)):
            with self.assertRaises(ValueError):
                Backoff(b"", first, most)


if __name__ == "__main__":
    unittest.main()
