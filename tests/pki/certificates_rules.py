"""By hand: the rules between a certificate and its issuer, broken in one way each."""

from cases import parse_case, root_case, signer_case
from certificates_library import build
from keys import ROOT, SIGNER, STRANGER, library_keys

import pki_maker as maker


def cases(dense):
    """All of them, however ``dense``."""
    root = maker.root(ROOT)
    yield from issuers(root)
    yield from algorithms(root)
    yield from versions(root)
    yield from serials(root)
    yield from tails(root)


def issuers(root):
    """Whose root it is, and by which name."""
    signer = maker.certificate(SIGNER, ROOT)
    stranger = maker.root(STRANGER)
    yield signer_case("good", signer, [root])
    yield root_case("good root", root)
    yield signer_case("no roots", signer, [])
    yield signer_case("second root", signer, [stranger, root])
    yield signer_case("two keys of one name", signer, [maker.root(STRANGER), root, root])
    yield signer_case("broken root beside", signer, [b"", b"\x30\x00", root[:-1], root])
    yield signer_case("only a broken root", signer, [root[:-1]])
    yield signer_case("another's root", signer, [stranger])
    yield signer_case("by another key", maker.certificate(SIGNER, STRANGER), [root])
    yield signer_case("signs itself", maker.certificate(SIGNER), [root])
    named = maker.certificate(SIGNER, ROOT, issuer=maker.name("Root"))
    yield signer_case("another case in the name", named, [root])
    printable = maker.sequence(
        maker.tlv(0x31, maker.sequence(maker.oid("2.5.4.3"), maker.tlv(0x13, b"root")))
    )
    yield signer_case(
        "another string type", maker.certificate(SIGNER, ROOT, issuer=printable), [root]
    )
    below = maker.certificate(SIGNER, ROOT, issuer=maker.name("middle"))
    middle = maker.certificate(ROOT, STRANGER, subject=maker.name("middle"))
    yield signer_case("an intermediate", below, [middle, stranger])
    yield root_case("an intermediate", middle)


def algorithms(root):
    """What the certificate says it was signed by."""
    wrong = maker.root(ROOT, algorithm=maker.PKCS1)
    yield root_case("algorithm of another key", wrong)
    for kind, algorithm in (
        ("ecdsa-with-SHA1", maker.sequence(maker.oid("1.2.840.10045.4.1"))),
        ("ecdsa-with-SHA384", maker.sequence(maker.oid("1.2.840.10045.4.3.3"))),
        ("ecdsa with NULL", maker.sequence(maker.oid("1.2.840.10045.4.3.2"), maker.NULL)),
        ("RSA for ECDSA", maker.PKCS1),
        ("PSS for ECDSA", maker.pss()),
        ("md5WithRSA", maker.sequence(maker.oid("1.2.840.113549.1.1.4"), maker.NULL)),
        ("unknown", maker.sequence(maker.oid("1.2.3.4"))),
    ):
        der = maker.certificate(SIGNER, ROOT, algorithm=algorithm)
        yield signer_case(f"algorithm {kind}", der, [root])
        der = maker.certificate(SIGNER, ROOT, inner_algorithm=algorithm)
        yield signer_case(f"algorithm {kind} inside only", der, [root])
        der = maker.certificate(SIGNER, ROOT, algorithm=algorithm, inner_algorithm=maker.ECDSA)
        yield signer_case(f"algorithm {kind} outside only", der, [root])
    rsa_root_key = maker.RsaKey()
    rsa_root = maker.root(rsa_root_key)
    for kind, algorithm in (
        ("RSA", maker.PKCS1),
        ("RSA without NULL", maker.sequence(maker.oid("1.2.840.113549.1.1.11"))),
        ("RSA with SHA-1", maker.sequence(maker.oid("1.2.840.113549.1.1.5"), maker.NULL)),
        ("RSA with MD5", maker.sequence(maker.oid("1.2.840.113549.1.1.4"), maker.NULL)),
        ("RSA with SHA-384", maker.sequence(maker.oid("1.2.840.113549.1.1.12"), maker.NULL)),
        ("PSS", maker.pss()),
        ("PSS, salt 20", maker.pss(20)),
        ("PSS by default", maker.sequence(maker.oid("1.2.840.113549.1.1.10"), maker.sequence())),
        ("ECDSA", maker.ECDSA),
    ):
        der = maker.certificate(SIGNER, rsa_root_key, algorithm=algorithm)
        yield signer_case(f"{kind} on PKCS#1 v1.5", der, [rsa_root])


def versions(root):
    """Other versions than 3."""
    for label, version in (
        ("absent", b""),
        ("1", maker.tlv(0xA0, b"\x02\x01\x00")),
        ("2", maker.tlv(0xA0, b"\x02\x01\x01")),
        ("4", maker.tlv(0xA0, b"\x02\x01\x03")),
        ("-1", maker.tlv(0xA0, b"\x02\x01\xff")),
        ("3 with zeros", maker.tlv(0xA0, b"\x02\x02\x00\x02")),
        ("3 without a tag", b"\x02\x01\x02"),
        ("3 twice", maker.VERSION_3 * 2),
    ):
        for extensions in ((maker.NO_CA, maker.DIGITAL_SIGNATURE), None):
            changes = {"version": version, "extensions": extensions}
            der = maker.certificate(SIGNER, ROOT, **changes)
            label = f"version {label}, extensions {extensions is not None}"
            yield parse_case(label, der)
            yield signer_case(label, der, [root])


def serials(root):
    """Serial numbers."""
    key = library_keys()["P-256"]
    for serial in (1, 0x7F, 0x80, 0xFF, 0x100, 2**64, 2**158, 2**159 - 1):
        yield parse_case(f"serial {serial:x}", build("a", key, "b", key, (), serial=serial))
    for label, content in (
        ("0", b"\x00"),
        ("negative", b"\x80"),
        ("-1", b"\xff"),
        ("leading zero", b"\x00\x01"),
        ("leading ff", b"\xff\x80"),
        ("empty", b""),
        ("20 bytes", b"\x7f" + b"\xff" * 19),
        ("21 bytes with sign", b"\x00" + b"\xff" * 20),
        ("21 bytes", b"\x01" + b"\xff" * 20),
        ("huge", b"\x01" * 500),
    ):
        der = maker.certificate(SIGNER, ROOT, serial=maker.tlv(2, content))
        yield parse_case(f"serial {label}", der)
        yield signer_case(f"serial {label}", der, [root])


def tails(root):
    """What may follow the key."""
    identifier = b"\x00\x01\x02"
    for label, tail in (
        ("identifier", maker.tlv(0x82, identifier)),
        ("extensions again", maker.tlv(0xA3, maker.sequence(maker.NO_CA))),
        ("null", maker.NULL),
    ):
        der = maker.certificate(SIGNER, ROOT, tail=tail)
        yield signer_case(f"{label} behind the extensions", der, [root])
    for extensions in (None, ()):
        label = f"extensions {extensions}"
        yield signer_case(label, maker.certificate(SIGNER, ROOT, extensions=extensions), [root])
        yield root_case(label, maker.root(ROOT, extensions=extensions))
    plain = maker.certificate(SIGNER, ROOT, extensions=None, tail=maker.tlv(0x81, identifier))
    yield parse_case("issuer's identifier", plain)
