"""Measures how long the event loop was blocked; on both interpreters.

A task asks to be woken every few milliseconds; what it is late is the longest that any other
task kept the loop. Two things are taken off: time in which this process was ready but the
machine was busy with others (Linux tells), and what a test excuses, such as a TLS handshake.
"""

import asyncio
import time

from ticks import sleep_ms

PERIOD_MS = 4

if hasattr(time, "ticks_us"):
    now_us = time.ticks_us
    diff_us = time.ticks_diff
else:

    def now_us():
        """Microseconds since an arbitrary start."""
        return time.perf_counter_ns() // 1000  # pyright: ignore

    def diff_us(end, start):
        """Microseconds from ``start`` to ``end``."""
        return end - start


def queued_us():
    """Microseconds this process ever waited for a processor; 0 where that is not told."""
    try:
        with open("/proc/self/schedstat") as file:
            return int(file.read().split()[1]) // 1000
    except OSError:
        return 0


class LoopWatch:
    """``async with LoopWatch() as watch: ...``; then ``watch.worst_us`` and ``watch.count``."""

    def __init__(self):
        self.worst_us = 0
        self.count = 0
        self.excused_us = 0

    def excuse(self, function):
        """``function``, whose time is not counted."""

        def timed(*arguments):
            start = now_us()
            try:
                return function(*arguments)
            finally:
                self.excused_us += diff_us(now_us(), start)

        return timed

    async def __aenter__(self):
        self._task = asyncio.create_task(self._tick())
        await sleep_ms(2 * PERIOD_MS)
        return self

    async def __aexit__(self, kind, value, traceback):
        await sleep_ms(2 * PERIOD_MS)  # a block just before the end counts too
        self._task.cancel()
        try:
            await self._task
        except asyncio.CancelledError:
            pass

    async def _tick(self):
        while True:
            start, excused, queued = now_us(), self.excused_us, queued_us()
            await sleep_ms(PERIOD_MS)
            late_us = diff_us(now_us(), start) - 1000 * PERIOD_MS
            late_us -= self.excused_us - excused + queued_us() - queued
            self.worst_us = max(self.worst_us, late_us)
            self.count += 1
