"""Runs a long computation, which is a generator that yields after each short step of its work.

A step takes at most 30 ms on the slowest chip (a squaring of RSA-4096 on an RP2040), a whole
verification up to 1 s. So a task awaits the ``_async`` functions, which let the other tasks run
in between; where there is no loop, ``between`` is called after every step and may feed the
watchdog. A generator itself is never handed out: one that nobody runs would refuse nothing.
May import: ``ticks``.
"""

from ticks import sleep_ms, ticks_diff, ticks_ms

SLICE_MS = 10  # how long other tasks wait, unless a single step takes longer


def finish(steps, between=None):
    """Run ``steps`` to their end. Raises what they raise."""
    for _ in steps:
        if between:
            between()


async def finish_async(steps):
    """Run ``steps`` to their end beside the other tasks. Raises what they raise."""
    since_ms = ticks_ms()
    for _ in steps:
        if ticks_diff(ticks_ms(), since_ms) >= SLICE_MS:
            await sleep_ms(0)
            since_ms = ticks_ms()
