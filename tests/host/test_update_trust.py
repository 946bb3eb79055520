"""Who may sign firmware: good pairs and an attacker's list, with real keys and certificates."""

import asyncio
import base64
import datetime
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import samples
import update_edge
from firmware.ocpp16.update_statuses import SIGNED
from firmware.update_trust import Trust, check_offer
from loader.header import Header
from loader.slots import FileSlot
from update_edge import NOW_S, Edge

pytest.importorskip("pki.trust", reason="lib/pki comes with the certificates' part")

PAYLOAD = samples.payload(20000, 3)
OTHER = samples.payload(20000, 4)
NOW = datetime.datetime.fromtimestamp(NOW_S, datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
REFUSED = ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
INVALID = ["Downloading", "Downloaded", "InvalidSignature"]


def certificate(name, key, issuer, issuer_key, is_ca=False, end=NOW + DAY, purpose=None):
    """A certificate as DER; ``purpose``: None means signing firmware."""

    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder(named(issuer), named(name), key.public_key(), 7, NOW - DAY, end)
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(not is_ca, False, False, False, False, is_ca, False, False, False),
            critical=True,
        )
    )
    if not is_ca:
        usage = x509.ExtendedKeyUsage([purpose or ExtendedKeyUsageOID.CODE_SIGNING])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(Encoding.DER)


def raw(key, data):
    """P-256 r || s, as update files have it."""
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


ROOT_KEY, KEY, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
RSA_KEY = rsa.generate_private_key(65537, 2048)
ROOT = certificate("root", ROOT_KEY, "root", ROOT_KEY, is_ca=True)
GOOD = certificate("signer", KEY, "root", ROOT_KEY)
RSA_GOOD = certificate("rsa signer", RSA_KEY, "root", ROOT_KEY)
SELF = certificate("root", STRANGER, "root", STRANGER)
EXPIRED = certificate("signer", KEY, "root", ROOT_KEY, end=NOW - DAY / 2)
SERVER = certificate("signer", KEY, "root", ROOT_KEY, purpose=ExtendedKeyUsageOID.SERVER_AUTH)


def signed_file(payload=PAYLOAD, der=GOOD, key=KEY, **manifest):
    """An update file that brings ``der`` and a signature by ``key``."""
    blank = samples.header(payload, der, bytes(64), **manifest)
    sign = raw(key, blank[: len(blank) - 68])
    return samples.header(payload, der, sign, **manifest) + payload


FILE = signed_file()


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


HEAD = len(FILE) - len(PAYLOAD)
CERTIFICATE, SIGNATURE = "InvalidFirmwareSigningCertificate", "InvalidFirmwareSignature"
ATTACKS = {
    "unsigned": (samples.update_file(PAYLOAD), SIGNATURE),
    "self-signed by a stranger": (signed_file(der=SELF, key=STRANGER), CERTIFICATE),
    "expired certificate": (signed_file(der=EXPIRED), CERTIFICATE),
    "wrong usage": (signed_file(der=SERVER), CERTIFICATE),
    "right certificate, wrong key": (signed_file(key=STRANGER), SIGNATURE),
    "root as signer": (signed_file(der=ROOT, key=ROOT_KEY), CERTIFICATE),
    "signature of another file": (
        samples.header(OTHER, GOOD, FILE[HEAD - 68 : HEAD - 4]) + OTHER, SIGNATURE,
    ),
    "manifest swapped": (
        samples.header(PAYLOAD, GOOD, FILE[HEAD - 68 : HEAD - 4], version=[9, 0, 0]) + PAYLOAD,
        SIGNATURE,
    ),
    "payload swapped": (FILE[:HEAD] + OTHER, None),
    "old image below the floor": (signed_file(version=[0, 9, 0], floor=[0, 9, 0]), None),
    "another board's": (signed_file(compatible=["toaster"]), None),
    "absurd lengths": (FILE[:6] + b"\xff\xff\xff\xff" + FILE[10:], None),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("kind", ["plain", "signed"])
def test_attack(name, kind):
    data, event = ATTACKS[name]
    edge = edge_with(data)
    device = samples.device(floor=(1, 0, 0))
    edge.updater.device = lambda capacity, floor: device
    if kind == "plain":
        edge.ask()
        expected = REFUSED
    else:  # whoever asks signs the very file: the file's own signature still decides
        sign = KEY.sign(data, ec.ECDSA(hashes.SHA256()))
        edge.ask(kind=SIGNED, request_id=7, credentials=(sign, GOOD))
        last = "InvalidSignature" if event else "InstallVerificationFailed"
        expected = ["Downloading", "Downloaded", last]
    assert edge.play() == expected
    assert [found for found, _ in edge.events] == ([event] if event else [])
    assert not staged(edge)
    if event:
        assert edge.files.size("/slots/b.rom") is None, "refused before the erase"


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
    "ECDSA": (KEY.sign(FILE, ec.ECDSA(hashes.SHA256())), GOOD),
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
        KEY.sign(FILE[:-1], ec.ECDSA(hashes.SHA256())),
        STRANGER.sign(FILE, ec.ECDSA(hashes.SHA256())),
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
    edge = edge_with(ATTACKS["right certificate, wrong key"][0], allow_unsigned=True)
    edge.ask()
    assert edge.play() == REFUSED


def pem(der):
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


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
    assert Header(FILE[:HEAD]).digest == hashlib.sha256(PAYLOAD).digest()
    assert update_edge.NOW_S == NOW_S
