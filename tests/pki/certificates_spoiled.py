"""Every byte and every element of whole certificates spoiled."""

import random

from cases import parse_case, root_case, signer_case, thinned
from certificates_library import SIGNS, build
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import ExtendedKeyUsageOID
from derkit import byte_variants, parse, variants
from keys import ROOT, SIGNER, library_keys, rsa_key

import pki_maker as maker


def cases(dense):
    """All of them; ``dense`` >= 1: one of so many in the long series."""
    yield from shapes(dense)
    yield from names()
    yield from resigned(dense)


def shapes(dense):
    """Whole certificates, only parsed."""
    generator = random.Random(509)
    key = library_keys()["P-256"]
    many = (*SIGNS, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False))
    subjects = {
        "signer": maker.certificate(SIGNER, ROOT),
        "root": maker.root(ROOT),
        "RSA": maker.certificate(maker.RsaKey(), ROOT),
        "library": build("signer", key, "root", key, many),
        "PSS": build(
            "a",
            key,
            "b",
            rsa_key(2048),
            SIGNS,
            padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32),
        ),
    }
    for name, der in subjects.items():
        for label, spoiled in thinned(variants(der), dense):
            yield parse_case(f"{name}: {label}", spoiled)
        for label, spoiled in thinned(byte_variants(der), dense * (2 if len(der) > 600 else 1)):
            yield parse_case(f"{name}: {label}", spoiled)
    for label, der in (("empty", b""), ("null", b"\x05\x00"), ("zeros", bytes(300))):
        yield parse_case(label, der)
    for number in range(200 // dense):
        yield parse_case(f"noise {number}", b"\x30\x81\xc8" + generator.randbytes(200))


def names():
    """Names of other shapes and string types."""
    multi = maker.sequence(
        maker.tlv(
            0x31,
            maker.sequence(maker.oid("2.5.4.10"), maker.tlv(0x0C, b"b")),
            maker.sequence(maker.oid("2.5.4.3"), maker.tlv(0x0C, b"a")),
        )
    )
    ordered = maker.sequence(
        maker.tlv(
            0x31,
            maker.sequence(maker.oid("2.5.4.3"), maker.tlv(0x0C, b"a")),
            maker.sequence(maker.oid("2.5.4.10"), maker.tlv(0x0C, b"b")),
        )
    )
    for label, name in (
        ("of several parts, unordered", multi),
        ("of several parts", ordered),
        ("empty", maker.sequence()),
        ("of an empty part", maker.sequence(maker.tlv(0x31))),
        ("long", maker.name("x" * 3000)),
        ("too long", maker.name("x" * 4000)),
    ):
        yield parse_case(f"name {label}", maker.certificate(SIGNER, ROOT, subject=name))
    for tag in range(1, 31):
        for text in (
            b"",
            b"a",
            b"\xff",
            b"ab*@_",
            b"\xc3\xbc",
            b"\xed\xa0\x80",
            b"a\x00",
            b"abcd",
        ):
            attribute = maker.sequence(maker.oid("2.5.4.3"), maker.tlv(tag, text))
            name = maker.sequence(maker.tlv(0x31, attribute))
            der = maker.certificate(SIGNER, ROOT, subject=name)
            yield parse_case(f"name of tag {tag:x} {text.hex()}", der)


def resigned(dense):
    """The signed part spoiled, then signed by the root: only the rules can refuse it."""
    root = maker.root(ROOT)
    for name, der in (
        ("signer", maker.certificate(SIGNER, ROOT)),
        ("RSA", maker.certificate(maker.RsaKey(), ROOT)),
    ):
        tbs = parse(der).parts[0].encode()
        spoiled = [*variants(tbs), *byte_variants(tbs)]
        if len(tbs) > 400:
            spoiled = thinned(spoiled, 3)
        for label, altered in thinned(spoiled, dense):
            signature = maker.bits(ROOT.sign(altered))
            whole = maker.sequence(altered, maker.ECDSA, signature)
            yield signer_case(f"{name} signed again: {label}", whole, [root])
    tbs = parse(root).parts[0].encode()
    for label, altered in thinned([*variants(tbs), *byte_variants(tbs)], dense):
        whole = maker.sequence(altered, maker.ECDSA, maker.bits(ROOT.sign(altered)))
        yield root_case(f"root signed again: {label}", whole)
    good = parse(maker.certificate(SIGNER, ROOT))
    tbs, signature = good.parts[0].encode(), good.parts[2].content[1:]
    for label, altered in thinned([*variants(signature), *byte_variants(signature)], dense):
        whole = maker.sequence(tbs, maker.ECDSA, maker.bits(altered))
        yield signer_case(f"signature in it: {label}", whole, [root])
