"""CPython's stream: a cancel of connect is never lost, nor is what it had opened."""

import asyncio
import os

import pytest

from transport import connect


@pytest.mark.asyncio
async def test_a_cancel_of_connect_gets_through_whenever_it_comes():
    async def hold(reader, writer):
        while await reader.read(1000):
            pass
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        before = len(os.listdir("/proc/self/fd"))
        for turns in [*range(25)] * 4:
            task = asyncio.create_task(connect("127.0.0.1", port, None, 5000, b"x"))
            for _ in range(turns):
                await asyncio.sleep(0)
            if task.done():
                task.result().abort()
                continue
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        for _ in range(100):
            await asyncio.sleep(0.01)
            if len(os.listdir("/proc/self/fd")) <= before:
                break
        assert len(os.listdir("/proc/self/fd")) <= before
