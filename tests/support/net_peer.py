"""The other end for network tests, on both interpreters: a loopback server and raw frames."""

import asyncio
import binascii
import hashlib
import os
import random

from ticks import sleep_ms
from ws.protocol import Protocol

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_of(request):
    """The Sec-WebSocket-Accept that fits a request."""
    start = request.index(b"Sec-WebSocket-Key: ") + 19
    key = request[start : request.index(b"\r\n", start)]
    return binascii.b2a_base64(hashlib.sha1(key + GUID).digest())[:-1].decode()


def accepting(request, subprotocol="ocpp1.6"):
    """A correct answer to a handshake."""
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: WebSocket",
        "Connection: keep-alive, Upgrade",
        "Sec-WebSocket-Accept: " + accept_of(request),
    ]
    if subprotocol:
        lines.append("Sec-WebSocket-Protocol: " + subprotocol)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(opcode, payload=b"", is_last=True, bits=0):
    """A server's frame."""
    size = len(payload)
    if size < 126:
        head = bytes((size,))
    elif size < 65536:
        head = b"\x7e" + size.to_bytes(2, "big")
    else:
        head = b"\x7f" + size.to_bytes(8, "big")
    return bytes(((0x80 if is_last else 0) | bits | opcode,)) + head + payload


def close_frame(code, reason=b""):
    """A server's Close."""
    return frame(8, bytes((code >> 8, code & 255)) + reason)


def unmasked(data):
    """[(opcode, payload)] of a client's whole frames."""
    found = []
    while data:
        size = data[1] & 127
        assert data[1] & 128, "a client's frame must be masked"
        at = 2
        if size > 125:
            at = 4 if size == 126 else 10
            size = int.from_bytes(bytes(data[2:at]), "big")
        key = data[at : at + 4]
        at += 4
        payload = bytes(data[at + i] ^ key[i & 3] for i in range(size))
        found.append((data[0] & 15, payload))
        data = data[at + size :]
    return found


def open_core(max_message_bytes=65536):
    """A Protocol."""
    return Protocol(max_message_bytes)


def shake(handshake, data, step=100000):
    """Feed ``data`` to a Handshake, ``step`` bytes at a time, and let it judge; what is left."""
    at = 0
    while at < len(data) and not handshake.done:
        piece = bytearray(data[at : at + step])
        at += handshake.feed(piece, 0, len(piece))
    if handshake.done:
        handshake.check()
    return data[at:]


def feed(core, data, step=100000):
    """Events of ``core`` for ``data``, given to it ``step`` bytes at a time."""
    events = []
    at = 0
    while at < len(data):
        space = core.space()
        count = min(step, len(space), len(data) - at)
        space[:count] = data[at : at + count]
        core.received(count)
        at += count
        event = core.next_event()
        while event:
            events.append(event)
            event = core.next_event()
    return events


def sent(core):
    """[(opcode, payload)] of what ``core`` wants to send; taken from it."""
    data = b"".join(bytes(each) for each in core.outgoing)
    core.outgoing.clear()
    return unmasked(data)


class Server:
    """A loopback server; ``handler(reader, writer)`` serves each connection.

    ``async with Server(handler) as server: ... server.port``
    """

    def __init__(self, handler):
        self._handler = handler
        self._server = None
        self.port = 0
        self.errors = []

    async def _serve(self, reader, writer):
        try:
            await self._handler(reader, writer)
        except OSError:
            pass  # the client may leave at any time
        except (AssertionError, TypeError, ValueError, IndexError) as error:
            self.errors.append(error)
        finally:
            writer.close()
            try:
                await writer.wait_closed()
            except OSError:
                pass

    async def __aenter__(self):
        while True:
            self.port = random.randint(20000, 32000)  # below those of outgoing connections
            try:
                self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
                return self
            except OSError:
                pass  # taken

    async def __aexit__(self, kind, value, traceback):
        self._server.close()
        await self._server.wait_closed()
        if self.errors and kind is None:
            raise self.errors[0]


async def read_head(reader):
    """A request up to its empty line."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = await reader.readline()
        if not line:
            raise OSError("client left")
        head += line
    return head


async def read_frame(reader):
    """(opcode, payload) of a client's next frame; raises OSError at the end."""
    try:
        head = await reader.readexactly(2)
        size = head[1] & 127
        more = b""
        if size > 125:
            more = await reader.readexactly(2 if size == 126 else 8)
            size = int.from_bytes(more, "big")
        rest = await reader.readexactly(4 + size)
    except EOFError:
        raise OSError("client left")
    return unmasked(head + more + rest)[0]


def open_sockets():
    """How many descriptors this process has open (Linux).

    To be counted while a Server listens: MicroPython's leaks one when its port is taken.
    """
    return len(os.listdir("/proc/self/fd"))


async def sockets_closed(before):
    """Whether no more than ``before`` are open, within a second: the server's end lags behind."""
    for _ in range(100):
        if open_sockets() <= before:
            return True
        await sleep_ms(10)
    return False


async def hold(reader, writer):
    """A server's handler: says nothing until the client leaves."""
    while await reader.read(1000):
        pass


async def read_exactly(stream, size, timeout_ms=None):
    """``size`` bytes of a transport's stream, fewer at its end."""
    view = memoryview(bytearray(size))
    filled = 0
    while filled < size:
        count = await stream.readinto(view[filled:], timeout_ms)
        if not count:
            break
        filled += count
    return bytes(view[:filled])


async def cancelled(task):
    """Cancel a task and wait for its end; returns whether the cancel got through."""
    task.cancel()
    try:
        await task
        return False
    except asyncio.CancelledError:
        return True
