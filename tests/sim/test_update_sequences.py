"""The sequences of updates on a whole ESP32 chip, plain and signed, each step in its order:
what is later, replaced, refused, rolled back, installed. Judged from what the central system
received; the other rows of SignedUpdateFirmware are in `test_signed_updates`.
"""

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from signed_chip import (
    CERTIFICATE,
    EVENT,
    SIGNATURE,
    SIGNED,
    pem_of,
    signed_request,
    told,
    wait_outcome,
)  # fmt: skip
from ucharge.build import damage, variants
from ucharge.csms.errors import CallRejected
from ucharge.csms.firmware_host import Fault
from ucharge.demo import scenario
from ucharge.demo.bench import KEYS, Bench
from ucharge.demo.flash import snapshot

_LATER_S = 3
PLAIN_CONTENT = ["plain Downloading", "plain Downloaded", "plain Installing"]
# name -> (answer, what was told); numbers: of the request, counted from 1
EXPECTED = {
    "not there, plain": ({}, ["plain Downloading", "plain DownloadFailed"]),
    "invalid image, plain": ({}, [*PLAIN_CONTENT, "plain InstallationFailed"]),
    "bad certificate": ("InvalidCertificate", [CERTIFICATE]),
    "bad signature": (
        "Accepted", ["Downloading 2", "Downloaded 2", "InvalidSignature 2", SIGNATURE],
    ),
    "retrieve later": (
        "Accepted",
        # the second is what the trigger was answered with
        ["DownloadScheduled 3", "DownloadScheduled 3", "Downloading 3", "Downloaded 3",
         "InstallVerificationFailed 3"],
    ),
    "replaced twice": (
        ["Accepted", "AcceptedCanceled", "AcceptedCanceled"],
        ["DownloadScheduled 4", "Downloading 5", "Downloading 6", "DownloadFailed 6",
         "DownloadFailed 6"],
    ),
    "install later, install fails": (
        "Accepted",
        ["Downloading 7", "Downloaded 7", "SignatureVerified 7", "InstallScheduled 7",
         "1 Unavailable", "Installing 7", "InstallRebooting 7",
         "Boot 1.0.0", "0 Available", "1 Available", "InstallationFailed 7"],
    ),
    "good": (
        "Accepted",
        ["Downloading 8", "Downloaded 8", "SignatureVerified 8", "1 Unavailable",
         "Installing 8", "InstallRebooting 8",
         "Boot 1.1.0", "0 Available", "1 Unavailable",
         "FirmwareUpdated", "0 Available", "1 Available", "Installed 8", "Idle"],
    ),
    "good, plain": (
        {},
        ["plain Downloading", "plain Downloaded", "1 Unavailable", "plain Installing",
         "Boot 1.2.0", "0 Available", "1 Unavailable",
         "FirmwareUpdated", "0 Available", "1 Available", "plain Installed"],
    ),
}  # fmt: skip
_UNTOUCHED = [name for name in EXPECTED if name[:4] != "good"]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """name -> (answer, what was told, is the same image there?); more under other names."""
    return asyncio.run(Play().run(tmp_path_factory.mktemp("sequences")))


