"""Updates over a real link, seen through from the request to the outcome: CPython only."""

import asyncio
from typing import Any

import samples
import signers
import transport
from download_bench import DownloadBench
from loader.header import Header
from net_certificates import make_all, server_tls
from ucharge.csms.firmware_host import FirmwareHost

KINDS = ("plain", "signed")
FILE = signers.signed_file(samples.payload(60000, 3))
OTHER = signers.signed_file(samples.payload(50000, 4), version=[1, 2, 0])

# Statuses by kind of request.
FAILED = {"plain": ["Downloading", "DownloadFailed"], "signed": ["Downloading", "DownloadFailed"]}
REFUSED = {
    "plain": ["Downloading", "Downloaded", "Installing", "InstallationFailed"],
    "signed": ["Downloading", "Downloaded", "InstallVerificationFailed"],
}
INSTALLED = {
    "plain": ["Downloading", "Downloaded", "Installing", "Installed"],
    "signed": [
        "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting",
        "Installed",
    ],
}  # fmt: skip
UNSIGNED = {"plain": REFUSED["plain"], "signed": ["Downloading", "Downloaded", "InvalidSignature"]}


def digest_of(data):
    """The payload's digest that the update file ``data`` names."""
    return Header(data[: int.from_bytes(data[6:8], "little")]).digest


class Stage:
    """``with Stage(folder) as stage``: certificates in ``folder``, an event loop, ``host``."""

    def __init__(self, folder):
        self.folder = make_all(folder)
        self.loop = asyncio.new_event_loop()
        self._hosts = []
        self.host = self.make_host(server_tls(folder, "good"))
        self.tls = transport.make_tls((folder / "ca.der").read_bytes())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for host in self._hosts:
            self.loop.run_until_complete(host.stop())
        self.loop.close()

    def make_host(self, tls):
        """Another FirmwareHost."""
        host = FirmwareHost(tls)
        self.loop.run_until_complete(host.start())
        self._hosts.append(host)
        return host


class Case:
    """``with Case(stage, kind) as case``: one charger, ``bench``, and one kind of request."""

    def __init__(self, stage, kind, bench_class=DownloadBench):
        self.bench: Any = bench_class(stage.loop, stage.tls)
        self.host = stage.host
        self.kind = kind

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bench.close()

    def ask(self, data=FILE, fault=None, retries=0, location=None, **more):
        """Ask for ``data``; it was accepted. Whoever asks signs the very file."""
        if location is None:
            location = self.host.publish("case", data, fault)
        sign = signers.sign_der(signers.KEY, data) if self.kind == "signed" else None
        answer = self.bench.request(location, sign, retries=retries, **more)
        assert answer == {"status": "Accepted"}

    def see(self, statuses, events=()):
        """It ends with ``statuses`` and ``events``; unless it is installed, all is as before."""
        bench, before = self.bench, self.bench.runs()
        bench.outcome()
        assert bench.told() == statuses[self.kind], bench.lines
        if statuses is not INSTALLED:
            assert bench.events() == list(events)
            assert bench.runs() == before
            assert bench.central.payloads("StatusNotification") == []
        bench.central.forget()

    def good(self, data=FILE):
        """The next good update is installed, and a car charges."""
        bench = self.bench
        self.ask(data)
        self.see(INSTALLED)
        assert bench.runs() == digest_of(data)
        assert bench.charges()
        bench.central.forget()
