"""Wrapping millisecond time and sleep, alike on both interpreters.

May import: built-ins only. Every other module takes the time as an argument (``now_ms``);
the tasks at the edge read it here.
"""

import asyncio
import time

if hasattr(time, "ticks_ms"):
    ticks_ms = time.ticks_ms
    ticks_add = time.ticks_add
    ticks_diff = time.ticks_diff
    sleep_ms = asyncio.sleep_ms
else:
    _PERIOD = 1 << 30

    def ticks_ms():
        """Milliseconds since an arbitrary start, wrapping as on the device."""
        return int(time.monotonic() * 1000) % _PERIOD  # pyright: ignore

    def ticks_add(ticks, delta_ms):
        """The tick ``delta_ms`` after ``ticks``."""
        return (ticks + delta_ms) % _PERIOD

    def ticks_diff(end, start):
        """Signed milliseconds from ``start`` to ``end``; right within half the period."""
        return (end - start + _PERIOD // 2) % _PERIOD - _PERIOD // 2

    async def sleep_ms(ms):
        """Let other tasks run for ``ms`` milliseconds."""
        await asyncio.sleep(ms / 1000)