class Play:
    """The requests, one after the other."""

    async def run(self, folder):
        self.found = {}
        keys = {**KEYS, "AllowPlainUpdateFirmware": "false"}
        config = {"confirm_after_s": 1, "allow_unsigned": False, "keys": keys}
        async with Bench(folder, config=config, board="sim_esp32") as bench:
            self.bench = bench
            await scenario.wait_ready(bench)
            good = bench.build((1, 1, 0))
            await self.plain(good)
            await self.signed(good)
            await self.see("good, plain", self.ask_plain(bench.build((1, 2, 0))))
            self.found["violations"] = bench.charger.violations
            self.found["console"] = "\n".join(bench.chip.console)
        return self.found

    async def plain(self, good):
        """TC_044_2 and TC_044_3, once plain requests are allowed at all."""
        with pytest.raises(CallRejected) as caught:
            await self.ask_plain(good)
        self.found["plain"] = str(caught.value)
        change = {"key": "AllowPlainUpdateFirmware", "value": "true"}
        await self.bench.charger.call("ChangeConfiguration", change)
        await self.see("not there, plain", self.ask_plain(good, Fault(status=404)))
        await self.see("invalid image, plain", self.ask_plain(damage.flip_bit(good)))

    async def signed(self, good):
        bench = self.bench
        server = bench.keys.certificate("server")
        await self.see("bad certificate", self.ask(1, good, pem=pem_of(server)), CERTIFICATE)
        await self.see("bad signature", self.ask(2, good, signed=good[1:]))
        await self.see("retrieve later", self.retrieve_later(damage.flip_bit(good)))
        await self.see("replaced twice", self.replace(good))
        bad = bench.build((1, 1, 0), variants.bad_selftest)
        await self.see(
            "install later, install fails", self.ask(7, bad, installDateTime=_in(_LATER_S))
        )
        await self.see("good", self.good(good))

    async def see(self, name, request, event=None):
        """Await ``request``, and what it leads to."""
        bench, since = self.bench, len(self.bench.charger.messages)
        before = _running(bench)
        answer = await request
        if event:
            await bench.charger.wait_for(EVENT, lambda p: p["type"] == event, 10, since)
        elif answer == {}:
            await scenario.wait_outcome(bench, since)
        await asyncio.sleep(0.3)  # nothing more comes
        words = told(bench.charger.messages[since:])
        self.found[name] = answer, words, _running(bench) == before

    async def ask_plain(self, data, fault=None):
        location = self.bench.files.publish("case.ucup", data, fault)
        payload = {"location": location, "retrieveDate": _in(0), "retries": 0}
        return await self.bench.charger.call("UpdateFirmware", payload)

    async def send(self, number, data, fault=None, signed=None, **more):
        location = self.bench.files.publish(f"case{number}.ucup", data, fault)
        payload = signed_request(self.bench, number, location, signed or data, **more)
        return (await self.bench.charger.call("SignedUpdateFirmware", payload))["status"]

    async def ask(self, number, data, **more):
        """Send it and, if it was accepted, see it through."""
        since = len(self.bench.charger.messages)
        status = await self.send(number, data, **more)
        if status == "Accepted":
            await wait_outcome(self.bench, number, since)
        return status

    async def wait(self, status, since):
        await self.bench.charger.wait_for(SIGNED, lambda p: p["status"] == status, 20, since)

    async def trigger(self):
        since = len(self.bench.charger.messages)
        ask = {"requestedMessage": "FirmwareStatusNotification"}
        await self.bench.charger.call("ExtendedTriggerMessage", ask)
        await self.bench.charger.wait_for(SIGNED, None, 10, since)

    async def retrieve_later(self, data):
        since = len(self.bench.charger.messages)
        status = await self.send(3, data, retrieveDateTime=_in(_LATER_S))
        await self.wait("DownloadScheduled", since)
        asked = len(self.bench.files.requests)
        await self.trigger()
        self.found["too early"] = len(self.bench.files.requests) - asked
        await wait_outcome(self.bench, 3, since)
        return status

    async def replace(self, good):
        """One that is scheduled, then one that downloads, by one whose file is not there."""
        since = len(self.bench.charger.messages)
        statuses = [await self.send(4, good, retrieveDateTime=_in(86400))]
        await self.wait("DownloadScheduled", since)
        statuses.append(await self.send(5, good, Fault(stall_at=40000)))
        await self.wait("Downloading", since)
        statuses.append(await self.send(6, good, Fault(status=404)))
        await wait_outcome(self.bench, 6, since)
        await self.trigger()
        return statuses

    async def good(self, good):
        charger, since = self.bench.charger, len(self.bench.charger.messages)
        status = await self.send(8, good)
        await charger.wait_for("BootNotification", None, 60, since)
        self.found["in the trial"] = await self.send(9, good)
        await wait_outcome(self.bench, 8, since)
        await self.trigger()
        return status


def _in(seconds):
    at = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _running(bench):
    flash = snapshot(bench.chip)
    return flash.record.home, flash.payload_digest(flash.record.home)


@pytest.mark.parametrize("name", EXPECTED)
def test_answer_and_sequence(played, name):
    answer, words, _ = played[name]
    assert (answer, words) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_runs_afterwards(played, name):
    assert played[name][2] == (name in _UNTOUCHED)


def test_plain_requests_are_refused_unless_allowed(played):
    assert "NotSupported" in played["plain"]


def test_nothing_is_asked_for_before_its_time(played):
    assert played["too early"] == 0


def test_a_trial_can_not_be_replaced(played):
    assert played["in the trial"] == "Rejected"


def test_the_central_system_saw_no_violation(played):
    assert played["violations"] == []
    assert "Traceback" not in played["console"]
