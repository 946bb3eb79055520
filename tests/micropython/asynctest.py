"""``run(coro)`` for portable tests: MicroPython's side of tests/cpython/asynctest.py."""

import asyncio
import gc


def run(coro, timeout_s=10):
    """The result of ``coro``; raises asyncio.TimeoutError after ``timeout_s`` seconds.

    Tasks it left behind are dropped, so that they cannot run inside the next test.
    """
    try:
        return asyncio.run(asyncio.wait_for(coro, timeout_s))
    finally:
        asyncio.new_event_loop()
        gc.collect()  # closes sockets the dropped tasks held
