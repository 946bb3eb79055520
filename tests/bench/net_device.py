"""What the network clients cost in time and heap. Runs on MicroPython; tells JSON lines.

net_device.py ca.der http://... https://... ws://... wss://... IMAGE_BYTES ROUNDS
"""

import asyncio
import gc
import hashlib
import json
import os
import socket
import sys
import time

from httpc.client import get
from httpc.url import parse
from transport import make_tls
from ws.client import connect
from ws.frames import mask

BUFFER_BYTES = 4096
MESSAGE = "m" * 300
MESSAGES = 20
SOCKETS = 4


def used():
    """Bytes of heap in use, after a collection."""
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


def tell(name, *values):
    """One line for the host."""
    print(json.dumps([name, values]))


class Sink:
    """A buffer and a hash over all that was put into it; allocates only for a partial buffer."""

    def __init__(self):
        self.buffer = bytearray(BUFFER_BYTES)
        self.view = memoryview(self.buffer)
        self.digest = hashlib.sha256()
        self.count = 0
        self.reads = 0

    def take(self, count):
        """``count`` bytes of the buffer are new."""
        self.count += count
        self.reads += 1
        self.digest.update(self.buffer if count == BUFFER_BYTES else self.view[:count])


def open_blocking(url, tls):
    """A blocking socket to ``url``, TLS handshake done."""
    target = parse(url, "https", "http")
    raw = socket.socket()
    raw.connect(socket.getaddrinfo(target.host, target.port)[0][-1])
    return raw if not target.is_secure else tls.wrap_socket(raw, server_hostname=target.host)


def load_blocking(url, tls, size):
    """Microseconds of the bare loop, from the end of the head."""
    sock = open_blocking(url, tls)
    sock.write(b"GET /image HTTP/1.1\r\nHost: localhost\r\n\r\n")
    while sock.readline() != b"\r\n":
        pass
    sink = Sink()
    gc.collect()
    start = time.ticks_us()
    while sink.count < size:
        sink.take(sock.readinto(sink.buffer))
    spent = time.ticks_diff(time.ticks_us(), start)
    sock.close()
    return spent, sink.digest.digest()


async def load_ours(url, tls, size):
    """(microseconds, bytes of garbage, reads, digest) of lib/httpc, from the end of the head."""
    response = await get(url, tls, allow_http=True)
    sink = Sink()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    start = time.ticks_us()
    while sink.count < size:
        sink.take(await response.readinto(sink.view))
    spent = time.ticks_diff(time.ticks_us(), start)
    garbage = gc.mem_alloc() - before
    gc.enable()
    await response.close()
    return spent, garbage, sink.reads, sink.digest.digest()


async def stream(name, url, tls, size, rounds):
    """Both ways in turns, each pair told: what slows the machine slows both."""
    for _ in range(rounds):
        bare, expected = load_blocking(url, tls, size)
        ours, garbage, reads, found = await load_ours(url, tls, size)
        if found != expected:
            raise ValueError("the image came out different")
        tell(name, bare, ours, garbage, reads)


def weigh_mask():
    """Garbage and time of masking 1 KB in place."""
    frame = bytearray(1024)
    key = os.urandom(4)
    mask(frame, 0, key)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(100):
        mask(frame, 0, key)
    garbage = gc.mem_alloc() - before
    gc.enable()
    start = time.ticks_us()
    for _ in range(100):
        mask(frame, 0, key)
    tell("mask", garbage, time.ticks_diff(time.ticks_us(), start) / 100)


async def weigh_socket(name, url, tls, bare_url):
    """Heap of an idle connection, and of a bare one; allocation of a message each way."""
    before = 0
    sockets = []
    # Several at once: what one left behind by chance does not matter.
    for number in range(1 + SOCKETS):
        w = await connect(url, tls=tls)
        await w.send(MESSAGE)
        await w.recv()
        sockets.append(w)
        if not number:
            before = used()
    ours = (used() - before) / SOCKETS
    w = sockets[0]
    gc.disable()
    sent = received = 0
    for _ in range(MESSAGES):
        start = gc.mem_alloc()
        await w.send(MESSAGE)
        middle = gc.mem_alloc()
        await w.recv()
        sent += middle - start
        received += gc.mem_alloc() - middle
    gc.enable()
    while sockets:
        await sockets.pop().close()
    # What TLS itself takes: the same by a bare socket.
    for number in range(1 + SOCKETS):
        sock = open_blocking(bare_url, tls)
        sock.write(b"G")
        sockets.append(sock)
        if not number:
            before = used()
    bare = (used() - before) / SOCKETS
    while sockets:
        sockets.pop().close()
    tell(name, ours, bare, sent / MESSAGES, received / MESSAGES)


async def main(ca, http, https, ws, wss, size, rounds):
    """All measurements."""
    with open(ca, "rb") as file:
        tls = make_tls(file.read())
    weigh_mask()
    await weigh_socket("ws", ws, None, http)
    await weigh_socket("wss", wss, tls, https)
    await stream("http", http, None, int(size), int(rounds))
    await stream("https", https, tls, int(size), int(rounds))


asyncio.run(main(*sys.argv[1:]))
