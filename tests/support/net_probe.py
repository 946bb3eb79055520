"""Uses the network clients as the charger does and tells the results as JSON; portable.

net_probe.py ca.der[,certificate,key] COMMAND
COMMAND: get URL [OFFSET ETAG] | put URL FILE SIZE | ws URL | served URL
"""

import asyncio
import binascii
import hashlib
import json
import os
import sys

from httpc.client import get
from httpc.errors import HttpError
from httpc.upload import upload
from transport import TransportError, make_tls
from ws.client import connect
from ws.errors import WsError


def tell(**result):
    """One line for the test."""
    print(json.dumps(result))


async def probe_get(tls, url, offset="0", etag=""):
    """Load all of a file; tell what was promised and what came."""
    response = await get(url, tls, int(offset), etag or None, timeout_ms=5000)
    try:
        digest = hashlib.sha256()
        view = memoryview(bytearray(4096))
        total = 0
        count = await response.readinto(view)
        while count:
            digest.update(view[:count])
            total += count
            count = await response.readinto(view)
    finally:
        await response.close()
    tell(
        status=response.status,
        length=response.length,
        offset=response.offset,
        total=response.total,
        etag=response.etag,
        received=total,
        sha256=binascii.hexlify(digest.digest()).decode(),
    )


async def probe_put(tls, url, path, size):
    """Send a file."""
    with open(path, "rb") as file:
        tell(status=await upload(url, tls, file, int(size), timeout_ms=5000))


async def probe_ws(tls, url):
    """Send and receive messages of many sizes; ping; close."""
    w = await connect(url, headers=(("Authorization", "Basic eDp5"),), tls=tls, timeout_ms=5000)
    equal = 0
    for size in (0, 1, 125, 126, 127, 1000, 5000, 60000):
        text = "\u20ac" * (size // 3) + "x" * (size % 3)
        await w.send(text)
        equal += await w.recv() == text
    await w.ping(b"are you there")
    await w.send("last")
    equal += await w.recv() == "last"
    await w.close(1000, "done")
    tell(subprotocol=w.subprotocol, equal=equal, closed=w.closed.code)


async def probe_served(tls, url):
    """Receive until the server closes; tell what came."""
    w = await connect(url, tls=tls, timeout_ms=5000)
    texts = []
    try:
        while True:
            texts.append(await w.recv())
    except WsError:
        pass
    tell(texts=texts, closed=w.closed.code, reason=w.closed.reason)


async def main(ca, command, *arguments):
    """Run one command; an error of the clients is told, any other ends the process."""
    trust = []
    for name in ca.split(","):
        with open(name, "rb") as file:
            trust.append(file.read())
    probe = {"get": probe_get, "put": probe_put, "ws": probe_ws, "served": probe_served}[command]
    before = len(os.listdir("/proc/self/fd"))
    try:
        await probe(make_tls(*trust), *arguments)
    except (HttpError, TransportError, WsError) as error:
        tell(
            error=type(error).__name__,
            reason=str(error),
            kind=getattr(error, "kind", None),
            status=getattr(error, "status", None),
        )
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tell(leaked=len(os.listdir("/proc/self/fd")) - before)


asyncio.run(main(*sys.argv[1:]))
