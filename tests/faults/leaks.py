"""Fails to connect many times in each of many ways and tells what that left behind; portable.

leaks.py TASK: a JSON file with ``ca`` (file name), ``times``, ``name_server`` (its port), ``leak``
(whether to do so on purpose) and ``cases``, a list of [name, url, timeout_ms, the error's class].
One JSON line a case: [name, bytes of heap, KB of the process (both 0 on CPython), descriptors].
"""

import asyncio
import gc
import json
import os
import socket
import sys

from httpc.client import get
from httpc.errors import HttpError
from resolver import Resolver
from ticks import sleep_ms
from transport import TransportError, make_tls
from ws.client import connect
from ws.errors import WsError

TOGETHER = 10
PAGE_KB = 4
kept = []


async def fail(resolver, tls, url, timeout_ms, expected):
    """One failure; any other outcome ends the process."""
    try:
        if url.startswith("ws"):
            await connect(url, tls=tls, timeout_ms=timeout_ms, resolver=resolver)
        else:
            await get(url, tls, allow_http=True, timeout_ms=timeout_ms, resolver=resolver)
    except (HttpError, TransportError, WsError) as error:
        if type(error).__name__ not in expected:
            raise
        return
    raise ValueError("connected to " + url)


async def fail_often(times, leak, *case):
    """Fail so many times."""
    for _ in range(times // TOGETHER):
        if leak:
            kept.extend([(socket.socket(), bytes(4000)) for _ in range(TOGETHER)])
        await asyncio.gather(*[fail(*case) for _ in range(TOGETHER)])


def used():
    """Bytes of heap in use."""
    gc.collect()
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0


def process_kb():
    """Memory of the process, which TLS may take from elsewhere than the heap."""
    if sys.implementation.name == "cpython":
        return 0  # keeps what it has freed
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * PAGE_KB


def descriptors():
    """How many this process has open."""
    return len(os.listdir("/proc/self/fd"))


async def main(path):
    """All cases, one after the other."""
    with open(path) as file:
        task = json.load(file)
    with open(task["ca"], "rb") as file:
        tls = make_tls(file.read())
    resolver = Resolver(lambda: ("127.0.0.1",), task["name_server"])
    for name, *case in task["cases"]:
        case = (task["leak"], resolver, tls) + tuple(case)
        await fail_often(2 * TOGETHER, *case)  # what is imported or grows once is no leak
        await sleep_ms(30)
        heap, files, kb = used(), descriptors(), process_kb()
        await fail_often(task["times"], *case)
        for _ in range(100):
            await sleep_ms(10)
            if descriptors() <= files:
                break
        print(json.dumps([name, used() - heap, process_kb() - kb, descriptors() - files]))
    for each, _ in kept:
        each.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
