"""Runs tests/faults/client.py against real servers through faulty connections, and judges it."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import websockets
from aiohttp import web

from fault_proxy import Fault, FaultProxy
from net_certificates import server_tls
from net_dns import NameServer, says

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "tests/faults/client.py"
BODY = bytes(i * 31 >> 3 & 255 for i in range(5000))
SCHEMES = ("ws", "wss", "http", "https", "put", "puts", "link", "links")

TIMEOUT_MS = 500
PATIENCE_MS = 5000  # where success is demanded
MARGIN_MS = 300  # a machine with other work; a client that hangs takes longer by far
BLOCK_US = 20000
OWN = {
    "BadResponse", "ConnectError", "ConnectionClosed", "HandshakeError", "StatusError", "TlsError",
    "TransportClosed", "TransportTimeout", "Truncated", "WsError",
}  # fmt: skip
HARMLESS = ("none", "delay", "split")


@dataclass
class Result:
    """How a case ended. ``over_ms``: by how much its longest step was too long."""

    scheme: str
    fault: Fault
    outcome: str
    over_ms: int
    step: str

    def problem(self):
        """Why this is wrong, or None."""
        if self.over_ms > MARGIN_MS:
            return f"{self.step} took {self.over_ms} ms more than allowed"
        if self.outcome == "ok":
            return None
        if self.fault.kind in HARMLESS:
            return f"{self.outcome}, must be ok"
        if self.outcome == "differs":
            is_open = self.fault.kind == "corrupt" and self.scheme in ("ws", "http", "put", "link")
            return None if is_open else "other content than the server's"
        if self.outcome == "silent" or self.outcome.startswith("ok, closed"):
            return None if self.scheme in ("ws", "wss", "link", "links") else self.outcome
        return None if self.outcome in OWN else f"{self.outcome} is no error of the clients"


@dataclass
class Run:
    """One process of a client: its results, the loop's longest block, descriptors left."""

    interpreter: str
    results: list
    block_us: int
    left: int

    def problems(self):
        """Lines that say what was wrong."""
        found = [
            f"{self.interpreter} {each.scheme} {each.fault}: {each.problem()}"
            for each in self.results
            if each.problem()
        ]
        if self.left > 0:
            found.append(f"{self.interpreter}: {self.left} descriptors left open")
        return found


@contextlib.asynccontextmanager
async def servers(folder):
    """{scheme: port} of real servers, with certificates of net_certificates.make_all."""

    async def echo(connection):
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in connection:
                await connection.send(message)

    async def file(request):
        return web.Response(body=BODY)

    application = web.Application()

    async def take(request):
        is_whole = await request.read() == BODY
        return web.Response(status=201 if is_whole else 400)

    application.router.add_get("/image", file)
    application.router.add_put("/image", take)
    quiet = logging.getLogger("faults")
    quiet.setLevel(logging.CRITICAL)
    runner = web.AppRunner(application, access_log=None, logger=quiet, shutdown_timeout=0.1)
    ports = {}
    options = {"subprotocols": ["ocpp1.6"], "close_timeout": 0.2, "open_timeout": 5}
    options["logger"] = quiet
    async with contextlib.AsyncExitStack() as stack:
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        for tls in (None, server_tls(folder, "good")):
            secure = "s" if tls else ""
            server = await stack.enter_async_context(
                websockets.serve(echo, "127.0.0.1", 0, ssl=tls, **options)
            )
            ports["ws" + secure] = server.sockets[0].getsockname()[1]
            site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
            await site.start()
            ports["http" + secure] = runner.addresses[-1][1]
            ports["put" + secure] = ports["http" + secure]
            ports["link" + secure] = ports["ws" + secure]
        yield ports


def command(interpreter):
    """(program and options, environment) of a client process."""
    if interpreter == "micropython":
        program = shutil.which("micropython", path=str(Path(sys.executable).parent))
        path = {"MICROPYPATH": ".:lib:tests/support:.frozen"}
        return [program, "-X", "heapsize=2M"], {**os.environ, **path}
    path = os.pathsep.join((".", "lib", "tests/cpython", "tests/support"))
    return [sys.executable, "-W", "error"], {**os.environ, "PYTHONPATH": path}


async def use(interpreter, ports, cases, folder, together=4, block_ms=0):
    """A Run of the cases, a list of (scheme, Fault); ``block_ms``: block the client's loop."""
    async with contextlib.AsyncExitStack() as stack:
        names = await stack.enter_async_context(NameServer(says("127.0.0.1")))
        listed = []
        for number, (scheme, fault) in enumerate(cases):
            proxy = await stack.enter_async_context(FaultProxy(fault, ports[scheme]))
            path = "/image" if scheme[0] in "hp" else "/CP1"
            # Plain ones by a name; the certificates are for the address.
            host = "127.0.0.1" if scheme[-1] == "s" and scheme != "ws" else "host.example"
            timeout_ms = PATIENCE_MS if fault.kind in HARMLESS else TIMEOUT_MS
            listed.append([number, f"{scheme}://{host}:{proxy.port}{path}", timeout_ms])
        task = folder / f"{interpreter}.json"
        ca = str(folder / "ca.der")
        settings = {"ca": ca, "together": together, "block_ms": block_ms, "cases": listed}
        settings["name_server"] = names.port
        task.write_text(json.dumps(settings))
        words, environment = command(interpreter)
        process = await asyncio.create_subprocess_exec(
            *words,
            str(CLIENT),
            str(task),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, errors = await asyncio.wait_for(process.communicate(), 300)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    text = output.decode() + errors.decode()
    if process.returncode or errors:
        raise RuntimeError(f"{interpreter} client ended with {process.returncode}:\n{text}")
    lines = [json.loads(line) for line in output.decode().splitlines()]
    (_, block_us, left), ended = lines[-1], lines[:-1]
    results = [Result(*cases[number], *rest) for number, *rest in ended]
    if len(results) != len(cases):
        raise RuntimeError(f"{interpreter} client ended {len(results)} of {len(cases)} cases")
    return Run(interpreter, results, block_us, left)


async def lengths(interpreter, ports, folder):
    """{scheme: (bytes up, bytes down)} of an undisturbed use. Raises RuntimeError."""
    found = {}
    for scheme in SCHEMES:
        async with FaultProxy(Fault("none"), ports[scheme]) as proxy:
            inner = {scheme: proxy.port}
            run = await use(interpreter, inner, [(scheme, Fault("none"))], folder)
            if run.problems():
                raise RuntimeError("\n".join(run.problems()))
            found[scheme] = tuple(proxy.passed)
    return found


def cases_at(points, kinds=("stall", "cut", "reset", "corrupt")):
    """Cases of every harmful kind; ``points(scheme, down)`` gives where in the stream."""
    return [
        (scheme, Fault(kind, at, down))
        for scheme in SCHEMES
        for kind in kinds
        for down in (True, False)
        for at in points(scheme, down)
    ]
