"""An attacker's list: each entry is refused with the right status and security event, charges go
on, and the next good update is installed. As plain and as signed requests, over a real link.

Path traversal in an image's names: `tests/unit/test_romfs.py`, and on a whole chip
`tests/sim/test_signed_updates.py`.
"""

import binascii
import hashlib
import json
import struct
from typing import Any

import pytest

import samples
from download_bench import DownloadBench
from download_case import FILE, INSTALLED, KINDS, OTHER, REFUSED, UNSIGNED, Case, Stage, digest_of
from esp_bench import Board, app_image, esp32
from loader.header import PREFIX, Header
from loader.partition import open_slots
from signers import (
    EXPIRED,
    GOOD,
    KEY,
    PAYLOAD,
    ROOT,
    ROOT_KEY,
    SELF,
    SERVER,
    STRANGER,
    sign_der,
    signed_file,
    signed_header,
)  # fmt: skip
from ucharge.csms.firmware_host import Fault

CERTIFICATE, SIGNATURE = "InvalidFirmwareSigningCertificate", "InvalidFirmwareSignature"
ANOTHER = samples.payload(20000, 5)
SMALL = signed_file()
HEAD = SMALL[: len(SMALL) - len(PAYLOAD)]
SIGN = HEAD[-68:-4]


def lengths(size=None, manifest=None, certificate=None, payload=None):
    """SMALL with other lengths in its head, whose CRC is right all the same."""
    fields = list(struct.unpack_from(PREFIX, HEAD))
    for at, value in ((3, size), (4, manifest), (5, certificate), (6, payload)):
        if value is not None:
            fields[at] = value
    head = struct.pack(PREFIX, *fields) + HEAD[48:-4]
    return head + struct.pack("<I", binascii.crc32(head)) + PAYLOAD


MANIFEST_SIZE, CERTIFICATE_SIZE = struct.unpack_from("<HH", HEAD, 8)
# name -> (update file, statuses, security event)
ATTACKS = {
    "unsigned": (samples.update_file(PAYLOAD), UNSIGNED, SIGNATURE),
    "no signature": (samples.header(PAYLOAD, GOOD) + PAYLOAD, UNSIGNED, SIGNATURE),
    "self-signed by a stranger": (signed_file(der=SELF, key=STRANGER), UNSIGNED, CERTIFICATE),
    "expired certificate": (signed_file(der=EXPIRED), UNSIGNED, CERTIFICATE),
    "wrong usage": (signed_file(der=SERVER), UNSIGNED, CERTIFICATE),
    "root as signer": (signed_file(der=ROOT, key=ROOT_KEY), UNSIGNED, CERTIFICATE),
    "right certificate, wrong signature": (signed_file(key=STRANGER), UNSIGNED, SIGNATURE),
    "signature of another file": (
        samples.header(ANOTHER, GOOD, SIGN) + ANOTHER, UNSIGNED, SIGNATURE,
    ),
    "manifest swapped": (
        samples.header(PAYLOAD, GOOD, SIGN, version=[9, 0, 0]) + PAYLOAD, UNSIGNED, SIGNATURE,
    ),
    "payload swapped": (HEAD + ANOTHER, REFUSED, None),
    "below the floor": (signed_file(version=[0, 9, 0], floor=[0, 9, 0]), REFUSED, None),
    "wrong board's image": (signed_file(compatible=["toaster"]), REFUSED, None),
    "an ESP32's image": (
        signed_file(kind="esp32", romfs_offset=0, romfs_size=9, romfs_sha256="0" * 64),
        REFUSED, None,
    ),
    "header of 64 KB": (lengths(size=65535), REFUSED, None),
    "header of nothing": (lengths(size=0), REFUSED, None),
    "header of a prefix": (lengths(size=48), REFUSED, None),
    "manifest of 64 KB": (lengths(manifest=65535), REFUSED, None),
    "manifest of nothing": (lengths(manifest=0), REFUSED, None),
    "manifest into the sectors": (lengths(manifest=MANIFEST_SIZE + 4), REFUSED, None),
    "certificate of 64 KB": (lengths(certificate=65535), REFUSED, None),
    "certificate of nothing": (lengths(certificate=0), UNSIGNED, SIGNATURE),
    "certificate over the signature": (
        lengths(certificate=CERTIFICATE_SIZE + 64), UNSIGNED, SIGNATURE,
    ),
    "payload of 4 GB": (lengths(payload=0xFFFFFFFF), REFUSED, None),
    "payload of nothing": (lengths(payload=0), REFUSED, None),
    "all lengths at most": (HEAD[:6] + b"\xff" * 10 + HEAD[16:] + PAYLOAD, REFUSED, None),
}  # fmt: skip
# name -> signature of the request for SMALL, by the right certificate
SIGNATURES = {
    "a stranger's": sign_der(STRANGER, SMALL),
    "of another file": sign_der(KEY, OTHER),
    "of its head alone": sign_der(KEY, HEAD),
    "the file's own": SIGN,
    "its digest": hashlib.sha256(SMALL).digest(),
    "none": b"",
}
CERTIFICATES = {
    "self-signed by a stranger": SELF,
    "expired": EXPIRED,
    "wrong usage": SERVER,
    "cut": GOOD[:-1],
    "none": b"",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("certificates")) as stage:
        yield stage


@pytest.fixture(params=KINDS)
def case(stage, request):
    with Case(stage, request.param) as case:
        yield case


