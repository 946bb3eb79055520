"""Connections that fail, 200 times in each way: no socket and no heap is left behind."""

import asyncio
import contextlib
import json
import socket
import struct

import pytest

from fault_campaign import ROOT, command
from net_certificates import make_all, server_tls
from net_dns import NameServer, reply_to

TIMES = 200
HEAP_BYTES = 2000  # a leaked object each time is more than three times that
PROCESS_KB = 2000  # a leaked TLS session each time is more than three times that

REFUSAL = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


@contextlib.asynccontextmanager
async def listening(serve, tls=None):
    """The port of a server."""

    async def handle(reader, writer):
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls, backlog=100)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def reset(reader, writer):
    await reader.read(1)
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def refuse(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(REFUSAL)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def hang(reader, writer):
    while await reader.read(1000):
        pass


def name_server(question):
    """Knows no name under .example, and is silent about others."""
    if b"example" not in question:
        return []
    return [(0, reply_to(question, flags=b"\x81\x83"))]


async def run_all(interpreter, folder, leak=False):
    """{name: (bytes of heap, KB of the process, descriptors)} left."""
    async with contextlib.AsyncExitStack() as stack:

        async def port(*arguments):
            return await stack.enter_async_context(listening(*arguments))

        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            nobody = closed.getsockname()[1]
        names = await stack.enter_async_context(NameServer(name_server))
        resetting, silent = await port(reset), await port(hang)
        refusing = await port(refuse)
        untrusted = await port(hang, server_tls(folder, "wrong_ca"))
        trusted = await port(refuse, server_tls(folder, "good"))
        cases = [
            ("refused", f"ws://127.0.0.1:{nobody}", 3000, "ConnectError"),
            ("refused, TLS", f"https://127.0.0.1:{nobody}", 3000, "ConnectError"),
            ("reset in the handshake", f"ws://127.0.0.1:{resetting}", 3000, "TransportClosed"),
            ("reset in the TLS handshake", f"wss://127.0.0.1:{resetting}", 3000, "TlsError"),
            ("certificate refused", f"wss://127.0.0.1:{untrusted}", 3000, "TlsError"),
            ("401", f"ws://127.0.0.1:{refusing}", 3000, "HandshakeError"),
            ("401 over TLS", f"wss://127.0.0.1:{trusted}", 3000, "HandshakeError"),
            ("401 to a GET", f"http://127.0.0.1:{refusing}", 3000, "StatusError"),
            ("silent", f"ws://127.0.0.1:{silent}", 40, "TransportTimeout"),
            ("silent, TLS", f"wss://127.0.0.1:{silent}", 40, "TransportTimeout"),
            ("no such name", "ws://csms.example", 3000, "ResolveError"),
            ("silent name server", "ws://csms.invalid", 40, "ResolveError TransportTimeout"),
        ]
        task = folder / f"{interpreter}-leaks.json"
        settings = {"ca": str(folder / "ca.der"), "times": TIMES, "name_server": names.port}
        if leak:
            cases = cases[:1]
        task.write_text(json.dumps({**settings, "leak": leak, "cases": cases}))
        words, environment = command(interpreter)
        process = await asyncio.create_subprocess_exec(
            *words,
            str(ROOT / "tests/faults/leaks.py"),
            str(task),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), 120)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, output.decode()
        found = {name: left for name, *left in map(json.loads, output.splitlines())}
        assert len(found) == len(cases)
        return found


@pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
def test_nothing_is_left_behind(interpreter, tmp_path):
    found = asyncio.run(run_all(interpreter, make_all(tmp_path)))
    print(found)
    for name, (heap_bytes, process_kb, descriptors) in found.items():
        assert heap_bytes <= HEAP_BYTES, name
        assert process_kb <= PROCESS_KB, name
        assert descriptors <= 0, name


@pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
def test_a_leak_would_be_seen(interpreter, tmp_path):
    found = asyncio.run(run_all(interpreter, make_all(tmp_path), leak=True))
    heap_bytes, _, descriptors = found["refused"]
    assert heap_bytes > HEAP_BYTES or interpreter == "cpython"
    assert descriptors == TIMES
