"""SignedUpdateFirmware on whole chips, judged from what the central system received.

TC_080, TC_081 and the certificate cases of OCPP 1.6 security; one charger takes all in turn, so
each case also shows that the one before left it sound.
"""

import asyncio
import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from ucharge.build import damage, image, variants
from ucharge.build.signer import Signer
from ucharge.build.stage import stage
from ucharge.csms.errors import CallRejected
from ucharge.demo import scenario
from ucharge.demo.bench import Bench
from ucharge.keys import certificates

ACTION = "SignedFirmwareStatusNotification"
EVENT = "SecurityEventNotification"
ROOT = "ManufacturerRootCertificate"
ENDS = (
    "DownloadFailed", "InvalidSignature", "InstallVerificationFailed", "InstallationFailed",
    "Installed",
)  # fmt: skip
LONG_AGO = "2020-01-01T00:00:00Z"
CHECKED = ["Downloading", "Downloaded", "SignatureVerified"]


class Case:
    """What came of one request: its answer, the statuses, the events, the connectors."""

    def __init__(self, bench, answer, since):
        charger = bench.charger
        self.answer = answer
        self.statuses = [payload["status"] for payload in charger.calls(ACTION, since)]
        self.ids = {payload.get("requestId") for payload in charger.calls(ACTION, since)}
        self.events = [payload["type"] for payload in charger.calls(EVENT, since)]
        self.version = charger.calls("BootNotification")[-1]["firmwareVersion"]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Everything in one run: name -> Case or what else was found."""
    return asyncio.run(_play(tmp_path_factory.mktemp("signed")))


async def _play(folder):
    found = {}
    config = {"confirm_after_s": 1, "allow_unsigned": False, "keys": {"RestartDelayMax": "0"}}
    async with Bench(folder, config=config, has_root=False) as bench:
        await scenario.wait_ready(bench)
        good = bench.build((1, 1, 0), None)
        found["no root"] = await _update(bench, good, 1)
        found["roots before"] = await _roots(bench)
        found["install"] = await _install(bench, bench.keys.certificate("manufacturer"))
        found["install garbage"] = await _install(bench, None)
        found["roots"] = await _roots(bench)
        found["plain"] = await _plain(bench)
        stranger = certificates.make_key()
        other = certificates.make_root(stranger, "somebody else")
        found["stranger"] = await _update(
            bench, good, 2, certificate=certificates.make_signer(stranger, "x", other, stranger)
        )
        found["server"] = await _update(bench, good, 3, bench.keys.certificate("server"))
        found["other file"] = await _update(bench, good, 4, signed=good[:-1])
        found["no signature"] = await _update(bench, good, 5, signed=None)
        found["flipped"] = await _update(bench, damage.flip_bit(good), 6, signed=good)
        found["unsigned file"] = await _update(bench, _unsigned(bench), 7)
        found["wrong board"] = await _update(bench, damage.wrong_board(good, bench.signer), 12)
        found["by a stranger"] = await _update(bench, _by_stranger(bench, other, stranger), 13)
        found["not there"] = await _update(bench, good, 8, name="nowhere")
        failing = bench.build((1, 2, 0), variants.bad_selftest)
        found["bad self-test"] = await _update(bench, failing, 9)
        since = len(bench.charger.messages)
        found["good"] = await _update(bench, good, 10)
        await bench.charger.wait_for(EVENT, lambda p: p["type"] == "FirmwareUpdated", 20, since)
        found["trigger"] = await _trigger(bench)
        found["delete"] = await _delete(bench)
        await scenario.wait_available(bench, 0)
        found["violations"] = bench.charger.violations
    return found


def _unsigned(bench):
    return image.build_for(bench.board, tree=stage((1, 1, 0)), signer=None)


def _by_stranger(bench, root, key):
    """Signed within the file by one whom no installed root vouches for."""
    signer = Signer(bench.keys)
    signer._key = certificates.make_key()
    certificate = certificates.make_signer(signer._key, "x", root, key)
    signer.certificate_der = certificate.public_bytes(Encoding.DER)
    return image.build_for(bench.board, tree=stage((1, 1, 0)), signer=signer)


async def _update(bench, data, request_id, certificate=None, signed=b"", name="signed.ucup"):
    since = len(bench.charger.messages)
    if name == "signed.ucup":
        bench.files.publish(name, data)
    signature = b""
    if signed is not None:
        key = bench.keys.key("signing")
        signature = key.sign(signed or data, ec.ECDSA(hashes.SHA256()))
    certificate = certificate or bench.keys.certificate("signing")
    answer = await bench.charger.call(
        "SignedUpdateFirmware",
        {
            "requestId": request_id,
            "retries": 0,
            "firmware": {
                "location": bench.files.url(name),
                "retrieveDateTime": LONG_AGO,
                "signingCertificate": certificate.public_bytes(Encoding.PEM).decode(),
                "signature": base64.b64encode(signature).decode(),
            },
        },
    )
    if answer["status"] == "Accepted":
        await bench.charger.wait_for(ACTION, lambda p: p["status"] in ENDS, 90, since)
        if bench.charger.calls(ACTION, since)[-1]["status"] == "InvalidSignature":
            await bench.charger.wait_for(EVENT, None, 20, since)
    elif answer["status"] == "InvalidCertificate":
        await bench.charger.wait_for(EVENT, None, 20, since)
    return Case(bench, answer["status"], since)


async def _roots(bench):
    answer = await bench.charger.call("GetInstalledCertificateIds", {"certificateType": ROOT})
    return answer["status"], len(answer.get("certificateHashData") or ())


async def _install(bench, certificate):
    pem = certificate.public_bytes(Encoding.PEM).decode() if certificate else "garbage"
    payload = {"certificateType": ROOT, "certificate": pem}
    return (await bench.charger.call("InstallCertificate", payload))["status"]


async def _plain(bench):
    payload = {"location": bench.files.url("signed.ucup"), "retrieveDate": LONG_AGO}
    try:
        await bench.charger.call("UpdateFirmware", payload)
    except CallRejected as error:
        return str(error)
    return "taken"


async def _trigger(bench):
    since = len(bench.charger.messages)
    payload = {"requestedMessage": "FirmwareStatusNotification"}
    answer = await bench.charger.call("ExtendedTriggerMessage", payload)
    await bench.charger.wait_for(ACTION, None, 20, since)
    return answer["status"], bench.charger.calls(ACTION, since)


async def _delete(bench):
    answer = await bench.charger.call("GetInstalledCertificateIds", {"certificateType": ROOT})
    (known,) = answer["certificateHashData"]
    wrong = {**known, "serialNumber": "1"}
    return [
        (await bench.charger.call("DeleteCertificate", {"certificateHashData": each}))["status"]
        for each in (wrong, known, known)
    ]


def test_without_a_root_nothing_can_be_installed(played):
    assert (played["no root"].answer, played["no root"].statuses) == ("InvalidCertificate", [])


def test_a_root_is_installed_and_told(played):
    assert played["roots before"] == ("NotFound", 0)
    assert (played["install"], played["install garbage"]) == ("Accepted", "Rejected")
    assert played["roots"] == ("Accepted", 1)


def test_plain_requests_are_refused_from_then_on(played):
    assert "NotSupported" in played["plain"]


@pytest.mark.parametrize("name", ["stranger", "server"])
def test_TC_080_a_certificate_the_root_does_not_vouch_for(played, name):
    case = played[name]
    assert (case.answer, case.statuses) == ("InvalidCertificate", [])
    assert case.events == ["InvalidFirmwareSigningCertificate"]


@pytest.mark.parametrize("name", ["other file", "no signature"])
def test_TC_081_a_signature_that_is_not_the_files(played, name):
    case = played[name]
    assert case.answer == "Accepted"
    assert case.statuses == ["Downloading", "Downloaded", "InvalidSignature"]
    assert case.events == ["InvalidFirmwareSignature"]


def test_a_file_that_is_damaged(played):
    case = played["flipped"]
    assert case.statuses[0] == "Downloading"
    assert case.statuses[-1] in ("InstallVerificationFailed", "InvalidSignature")
    assert case.version == "1.0.0"


NOBODY = {
    "unsigned file": "InvalidFirmwareSignature",
    "by a stranger": "InvalidFirmwareSigningCertificate",
}


@pytest.mark.parametrize("name", NOBODY)
def test_a_right_request_for_a_file_that_nobody_vouches_for(played, name):
    case = played[name]
    assert case.events == [NOBODY[name]]
    assert case.statuses == ["Downloading", "Downloaded", "InvalidSignature"]
    assert case.version == "1.0.0"


def test_another_boards_image(played):
    case = played["wrong board"]
    assert case.statuses == ["Downloading", "Downloaded", "InstallVerificationFailed"]
    assert case.version == "1.0.0"


def test_a_file_that_is_not_there(played):
    assert played["not there"].statuses == ["Downloading", "DownloadFailed"]


def test_rolled_back(played):
    case = played["bad self-test"]
    assert case.statuses[:4] == [*CHECKED, "Installing"]
    assert case.statuses[-1] == "InstallationFailed"
    assert case.version == "1.0.0"


def test_TC_080_good(played):
    case = played["good"]
    assert case.answer == "Accepted"
    assert case.statuses[:4] == [*CHECKED, "Installing"]
    assert case.statuses[-1] == "Installed"
    assert case.ids == {10}
    assert case.version == "1.1.0"


def test_asked_after_the_update_it_is_idle(played):
    status, calls = played["trigger"]
    assert (status, calls[0]) == ("Accepted", {"status": "Idle"})


def test_a_root_is_deleted_once(played):
    assert played["delete"] == ["NotFound", "Accepted", "NotFound"]


def test_every_message_as_ocpp_wants_it(played):
    assert played["violations"] == []
