"""Signed updates on a whole chip, judged from what the central system received (TC_080, TC_081).

The central system installs the manufacturer's root, and then asks: with bad certificates, for
bad files, over a bad link, at last for a good one. One charger takes all of it in turn.
"""

import asyncio

import pytest
from mpremote.romfs import VfsRomWriter

from net_certificates import make_all, server_tls
from signed_chip import (
    CERTIFICATE,
    EVENT,
    FAILED,
    INVALID,
    NOT_VERIFIED,
    SIGNATURE,
    SIGNED,
    TO_INSTALLING,
    pem_of,
    signed_request,
    wait_outcome,
)  # fmt: skip
from ucharge.build import damage
from ucharge.build.updatefile import pack, parse
from ucharge.csms.errors import CallRejected
from ucharge.csms.firmware_host import Fault, FirmwareHost
from ucharge.demo import scenario
from ucharge.demo.bench import KEYS, Bench
from ucharge.demo.flash import snapshot
from ucharge.keys import certificates

# name -> (answer, statuses, security events)
EXPECTED = {
    "no root": ("InvalidCertificate", [], [CERTIFICATE]),
    "a stranger's certificate": ("InvalidCertificate", [], [CERTIFICATE]),
    "a server's certificate": ("InvalidCertificate", [], [CERTIFICATE]),
    "signature of another file": ("Accepted", INVALID, [SIGNATURE]),
    "an unsigned file": ("Accepted", INVALID, [SIGNATURE]),
    "not found": ("Accepted", FAILED, []),
    "server error": ("Accepted", FAILED, []),
    "redirect loop": ("Accepted", FAILED, []),
    "another server's certificate": ("Accepted", FAILED, []),
    "Content-Length too small": ("Accepted", NOT_VERIFIED, []),
    "path traversal": ("Accepted", NOT_VERIFIED, []),
    "good": ("Accepted", [*TO_INSTALLING, "Installed"], ["FirmwareUpdated"]),
    "below the floor": ("Accepted", NOT_VERIFIED, []),
}


