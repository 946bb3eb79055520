"""A WebSocket to a scripted loopback server, for tests of the client; on both interpreters."""

from asynctest import run  # pyright: ignore[reportMissingImports]
from net_peer import Server, accepting, frame, open_sockets, read_frame, read_head, sockets_closed
from ws.client import connect


def serving(script):
    """A server's handler: the handshake, then ``script(reader, writer)``."""

    async def handle(reader, writer):
        writer.write(accepting(await read_head(reader)))
        await writer.drain()
        await script(reader, writer)

    return handle


async def say(writer, *frames):
    """Send ``frames`` one by one."""
    for each in frames:
        writer.write(each)
        await writer.drain()


async def echo(reader, writer):
    """Text, binary and pings come back; a Close is answered."""
    while True:
        opcode, payload = await read_frame(reader)
        await say(writer, frame(10 if opcode == 9 else opcode, payload))
        if opcode == 8:
            return


async def ended(reader, writer):
    """Wait for the client to end the connection."""
    while await reader.read(1000):
        pass


def play(script, client, binary=False, timeout_s=10):
    """Run ``client(w)`` on a WebSocket to a server that runs ``script``; what leaves a socket
    open raises AssertionError."""

    async def test():
        async with Server(serving(script)) as server:
            before = open_sockets()
            w = await connect("ws://127.0.0.1:%d/CP1" % server.port, timeout_ms=3000)
            w.binary = binary
            try:
                await client(w)
            finally:
                await w.close()
            if not await sockets_closed(before):
                raise AssertionError("a socket is still open")

    run(test(), timeout_s)
