"""A chip that finds an update by itself, over TLS, and installs it; judged from what the central
system and the firmware host received."""

import asyncio
import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ucharge.build import variants
from ucharge.build.device import device_files, make_config
from ucharge.demo import scenario
from ucharge.demo.bench import BOARD, FIRST_VERSION, Bench

INDEX = "index.json"
INSTALLED = ["Downloading", "Downloaded", "Installing", "Installed"]
ROLLED_BACK = ["Downloading", "Downloaded", "Installing", "InstallationFailed"]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Everything in one run: name -> what was found."""
    return asyncio.run(_play(tmp_path_factory.mktemp("own")))


class Overdue(Bench):
    """A charger whose check is overdue: it comes within 7 s, the next one a minute later."""

    def provision(self, version=FIRST_VERSION):
        config = make_config(self.identity, self.central.url, self.board, **self._config)
        files = device_files(self.board, config, self.keys.ca_der, self.build(version))
        state = {"schema": 1, "next_s": 1, "last_s": 1, "mark": "", "asked": [], "refused": []}
        files["/state/check.json"] = json.dumps(state).encode()
        self.chip.provision(files)


async def _play(folder):
    found = {}
    async with Overdue(folder, config={"confirm_after_s": 1, "allow_unsigned": False}) as bench:
        await scenario.wait_ready(bench)
        await _install_root(bench)
        _offer(bench, ((1, 1, 0), variants.bad_selftest))
        since = len(bench.charger.messages)
        for key, value in (
            ("UpdateLocations", "https://127.0.0.1"),
            ("UpdateCheckInterval", "60"),
            ("UpdateCheckUrl", bench.files.url(INDEX)),
        ):
            answer = await bench.charger.call("ChangeConfiguration", {"key": key, "value": value})
            assert answer == {"status": "Accepted"}
        await scenario.wait_outcome(bench, since)
        found["rolled back"] = _statuses(bench, since)
        since = len(bench.charger.messages)
        _offer(bench, ((1, 1, 0), None), ((1, 2, 0), None))
        await scenario.wait_outcome(bench, since, 120)
        found["good"] = _statuses(bench, since)
        await scenario.wait_available(bench, since)
        found["version"] = bench.charger.calls("BootNotification")[-1]["firmwareVersion"]
        found["reads"] = [each.at_s for each in bench.files.requests if each.name == INDEX]
        found["console"] = "\n".join(map(str, bench.chip.console))
        found["violations"] = bench.charger.violations
    return found


async def _install_root(bench):
    pem = bench.keys.certificate("manufacturer").public_bytes(Encoding.PEM).decode()
    payload = {"certificateType": "ManufacturerRootCertificate", "certificate": pem}
    assert await bench.charger.call("InstallCertificate", payload) == {"status": "Accepted"}


def _offer(bench, *builds):
    updates = []
    for version, change in builds:
        name = ".".join(map(str, version))
        url = bench.files.publish(name, bench.build(version, change))
        updates.append({"version": list(version), "compatible": [BOARD], "url": url})
    bench.files.publish(INDEX, json.dumps({"updates": updates}).encode())


def _statuses(bench, since):
    calls = bench.charger.calls("FirmwareStatusNotification", since)
    return [payload["status"] for payload in calls]


def test_an_image_that_fails_is_rolled_back(played):
    assert played["rolled back"] == ROLLED_BACK
    assert "own check, 1.0.0 -> 1.1.0: install_failed, selftest" in played["console"]


def test_the_next_one_is_installed(played):
    assert played["good"] == INSTALLED
    assert played["version"] == "1.2.0"
    assert "own check, 1.0.0 -> 1.2.0: installed, confirm" in played["console"]


def test_the_index_is_read_once_a_period(played):
    assert len(played["reads"]) == 2
    assert played["reads"][1] - played["reads"][0] > 55


def test_the_central_system_saw_no_violation(played):
    assert played["violations"] == []
    assert "Traceback" not in played["console"]
