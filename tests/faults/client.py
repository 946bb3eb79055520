"""Uses the network clients through faulty connections and tells how each use ended; portable.

client.py CASES: a JSON file with ``ca`` (file name), ``together`` (how many at a time), ``cases``,
a list of [name, url, timeout_ms] (beside the clients' schemes there are put, puts, link, links),
``name_server`` (its port) and ``block_ms``, to block the loop once. One JSON line a case: [name,
outcome, ms its longest step took more than allowed, that step]; then [null, longest block of the
loop in us, descriptors left open].
"""

import asyncio
import gc
import hashlib
import json
import os
import sys
import time

import firmware.link
from httpc import OPENING
from httpc.client import get
from httpc.errors import HttpError
from httpc.upload import upload
from loader.modules import forget
from loop_watch import LoopWatch
from resolver import Resolver
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport import TransportError, make_tls
from ws.client import connect
from ws.errors import WsError

resolver = None
SECURITY_EVENTS = ("InvalidCentralSystemCertificate", "FailedToAuthenticateAtCentralSystem")
TEXTS = ("hello", "\u20ac" * 100, "x" * 3000)
BODY = bytes(i * 31 >> 3 & 255 for i in range(5000))


class Steps:
    """Times each step of a use: ``over_ms``, how much the worst took more than allowed."""

    def __init__(self):
        self.over_ms = -100000
        self.name = ""

    async def run(self, name, allowed_ms, coroutine):
        """The result of ``coroutine``."""
        start = ticks_ms()
        try:
            return await coroutine
        finally:
            over_ms = ticks_diff(ticks_ms(), start) - allowed_ms
            if over_ms > self.over_ms:
                self.over_ms, self.name = over_ms, name


async def use_ws(steps, url, tls, timeout_ms):
    """Messages there and back, a ping, a close."""
    w = await steps.run(
        "connect", timeout_ms, connect(url, tls=tls, timeout_ms=timeout_ms, resolver=resolver)
    )
    outcome = "ok"
    try:
        for text in TEXTS:
            await steps.run("send", timeout_ms, w.send(text))
            # A receive may last: the link's pings find out that nobody is there.
            echo = await steps.run(
                "receive", timeout_ms, asyncio.wait_for(w.recv(), timeout_ms / 1000)
            )
            if echo != text:
                outcome = "differs"
        await steps.run("ping", timeout_ms, w.ping(b"p"))
    finally:
        await steps.run("close", timeout_ms + 1500, w.close())
    return outcome if w.closed.code == 1000 else "ok, closed %d" % w.closed.code


async def use_http(steps, url, tls, timeout_ms):
    """All of a file."""
    response = await steps.run(
        "get",
        2 * timeout_ms,
        get(url, tls, allow_http=True, timeout_ms=timeout_ms, resolver=resolver),
    )
    try:
        digest = hashlib.sha256()
        view = memoryview(bytearray(1024))
        while True:
            count = await steps.run("read", timeout_ms, response.readinto(view))
            if not count:
                break
            digest.update(view[:count])
    finally:
        await steps.run("close", 1200, response.close())
    return "ok" if digest.digest() == hashlib.sha256(BODY).digest() else "differs"


class Source:
    """The body of an upload."""

    def __init__(self):
        self._at = 0

    def readinto(self, view):
        """As a file's."""
        count = min(len(view), len(BODY) - self._at)
        view[:count] = BODY[self._at : self._at + count]
        self._at += count
        return count


async def use_put(steps, url, tls, timeout_ms):
    """An upload."""
    options = {"allow_http": True, "timeout_ms": timeout_ms, "resolver": resolver}
    # As many steps as pieces, connection and answer; a stalled one ends it.
    await steps.run("put", 3 * timeout_ms, upload(url, tls, Source(), len(BODY), **options))
    return "ok"


class ChargePoint:
    """What the link needs of one: says something, notes the echo."""

    def __init__(self):
        self.outgoing = []
        self.configuration = self
        self.connections = 0
        self.echoes = []

    def number(self, key):
        """Pings each second."""
        return 1

    def connected(self, now_ms):
        """Ask to be echoed."""
        self.connections += 1
        self.outgoing.extend(TEXTS)

    def disconnected(self, now_ms):
        """Forget what was not sent."""
        self.outgoing.clear()

    def receive(self, text, now_ms):
        """Note it."""
        self.echoes.append(text)

    def security_event(self, kind, techInfo=""):
        """A spoilt certificate is one; the real one's are tested with the charge point."""
        if kind not in SECURITY_EVENTS:
            raise ValueError(kind)


async def use_link(steps, url, tls, timeout_ms):
    """The charger's own task: connects, importing what it takes; is cut off; comes back."""
    charge_point = ChargePoint()
    link = firmware.link.Link(
        charge_point, url, tls, (), "CP1", lambda: True, lambda line: None, resolver
    )
    task = asyncio.create_task(link.run())
    start = ticks_ms()
    try:
        while charge_point.connections < 2 and ticks_diff(ticks_ms(), start) < timeout_ms:
            if len(charge_point.echoes) == len(TEXTS) and link._socket:
                link._socket._stream.abort()  # lost
                charge_point.echoes.append("")
            await sleep_ms(5)
            if task.done():
                await task  # raises what ended it
        await steps.run("close", 2000, link.close())
    finally:
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
    return "ok" if charge_point.connections == 2 else "silent"


async def use(name, url, tls, timeout_ms):
    """One case. Any error but the clients' own ends the process."""
    steps = Steps()
    scheme, _, rest = url.partition("://")
    task = use_ws if scheme in ("ws", "wss") else use_http
    if scheme in ("put", "puts"):
        task = use_put
        url = "http" + scheme[3:] + "://" + rest
    if scheme in ("link", "links"):
        task = use_link
        url = "ws" + scheme[4:] + "://" + rest
    try:
        outcome = await task(steps, url, tls, timeout_ms)
    except (HttpError, TransportError, WsError) as error:
        outcome = type(error).__name__
    except asyncio.TimeoutError:
        outcome = "silent"
    print(json.dumps([name, outcome, steps.over_ms, steps.name]))


async def main(path):
    """All cases, so many at a time."""
    with open(path) as file:
        task = json.load(file)
    with open(task["ca"], "rb") as file:
        tls = make_tls(file.read())
    global resolver
    resolver = Resolver(lambda: ("127.0.0.1",), task["name_server"])
    forget("ws.client", *OPENING)  # the link's late imports are measured too
    watch = LoopWatch()
    if sys.implementation.name == "micropython":
        from transport.device import Stream

        # The one thing that may block: the handshake.
        plain, timed = Stream._do, watch.excuse(Stream._do)
        either = lambda self, *rest: (timed if self._handshaking else plain)(self, *rest)  # noqa: E731
        Stream._do = either  # pyright: ignore[reportAttributeAccessIssue]
    cases = task["cases"]
    together = task["together"]
    await sleep_ms(1)
    before = len(os.listdir("/proc/self/fd"))
    async with watch:
        for at in range(0, len(cases), together):
            group = [use(name, url, tls, ms) for name, url, ms in cases[at : at + together]]
            await asyncio.gather(*group)
        time.sleep(task["block_ms"] / 1000)
    gc.collect()
    left = before
    for _ in range(100):
        left = len(os.listdir("/proc/self/fd")) - before
        if left <= 0:
            break
        await sleep_ms(10)
    print(json.dumps([None, watch.worst_us, left]))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
