"""Connections for which the heap is too full, at every step of them: no socket is left."""

import asyncio
import json
import logging

import pytest
import websockets

from fault_campaign import ROOT, command
from net_certificates import make_all, server_tls


async def connect_often(folder, is_secure):
    async def hold(connection):
        await connection.wait_closed()

    quiet = logging.getLogger("full heap")
    quiet.setLevel(logging.CRITICAL)
    tls = server_tls(folder, "good") if is_secure else None
    async with websockets.serve(
        hold, "127.0.0.1", 0, ssl=tls, subprotocols=["ocpp1.6"], close_timeout=0.2, logger=quiet
    ) as server:
        port = server.sockets[0].getsockname()[1]
        words, environment = command("micropython")
        process = await asyncio.create_subprocess_exec(
            *(words[0], "-X", "heapsize=400K"),
            str(ROOT / "tests/faults/full_heap.py"),
            f"{'wss' if is_secure else 'ws'}://127.0.0.1:{port}/CP1",
            str(folder / "ca.der"),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, errors = await asyncio.wait_for(process.communicate(), 120)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert not process.returncode, errors.decode()
    return json.loads(output)


@pytest.mark.parametrize("is_secure", [False, True])
def test_a_full_heap_leaves_no_socket(is_secure, tmp_path):
    outcomes, left = asyncio.run(connect_often(make_all(tmp_path), is_secure))
    assert {"connected", "MemoryError"} <= set(outcomes)
    assert left == 0