@pytest.fixture
def signed(stage):
    with Case(stage, "signed") as case:
        yield case


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(case, name):
    data, statuses, event = ATTACKS[name]
    case.ask(data)
    case.see(statuses, [event] if event else [])
    if event:
        assert case.bench.files.size("/slots/b.rom") is None, "refused before the erase"
    case.good()


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature_of_the_request(signed, name):
    location = signed.host.publish("case", SMALL)
    assert signed.bench.request(location, SIGNATURES[name]) == {"status": "Accepted"}
    signed.see(UNSIGNED, [SIGNATURE])
    signed.good()


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificate_of_the_request(signed, name):
    location = signed.host.publish("case", SMALL)
    asked = len(signed.host.requests)
    answer = signed.bench.request(location, sign_der(KEY, SMALL), CERTIFICATES[name])
    assert answer == {"status": "InvalidCertificate"}
    signed.see({"signed": []}, [CERTIFICATE])
    assert len(signed.host.requests) == asked, "nothing was downloaded"
    signed.good()


def test_payload_swapped_after_the_head_was_checked(case):
    """Between two tries, and the server says that it is the same file."""
    case.ask(FILE, Fault(truncate_at=30000, etag='"same"'), 1)
    case.bench.wait(lambda: case.bench.job.attempts_left == 1)
    head = int.from_bytes(FILE[6:8], "little")
    case.host.publish("case", FILE[:head] + bytes(60000), Fault(etag='"same"'))
    case.see(REFUSED)
    case.good(OTHER)


@pytest.mark.parametrize("reset_first", [False, True])
def test_payload_swapped_in_the_slot(signed, reset_first):
    """After all checks, while it waits for its time."""
    bench = signed.bench
    signed.ask(FILE, installDateTime="2026-01-01T00:00:40Z")
    bench.wait(lambda: bench.job.phase == "ready" and not bench.job.reports)
    before = bench.runs()
    bench.files.write("/slots/b.rom", ANOTHER * 3)
    if reset_first:
        bench.reboot()
    bench.outcome()
    told = ["Downloading", "Downloaded", "SignatureVerified", "InstallScheduled"]
    if not reset_first:  # then the loader finds out
        told += ["Installing", "InstallRebooting"]
    assert bench.told() == told + ["InstallVerificationFailed"]
    assert bench.runs() == before
    assert bench.evse.connectors[0].status == "Available"
    bench.central.forget()
    signed.good(OTHER)


def test_replay_of_an_old_signed_image_below_the_floor(case):
    """The floor rose with what was installed since."""
    old = signed_file(PAYLOAD, version=[1, 1, 9])
    case.good(signed_file(ANOTHER, version=[1, 2, 0], floor=[1, 2, 0]))
    case.ask(old)
    case.see(REFUSED)
    case.good(OTHER)


# -- ESP32 --------------------------------------------------------------------------------


def esp_file(seed, chip_id=app_image.CHIP_IDS["esp32"], **changes):
    """A signed update file for an ESP32; ``chip_id``: whose app image it holds."""
    app = app_image.make(samples.payload(6000, seed), chip_id)
    body, head = samples.esp32_image(app, seed)
    return signed_header(body, **{**json.loads(Header(head).manifest()), **changes}) + body


class EspBench(DownloadBench):
    """The charger is an ESP32, below whose loader is Espressif's."""

    def provision(self):
        body, head = samples.esp32_image(app_image.make(samples.payload(6000, 1)), 1, (1, 0, 0))
        self.files.write("/slots/a.mf", head)
        self.board.put("ota_0", body)
        return self.slots()["a"]

    def power_up(self, stop_reason="PowerLoss", inhibited=False):
        if not hasattr(self, "board"):
            body, _ = samples.esp32_image(app_image.make(samples.payload(6000, 1)), 1)
            self.board = Board({"ota_0": body})
            self.board.reset()
        super().power_up(stop_reason, inhibited)

    def slots(self) -> "dict[str, Any]":
        return open_slots(self.files, esp32.Partition)

    def device(self, capacity, floor):
        return samples.device(capacity, floor, "esp32", "sim_esp32")

    def restart(self):
        self.board.reset()


ESP_ATTACKS = {
    "an ESP32 image for another chip": (esp_file(2, app_image.CHIP_IDS["esp32s3"]), REFUSED),
    "an RP2's image": (SMALL, REFUSED),
    "no app image in it": (
        signed_file(
            PAYLOAD, kind="esp32", compatible=["sim_esp32"], romfs_offset=0, romfs_size=20000,
            romfs_sha256="0" * 64,
        ),
        REFUSED,
    ),
    "ROMFS outside of the payload": (esp_file(2, romfs_offset=1 << 20), REFUSED),
}  # fmt: skip


@pytest.mark.parametrize("name", ESP_ATTACKS)
@pytest.mark.parametrize("kind", KINDS)
def test_attack_on_an_ESP32(stage, kind, name):
    data, statuses = ESP_ATTACKS[name]
    with Case(stage, kind, EspBench) as case:
        before = bytes(case.bench.board.flash.cells.data)
        case.ask(data)
        case.see(statuses)
        assert bytes(case.bench.board.flash.cells.data) == before, "refused before the erase"
        good = esp_file(3)
        case.ask(good)
        case.see(INSTALLED)
        assert case.bench.runs() == digest_of(good)
        assert case.bench.charges()
