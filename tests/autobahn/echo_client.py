"""The WebSocket client under test: echoes what each case of the fuzzing server sends; portable.

echo_client.py ADDRESS AGENT. As the charger uses it, with its own limits; only binary messages,
which OCPP-J does not have, are let in. Tells each case it begins, as "case N of M".
"""

import asyncio
import os
import sys

from transport import TransportError
from ws.client import connect
from ws.errors import WsError


async def ask(url):
    """The one message the server has at ``url``."""
    w = await connect(url, subprotocols=())
    try:
        return await w.recv()
    finally:
        await w.close()


async def echo(url):
    """Echo until the server ends it, in order or not: the server judges."""
    try:
        w = await connect(url, subprotocols=())
        w.binary = True
        try:
            while True:
                await w.send(await w.recv())
        finally:
            await w.close()
    except (WsError, TransportError):
        pass


async def main(base, agent):
    """Run every case; any other error than the client's own ends the process."""
    count = int(await ask(base + "/getCaseCount"))
    before = len(os.listdir("/proc/self/fd"))
    for number in range(1, count + 1):
        print("case", number, "of", count)
        await echo("%s/runCase?case=%d&agent=%s" % (base, number, agent))
    print("leaked", len(os.listdir("/proc/self/fd")) - before)
    await echo("%s/updateReports?agent=%s" % (base, agent))


asyncio.run(main(*sys.argv[1:]))
