"""Connects with ever less heap and tells what came of it. MicroPython only.

full_heap.py URL CA: one JSON line, [outcomes as names, sorted; descriptors left open].
"""

import asyncio
import gc
import json
import os
import sys

from ticks import sleep_ms
from transport import TransportError, make_tls
from ws.client import connect
from ws.errors import WsError


def fill(free):
    """What leaves ``free`` bytes of the heap."""
    held = None
    gc.collect()
    try:
        # In pairs: a list would want ever larger blocks itself.
        while gc.mem_free() > free:
            held = (held, bytes(600 if gc.mem_free() - free > 2000 else 40))
    except MemoryError:
        pass
    gc.collect()
    return held


def descriptors():
    """How many this process has open."""
    return len(os.listdir("/proc/self/fd"))


async def main(url, ca):
    """From plenty to nothing."""
    with open(ca, "rb") as file:
        tls = make_tls(file.read())
    outcomes = set()
    w = await connect(url, tls=tls)
    await w.close()
    before = descriptors()
    for free in range(12000, 300, -130):
        held = fill(free)
        try:
            w = await connect(url, tls=tls, timeout_ms=1000)
            w._stream.abort()
            outcome = "connected"
        except (MemoryError, TransportError, WsError) as error:
            outcome = type(error).__name__
        del held
        w = None
        outcomes.add(outcome)
    gc.collect()
    await sleep_ms(100)
    print(json.dumps([sorted(outcomes), descriptors() - before]))


asyncio.run(main(*sys.argv[1:]))
