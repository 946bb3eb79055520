"""The measure of a blocked loop: a block of 50 ms is seen, waiting is none."""

import time
import unittest

from asynctest import run
from loop_watch import LoopWatch, diff_us, now_us, queued_us
from ticks import sleep_ms


def burn_ms(ms):
    """Use the processor for so long; time in which another process has it does not count."""
    start = now_us() - queued_us()
    while diff_us(now_us() - queued_us(), start) < 1000 * ms:
        pass


def watched(work):
    """Microseconds of the longest block in ``await work()``."""

    async def test():
        async with LoopWatch() as watch:
            await work(watch)
        return watch

    return run(test())


class LoopWatchTest(unittest.TestCase):
    def test_a_busy_block(self):
        async def work(watch):
            await sleep_ms(7)
            burn_ms(50)
            await sleep_ms(7)

        self.assertGreater(watched(work).worst_us, 40000)

    def test_a_blocking_call(self):
        async def work(watch):
            await sleep_ms(7)
            time.sleep(0.05)

        self.assertGreater(watched(work).worst_us, 40000)

    def test_a_block_at_the_end(self):
        async def work(watch):
            time.sleep(0.05)

        self.assertGreater(watched(work).worst_us, 40000)

    def test_many_short_turns_are_none(self):
        async def work(watch):
            for _ in range(100):
                burn_ms(2)
                await sleep_ms(0)

        # The least of three: a busy machine may hold this process up in ways it doesn't tell.
        found = [watched(work).worst_us for _ in range(3)]
        self.assertLess(min(found), 15000)

    def test_waiting_is_none(self):
        async def work(watch):
            await sleep_ms(200)

        watch = [watched(work) for _ in range(3)]
        self.assertLess(min(each.worst_us for each in watch), 15000)
        self.assertGreater(max(each.count for each in watch), 20)

    def test_excused(self):
        async def work(watch):
            slow = watch.excuse(burn_ms)
            slow(60)
            await sleep_ms(10)

        found = [watched(work).worst_us for _ in range(3)]
        self.assertLess(min(found), 15000)


if __name__ == "__main__":
    unittest.main()