class Found:
    """What one request led to."""

    def __init__(self, answer, entries, requests, resets, is_same):
        self.answer = answer
        self.calls = [
            (entry.action, entry.payload)
            for entry in entries
            if entry.side == "charger" and entry.kind == "call"
        ]
        self.requests = requests
        self.resets = resets
        self.is_same = is_same  # what runs, and its slot

    def payloads(self, action):
        return [payload for name, payload in self.calls if name == action]

    @property
    def statuses(self):
        return [payload["status"] for payload in self.payloads(SIGNED)]

    @property
    def events(self):
        found = [payload["type"] for payload in self.payloads(EVENT)]
        return [kind for kind in found if kind != "ResetOrReboot"]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Everything played on one charger: name -> Found."""
    return asyncio.run(Play().run(tmp_path_factory.mktemp("signed")))


class Play:
    """The requests, one after the other."""

    async def run(self, folder):
        found = {}
        keys = {**KEYS, "AllowPlainUpdateFirmware": "false"}
        config = {"confirm_after_s": 1, "allow_unsigned": False, "keys": keys}
        async with Bench(folder, config=config, has_root=False) as bench:
            self.bench = bench
            await scenario.wait_ready(bench)
            good = self.build((1, 1, 0), floor=(1, 1, 0))
            found["no root"] = await self.ask(good)
            root = pem_of(bench.keys.certificate("manufacturer"))
            ask = {"certificateType": "ManufacturerRootCertificate", "certificate": root}
            since = len(bench.charger.messages)
            found["install"] = await bench.charger.call("InstallCertificate", ask)
            await bench.charger.wait_for(EVENT, None, 10, since)
            with pytest.raises(CallRejected) as caught:
                await scenario.request_update(bench, "plain.ucup", good)
            found["plain"] = str(caught.value)
            await self.bad(found, folder, good)
            found["good"] = await self.ask(good)
            trigger = {"requestedMessage": "FirmwareStatusNotification"}
            since = len(bench.charger.messages)
            await bench.charger.call("ExtendedTriggerMessage", trigger)
            entry = await bench.charger.wait_for(SIGNED, None, 10, since)
            found["trigger"] = entry.payload
            found["below the floor"] = await self.ask(self.build((1, 0, 9)))
            await scenario.wait_available(bench, 0)
            found["violations"] = bench.charger.violations
            found["console"] = "\n".join(bench.chip.console)
        return found

    async def bad(self, found, folder, good):
        bench, key = self.bench, certificates.make_key()
        stranger = pem_of(certificates.make_root(key, "uCharge manufacturer root"))
        found["a stranger's certificate"] = await self.ask(good, key=key, pem=stranger)
        server = bench.keys.key("server"), pem_of(bench.keys.certificate("server"))
        found["a server's certificate"] = await self.ask(good, key=server[0], pem=server[1])
        found["signature of another file"] = await self.ask(good, signed=good[:-1])
        found["an unsigned file"] = await self.ask(damage.with_version(good, (1, 1, 0)))
        found["not found"] = await self.ask(good, Fault(status=404))
        found["server error"] = await self.ask(good, Fault(status=500))
        found["redirect loop"] = await self.ask(good, Fault(location="/case.ucup"))
        found["Content-Length too small"] = await self.ask(good, Fault(length_delta=-100))
        async with FirmwareHost(server_tls(make_all(folder), "good")) as other:
            location = other.publish("case.ucup", good)
            found["another server's certificate"] = await self.ask(good, location=location)
        found["path traversal"] = await self.ask(self.traversing(good))

    def build(self, version, **more):
        bench = self.bench
        file = parse(bench.build(version))
        return pack(
            file.payload, {**file.manifest, **{k: list(v) for k, v in more.items()}}, bench.signer
        )

    def traversing(self, good):
        """A properly signed image with a name that leads out of it."""
        writer = VfsRomWriter()
        writer.mkfile("../boot.py", b"print('owned')")
        return pack(bytes(writer.finalise()), parse(good).manifest, self.bench.signer)

    async def ask(self, data, fault=None, location=None, key=None, pem=None, signed=None):
        """Sign ``signed``, or else ``data``; ask for it; see it through."""
        bench, charger = self.bench, self.bench.charger
        since, resets = len(charger.messages), len(bench.chip.resets)
        before, requests = self.running(), len(bench.files.requests)
        location = location or bench.files.publish("case.ucup", data, fault)
        payload = signed_request(bench, since, location, signed or data, key, pem)
        answer = (await charger.call("SignedUpdateFirmware", payload))["status"]
        if answer == "Accepted":
            await wait_outcome(bench, since, since)
        else:
            await charger.wait_for(EVENT, lambda p: p["type"] == CERTIFICATE, 10, since)
        await asyncio.sleep(0.3)
        return Found(
            answer,
            charger.messages[since:],
            len(bench.files.requests) - requests,
            [reset.kind for reset in bench.chip.resets[resets:]],
            self.running() == before,
        )

    def running(self):
        flash = snapshot(self.bench.chip)
        return flash.record.home, flash.payload_digest(flash.record.home)


@pytest.mark.parametrize("name", EXPECTED)
def test_statuses_and_events(found, name):
    one = found[name]
    assert (one.answer, one.statuses, one.events) == EXPECTED[name]
    assert len({payload["requestId"] for payload in one.payloads(SIGNED)}) <= 1
    assert one.payloads("FirmwareStatusNotification") == []


@pytest.mark.parametrize("name", [name for name in EXPECTED if name != "good"])
def test_the_same_image_runs_and_the_connectors_are_as_before(found, name):
    one = found[name]
    assert one.is_same
    if "Installing" not in one.statuses:
        assert one.payloads("StatusNotification") == []
        assert one.resets == []
    if one.answer != "Accepted":
        assert one.requests == 0


def test_the_root_came_from_the_central_system(found):
    assert found["install"] == {"status": "Accepted"}


def test_then_plain_requests_are_refused(found):
    assert "NotSupported" in found["plain"]


def test_tc_080_in_order(found):
    """Boot, FirmwareUpdated, a status for 0 and for each connector, and then Installed."""
    good = found["good"]
    assert not good.is_same
    actions = [action for action, _ in good.calls]
    boot, end = actions.index("BootNotification"), len(actions) - 1 - actions[::-1].index(SIGNED)
    assert good.calls[end][1]["status"] == "Installed"
    after = [
        p.get("type") or (p["connectorId"], p["status"]) for _, p in good.calls[boot + 1 : end]
    ]
    told = after[after.index("FirmwareUpdated") + 1 :]
    assert told == [(0, "Available"), (1, "Available")]
    before = [p["status"] for a, p in good.calls[:boot] if a == SIGNED]
    assert before == TO_INSTALLING


def test_what_was_installed_is_idle(found):
    assert found["trigger"] == {"status": "Idle"}


def test_an_image_that_leads_out_of_its_slot_is_never_mounted(found):
    assert "bad name" in found["console"]
    assert "owned" not in found["console"]
    assert found["path traversal"].resets == []


def test_the_central_system_saw_no_violation(found):
    assert found["violations"] == []
