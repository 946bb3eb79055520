"""Certificates on a whole chip (TC_075, 076, 078, 079, 086): which are installed, listed, deleted
or refused, who may sign firmware by them, and what the security log tells. Judged from what the
central system and the firmware host received.
"""

import asyncio
import hashlib
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from net_certificates import make_all, server_tls
from signed_chip import CERTIFICATE, EVENT, SIGNED, signed_request
from signers import certificate, pem
from ucharge.demo import scenario
from ucharge.demo.bench import Bench
from update_edge import NOW_S

CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
BAD_SERVER = "InvalidCentralSystemCertificate"
CHANGED = "ReconfigurationOfSecurityParameters"
_TODAY = int(time.time() - NOW_S) // 86400  # days since `signers` was made
NOW, PAST, FUTURE = ((_TODAY + a, _TODAY + b) for a, b in ((-9, 9), (-9, -2), (2, 9)))
KEY, ROOT_KEY, OTHER_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))


def root(days=NOW, key=ROOT_KEY, signer=ROOT_KEY, is_ca=True, **more):
    return certificate("root", key, "root", signer, is_ca, days, **more)


def signer(days=NOW, key=ROOT_KEY, **more):
    return certificate("signer", KEY, "root", key, False, days, **more)


ROOT, OTHER = root(), root(key=OTHER_KEY, signer=OTHER_KEY)
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
# What no root is.
BAD_ROOTS = {
    "expired": root(PAST),
    "not yet valid": root(FUTURE),
    "wrong usage": root(is_ca=False, purpose=SERVER),
    "signed by another key": root(signer=OTHER_KEY),
    "cut": ROOT[:-1],
    "no certificate": b"\x02\x01\x05",
}
# Whom the installed root does not vouch for.
BAD_SIGNERS = {
    "expired": signer(PAST),
    "not yet valid": signer(FUTURE),
    "wrong usage": signer(purpose=SERVER),
    "another root's": signer(key=OTHER_KEY),
}


