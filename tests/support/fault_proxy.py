"""A loopback proxy that spoils connections: delays, splits, stalls, cuts, corrupts, resets."""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass

CHUNK = 4096
PAUSE_S = 0.02


@dataclass(frozen=True)
class Fault:
    """``kind``: none, delay, split; or with byte ``at`` of what goes ``down`` to the client (else
    up to the server): stall (nothing more goes through), cut (a clean end), reset, corrupt."""

    kind: str
    at: int = 0
    down: bool = True

    def __str__(self):
        way = "down" if self.down else "up"
        return (
            self.kind
            if self.kind in ("none", "delay", "split")
            else f"{self.kind} {way} {self.at}"
        )


class Broken(Exception):
    """The fault has ended the connection."""


class FaultProxy:
    """``async with FaultProxy(fault, port) as proxy``: ``proxy.port`` leads to ``port``.

    ``passed``: [bytes up, bytes down] of the last connection.
    """

    def __init__(self, fault, target):
        self.fault = fault
        self.port = 0
        self.passed = [0, 0]
        self._target = target
        self._tasks = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self._forward(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # either end may leave; cancelled only by __aexit__
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _forward(self, reader, writer):
        upper_reader, upper_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self.passed = [0, 0]
        ways = [
            asyncio.create_task(self._pipe(reader, upper_writer, 0, writer)),
            asyncio.create_task(self._pipe(upper_reader, writer, 1, writer)),
        ]
        try:
            await asyncio.gather(*ways)
        except Broken:
            pass
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            upper_writer.transport.abort()

    async def _pipe(self, reader, writer, way, client):
        fault = self.fault
        is_here = fault.down == bool(way)
        data = await reader.read(CHUNK)
        while data:
            at = fault.at - self.passed[way]
            if fault.kind in ("stall", "cut", "reset", "corrupt") and is_here and at < len(data):
                if fault.kind == "corrupt":
                    if at >= 0:
                        data = data[:at] + bytes((data[at] ^ 0x15,)) + data[at + 1 :]
                else:
                    await self._send(writer, data[: max(0, at)], way)
                    await self._end(client)
            await self._send(writer, data, way)
            data = await reader.read(CHUNK)
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _send(self, writer, data, way):
        step = {"split": 1, "delay": 1500}.get(self.fault.kind, CHUNK)
        for at in range(0, len(data), step):
            if self.fault.kind == "delay":
                await asyncio.sleep(PAUSE_S)
            writer.write(data[at : at + step])
            await writer.drain()
            self.passed[way] += len(data[at : at + step])
            if self.fault.kind == "split":
                await asyncio.sleep(0)

    async def _end(self, client):
        kind = self.fault.kind
        if kind == "stall":
            await asyncio.Event().wait()
        if kind == "reset":
            linger = struct.pack("ii", 1, 0)
            client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            client.close()  # what was written goes out first
            await client.wait_closed()
        raise Broken
