"""Who may sign firmware: good pairs and bad ones, with real keys and certificates.

The attacker's list is in `test_update_attacks.py`.
"""

import asyncio
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from firmware.ocpp16.update_statuses import SIGNED
from firmware.update_trust import Trust, check_offer
from loader.slots import FileSlot
from signers import (
    EXPIRED,
    GOOD,
    KEY,
    PAYLOAD,
    ROOT,
    RSA_GOOD,
    RSA_KEY,
    SELF,
    SERVER,
    STRANGER,
    pem,
    sign_der,
    signed_file,
)  # fmt: skip
from update_edge import Edge

REFUSED = ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
INVALID = ["Downloading", "Downloaded", "InvalidSignature"]
SIGNATURE = "InvalidFirmwareSignature"
FILE = signed_file()
HEAD = len(FILE) - len(PAYLOAD)


def edge_with(data, **trust):
    return Edge(data, trust=Trust([ROOT], **trust))


def staged(edge):
    return FileSlot(edge.files, "b").verifies()


def test_a_file_signed_by_a_known_signer():
    edge = edge_with(FILE)
    edge.ask()
    assert edge.play() == ["Downloading", "Downloaded"]
    assert staged(edge)
    assert edge.events == []


def play_signed(sign, der=GOOD, cut_at=None, **trust):
    edge = edge_with(FILE, **trust)
    edge.ask(retries=1, kind=SIGNED, request_id=7, credentials=(sign, der))
    if cut_at:
        edge.host.cut_at = cut_at
        edge.play(4)
        edge.host.cut_at = None
        edge.power_up()
    return edge, edge.play()


PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
SIGNATURES = {
    "ECDSA": (sign_der(KEY, FILE), GOOD),
    "RSA-PSS": (RSA_KEY.sign(FILE, PSS, hashes.SHA256()), RSA_GOOD),
    "PKCS1": (RSA_KEY.sign(FILE, padding.PKCS1v15(), hashes.SHA256()), RSA_GOOD),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_request_that_signs_the_whole_file(name):
    edge, told = play_signed(*SIGNATURES[name])
    assert told == ["Downloading", "Downloaded", "SignatureVerified"]
    assert staged(edge)


def test_the_whole_files_hash_survives_a_reset_within_the_download():
    edge, told = play_signed(*SIGNATURES["ECDSA"], cut_at=HEAD + 9000)
    assert edge.host.asked[-1][0] == HEAD + 8192
    assert told == ["Downloaded", "SignatureVerified"]
    assert staged(edge)


def test_AllowPkcs1Signature():
    edge, told = play_signed(*SIGNATURES["PKCS1"], allow_pkcs1=False)
    assert told == INVALID
    assert not staged(edge)


@pytest.mark.parametrize(
    "sign",
    [
        sign_der(KEY, FILE[:-1]),
        sign_der(STRANGER, FILE),
        hashlib.sha256(FILE).digest(),
        b"",
    ],
    ids=["of a byte less", "a stranger's", "the digest", "none"],
)
def test_a_request_whose_signature_is_not_the_files(sign):
    edge, told = play_signed(sign)
    assert told == INVALID
    assert [found for found, _ in edge.events] == [SIGNATURE]
    assert not staged(edge)


def test_no_root_nothing_can_be_installed():
    edge = Edge(FILE, trust=Trust([]))
    edge.ask()
    assert edge.play() == REFUSED


def test_allow_unsigned_does_not_make_a_bad_signature_good():
    edge = edge_with(signed_file(key=STRANGER), allow_unsigned=True)
    edge.ask()
    assert edge.play() == REFUSED


BAD_CERTIFICATES = {
    "signs itself": SELF,
    "expired": EXPIRED,
    "a server's": SERVER,
    "a byte less": GOOD[:-1],
    "a byte more": GOOD + b"\0",
    "none": b"",
}


@pytest.mark.parametrize("name", BAD_CERTIFICATES)
def test_an_offer_with_a_bad_certificate(name):
    edge = edge_with(FILE)
    found, reason = asyncio.run(check_offer(edge.updater, pem(BAD_CERTIFICATES[name])))
    assert found is None
    assert reason


def test_an_offer_with_a_good_certificate():
    edge = edge_with(FILE)
    assert asyncio.run(check_offer(edge.updater, pem(GOOD))) == (GOOD, "")