def hash_data(der):
    """CertificateHashData, by other means than the charger's."""
    found = x509.load_der_x509_certificate(der)
    key = found.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": hashlib.sha256(found.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": hashlib.sha256(key).hexdigest(),
        "serialNumber": f"{found.serial_number:x}",
    }


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Everything in one run: name -> what was found."""
    return asyncio.run(Play().run(tmp_path_factory.mktemp("certificates")))


class Play:
    """The commands, one after the other."""

    async def run(self, folder):
        found = {}
        config = {"confirm_after_s": 1, "allow_unsigned": False}
        async with Bench(folder, config=config, has_root=False) as bench:
            self.bench = bench
            await scenario.wait_ready(bench)
            found["none"] = await self.ids(MANUFACTURER)
            for kind in (CENTRAL, MANUFACTURER):
                for name, der in BAD_ROOTS.items():
                    found[kind, name] = await self.told_by(self.install(kind, der))
            for kind, der in ((MANUFACTURER, ROOT), (CENTRAL, OTHER)):
                found[kind] = await self.told_by(self.install(kind, der))
            for name, der in BAD_SIGNERS.items():
                found["signer", name] = await self.told_by(self.update(der))
            found["downloads"] = len(bench.files.requests)
            await bench.chip.kill()
            since = len(bench.charger.messages)
            await bench.chip.start()
            await scenario.wait_ready(bench, since)
            for kind in (CENTRAL, MANUFACTURER):
                found["ids", kind] = await self.ids(kind)
            await self.delete(found)
            await self.wrong_server(found, folder)
            found["log"] = await self.log()
            found["ca"] = bench.keys.ca_der
            # One that the link was lost under is told again, word for word.
            calls = bench.charger.calls(EVENT)
            events = [(p["type"], p["timestamp"], p.get("techInfo")) for p in calls]
            found["events"] = list(dict.fromkeys(events))
            found["signed"] = bench.charger.calls(SIGNED)
            found["violations"] = bench.charger.violations
        return found

    async def told_by(self, command):
        """(the command's status, the security events that it led to)."""
        since = len(self.bench.charger.messages)
        status = await command
        await asyncio.sleep(0.3)
        return status, [payload["type"] for payload in self.bench.charger.calls(EVENT, since)]

    async def call(self, action, **payload):
        return await self.bench.charger.call(action, payload)

    async def install(self, kind, der):
        answer = await self.call("InstallCertificate", certificateType=kind, certificate=pem(der))
        return answer["status"]

    async def ids(self, kind):
        return await self.call("GetInstalledCertificateIds", certificateType=kind)

    async def update(self, der):
        location = self.bench.files.publish("x.ucup", b"x")
        payload = signed_request(self.bench, 1, location, b"x", KEY, pem(der))
        return (await self.call("SignedUpdateFirmware", **payload))["status"]

    async def delete(self, found):
        for name, der in (
            ("manufacturer", ROOT), ("again", ROOT), ("central", OTHER),
            ("last central", self.bench.keys.ca_der),
        ):  # fmt: skip
            data = hash_data(der)
            found["delete", name] = await self.told_by(self.remove(data))
            await self.bench.charger.wait_connected(20)

    async def remove(self, data):
        return (await self.call("DeleteCertificate", certificateHashData=data))["status"]

    async def wrong_server(self, found, folder):
        """The central system has another one's certificate for a while."""
        central, charger = self.bench.central, self.bench.charger
        right, central._tls = central._tls, server_tls(make_all(folder), "good")
        await central.stop()
        since, lines = len(charger.messages), len(self.bench.chip.console)
        await central.start()
        await self.bench.chip.wait_console(BAD_SERVER, 30, lines)
        found["let in"] = charger.is_connected
        await central.stop()
        central._tls = right
        await central.start()
        entry = await charger.wait_for(EVENT, None, 60, since)
        found["wrong server"] = entry.payload["type"]

    async def log(self):
        """The security log's lines."""
        since = len(self.bench.charger.messages)
        log = {"remoteLocation": self.bench.files.url("logs")}
        answer = await self.call("GetLog", logType="SecurityLog", requestId=5, log=log)
        await self.bench.charger.wait_for(
            "LogStatusNotification", lambda p: p["status"] == "Uploaded", 20, since
        )
        told = self.bench.charger.calls("LogStatusNotification", since)
        assert told == [{"status": s, "requestId": 5} for s in ("Uploading", "Uploaded")]
        upload = self.bench.files.uploads.taken[-1]
        assert upload.name.endswith(answer["filename"])
        return upload.data.decode().splitlines()


@pytest.mark.parametrize("name", BAD_ROOTS)
@pytest.mark.parametrize("kind", [CENTRAL, MANUFACTURER])
def test_a_bad_root_is_not_installed(played, kind, name):
    events = [BAD_SERVER] if kind == CENTRAL else []
    assert played[kind, name] == ("Rejected", events)


def test_good_roots_are_installed_and_outlive_a_power_cut(played):
    assert played["none"] == {"status": "NotFound"}
    for kind, ders in ((CENTRAL, (played["ca"], OTHER)), (MANUFACTURER, (ROOT,))):
        assert played[kind] == ("Accepted", [CHANGED])
        hashes = [hash_data(der) for der in ders]
        wanted = {"status": "Accepted", "certificateHashData": hashes}
        assert played["ids", kind] == wanted


@pytest.mark.parametrize("name", BAD_SIGNERS)
def test_a_bad_signer_is_refused_before_any_download(played, name):
    assert played["signer", name] == ("InvalidCertificate", [CERTIFICATE])
    assert played["downloads"] == 0
    assert played["signed"] == []


def test_roots_are_deleted_but_not_the_last_one_for_servers(played):
    assert played["delete", "manufacturer"] == ("Accepted", [CHANGED])
    assert played["delete", "again"] == ("NotFound", [])
    assert played["delete", "central"] == ("Accepted", [CHANGED])
    assert played["delete", "last central"][0] == "Failed"


def test_a_server_with_another_ones_certificate_gets_nothing(played):
    assert not played["let in"]
    assert played["wrong server"] == BAD_SERVER


def test_the_security_log_has_each_event_in_order(played):
    lines = played["log"][played["log"].index("-- security log") + 1 :]
    assert [line.split()[2] for line in lines] == [kind for kind, _, _ in played["events"]]
    assert " 0.000 " not in "\n".join(lines), "each has its time"


def test_the_central_system_saw_no_violation(played):
    assert played["violations"] == []
