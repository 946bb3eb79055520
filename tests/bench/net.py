"""Speed and heap of the network clients on real MicroPython, against their bounds.

Prints a table; the exit status is 1 when a bound is broken. Times are ratios to a bare blocking
loop in the same run, in turns. Of everything the median counts.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import websockets
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))

from net_certificates import make_all, server_tls  # noqa: E402

DEVICE = "tests/bench/net_device.py"
IMAGE = bytes(range(256)) * 6000  # 1.5 MB
HEAP = "4M"
TIMEOUT_S = 120


class ImageServer(threading.Thread):
    """Sends the image to whoever connects and asks, as fast as it is taken."""

    def __init__(self, tls=None):
        super().__init__(daemon=True)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(IMAGE) + IMAGE

    def run(self):
        """Serve for ever, each client in a thread."""
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        # A client that only weighs its connection leaves without a whole request.
        with contextlib.suppress(OSError), contextlib.closing(connection):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            asked = b""
            while not asked.endswith(b"\r\n\r\n"):
                more = connection.recv(4096)
                if not more:
                    return
                asked += more
            connection.sendall(self._answer)
            connection.recv(1)
            connection.close()


async def echo(connection):
    """Serve one WebSocket."""
    async for message in connection:
        await connection.send(message)


class EchoServer(threading.Thread):
    """A WebSocket server of PyPI's websockets, in its own loop."""

    def __init__(self, tls=None):
        super().__init__(daemon=True)
        self._tls = tls
        self._ready = threading.Event()
        self.port = 0

    def run(self):
        """Serve for ever."""
        asyncio.run(self._serve())

    async def _serve(self):
        options = {"subprotocols": ["ocpp1.6"], "compression": None, "ssl": self._tls}
        async with websockets.serve(echo, "127.0.0.1", 0, **options) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await asyncio.Future()

    def wait(self):
        """Until there is a port."""
        self._ready.wait()
        return self.port


def measure(addresses, rounds):
    """Run the device's part once: {name: [values, ...]}."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("micropython"),
            *("-X", f"heapsize={HEAP}", DEVICE),
            *addresses,
            *(str(len(IMAGE)), str(rounds)),
        ],
        cwd=ROOT,
        env={**os.environ, "MICROPYPATH": "lib:.frozen"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        sys.exit(f"bench-net: the device's part failed\n{done.stdout}{done.stderr}")
    found = {}
    for line in done.stdout.splitlines():
        name, values = json.loads(line)
        found.setdefault(name, []).append(values)
    return found


def median(found, name, value):
    """The median of ``value(*values)`` over all measurements of ``name``."""
    return statistics.median(value(*values) for values in found[name])


def figures(found):
    """(what, figure, bound, unit) of everything that is bounded."""
    rows = []
    for name, text, bound in (("http", "plain", 1.15), ("https", "TLS", 1.25)):
        ratio = median(found, name, lambda bare, ours, *_: ours / bare)
        garbage = median(found, name, lambda _, __, garbage, ___: garbage / 1024)
        rows.append((f"1.5 MB and SHA-256 to a blocking loop, {text}", ratio, bound, ""))
        rows.append((f"garbage of that image, {text}", garbage, 64, "KB"))
    rows.append(("garbage of masking 1 KB", median(found, "mask", lambda g, _: g), 0, "B"))
    idle = median(found, "wss", lambda ours, bare, *_: (ours - bare) / 1024)
    rows.append(("idle wss connection, less TLS", idle, 6, "KB"))
    message = median(found, "wss", lambda _, __, sent, received: (sent + received) / 1024)
    rows.append(("300-byte message sent and received", message, 4, "KB"))
    return rows


def print_table(rows, found, out):
    """The bounded figures, then what explains them."""
    table = Table("on MicroPython, 64 bit", box=box.SIMPLE_HEAD)
    for title in ("figure", "bound", ""):
        table.add_column(title, justify="right")
    for what, figure, bound, unit in rows:
        state = "" if figure <= bound else "[bold red]BROKEN[/]"
        table.add_row(what, f"{figure:.2f} {unit}", f"{bound:g} {unit}", state)
    out.print(table)
    for name in ("http", "https"):
        bare, ours, _, reads = (
            statistics.median(column) for column in zip(*found[name], strict=True)
        )
        times = f"blocking {bare / 1000:.1f} ms, ours {ours / 1000:.1f} ms"
        print(f"{name}, medians: {times}, {reads:.0f} reads")
    sent, received = (median(found, "wss", lambda *v, at=at: v[at]) for at in (2, 3))
    print(f"message: sent {sent:.0f} B, received {received:.0f} B")
    print(f"mask 1 KB: {median(found, 'mask', lambda _, us: us):.1f} us")


def main(processes, rounds):
    """Measure and judge. Exit status."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="ucharge-bench-") as folder:
        tls = server_tls(make_all(Path(folder)), "good")
        images = [ImageServer(), ImageServer(tls)]
        echoes = [EchoServer(), EchoServer(tls)]
        for server in (*images, *echoes):
            server.start()
        addresses = [
            f"{folder}/ca.der",
            f"http://localhost:{images[0].port}/image",
            f"https://localhost:{images[1].port}/image",
            f"ws://localhost:{echoes[0].wait()}/CP001",
            f"wss://localhost:{echoes[1].wait()}/CP001",
        ]
        for _ in track(range(processes), "measuring", transient=True):
            for name, values in measure(addresses, rounds).items():
                found.setdefault(name, []).extend(values)
    rows = figures(found)
    print_table(rows, found, Console())
    broken = [what for what, figure, bound, _ in rows if figure > bound]
    print(f"bench-net: {len(rows) - len(broken)} of {len(rows)} bounds kept")
    return 1 if broken else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=5, help="MicroPython processes")
    parser.add_argument("--rounds", type=int, default=10, help="images a process and way")
    options = parser.parse_args()
    sys.exit(main(options.processes, options.rounds))
