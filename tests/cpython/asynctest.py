"""``run(coro)`` for portable tests: CPython's side of tests/micropython/asynctest.py."""

import asyncio


def run(coro, timeout_s=10):
    """The result of ``coro``; raises asyncio.TimeoutError after ``timeout_s`` seconds."""

    async def bounded():
        return await asyncio.wait_for(coro, timeout_s)

    return asyncio.run(bounded())
