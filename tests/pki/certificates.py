"""Cases of certificates, alone and below roots; and of PEM."""

import base64
import datetime
import functools
import random

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from derkit import byte_variants, parse, variants
from signatures import FastKey, rsa_key, thinned

import pki_maker as maker
from ucharge.keys import certificates as shipped

NOW_S = maker.NOW_S
UTC = datetime.timezone.utc
ROOT = FastKey(0x1111111111)
SIGNER = FastKey(0x2222222222)
STRANGER = FastKey(0x3333333333)


def signer_case(label, der, roots, now_s=NOW_S):
    return {
        "kind": "signer",
        "label": label,
        "der": der.hex(),
        "roots": [root.hex() for root in roots],
        "now_s": now_s,
    }


def parse_case(label, der):
    return {"kind": "parse", "label": label, "der": der.hex()}


def root_case(label, der, now_s=NOW_S):
    return {"kind": "root", "label": label, "der": der.hex(), "now_s": now_s}


def cases(dense):
    """All of them; ``dense`` as in ``signatures.cases``."""
    yield from by_library()
    yield from rules()
    yield from shapes(dense)
    yield from resigned(dense)
    yield from pems(dense)


# Certificates as the library, and so anyone, makes them.


def build(subject, key, issuer, issuer_key, extensions=(), **options):
    """A certificate by ``cryptography``'s builder."""

    def named(text):
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Maker ü"),
                x509.NameAttribute(NameOID.COMMON_NAME, text),
            ]
        )

    before, after = options.get("days", (-100, 1000))
    now = datetime.datetime.fromtimestamp(NOW_S, UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(options.get("serial", 0x1234567890ABCDEF1234567890ABCDEF12345678))
        .not_valid_before(options.get("not_before", now + datetime.timedelta(days=before)))
        .not_valid_after(options.get("not_after", now + datetime.timedelta(days=after)))
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    hashed = options.get("hash", hashes.SHA256())
    if isinstance(issuer_key, ed25519.Ed25519PrivateKey):
        hashed = None
    built = builder.sign(issuer_key, hashed, rsa_padding=options.get("padding"))
    return built.public_bytes(Encoding.DER)


def usage(**wanted):
    return shipped._usage(**wanted)


CA = ((x509.BasicConstraints(True, 0), True), (usage(key_cert_sign=True, crl_sign=True), True))
SIGNS = ((x509.BasicConstraints(False, None), True), (usage(digital_signature=True), True))


@functools.cache
def library_keys():
    """One key of every kind."""
    return {
        "P-256": ec.generate_private_key(ec.SECP256R1()),
        "P-384": ec.generate_private_key(ec.SECP384R1()),
        "RSA-2048": rsa_key(2048),
        "RSA-3072": rsa_key(3072),
        "RSA-4096": rsa_key(4096),
        "RSA-1024": rsa_key(1024),
        "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    }


def paddings(key):
    """(name, padding, hash) a certificate by ``key`` can have."""
    if isinstance(key, rsa.RSAPrivateKey):
        for name in ("SHA256", "SHA384", "SHA512", "SHA224"):
            yield name, None, getattr(hashes, name)()
        for salt in (20, 32, 64):
            for name in ("SHA256", "SHA384"):
                hashed = getattr(hashes, name)()
                yield f"PSS {name} {salt}", padding.PSS(padding.MGF1(hashed), salt), hashed
        mixed = padding.PSS(padding.MGF1(hashes.SHA512()), 32)
        yield "PSS with MGF1 SHA-512", mixed, hashes.SHA256()
    else:
        for name in ("SHA256", "SHA384", "SHA512", "SHA224"):
            yield name, None, getattr(hashes, name)()


def by_library():
    """Every kind of key below every other."""
    keys = library_keys()
    for issuer_name, issuer_key in keys.items():
        root = build("root", issuer_key, "root", issuer_key, CA)
        yield root_case(f"root {issuer_name}", root)
        yield parse_case(f"root {issuer_name}", root)
        both = [*CA[:1], (usage(key_cert_sign=True, digital_signature=True), True)]
        both = build("root", issuer_key, "root", issuer_key, both)
        yield signer_case(f"root {issuer_name} signs itself", both, [root, both])
        yield signer_case(f"root {issuer_name} without usage", root, [root])
        plain = build("root", issuer_key, "root", issuer_key, SIGNS)
        yield signer_case(f"self-signed {issuer_name}, trusted", plain, [plain])
        yield signer_case(f"self-signed {issuer_name}, a stranger's", plain, [root])
        yield root_case(f"self-signed signer {issuer_name}", plain)
        for name, key in keys.items():
            for how, pad, hashed in paddings(issuer_key):
                try:
                    der = build("signer", key, "root", issuer_key, SIGNS, padding=pad, hash=hashed)
                except ValueError:
                    continue  # the key is too small for that
                yield signer_case(f"{name} by {issuer_name} {how}", der, [root])
        # Root by another algorithm than SHA-256: its own signature decides nothing later.
        for how, pad, hashed in paddings(issuer_key):
            try:
                der = build("root", issuer_key, "root", issuer_key, CA, padding=pad, hash=hashed)
            except ValueError:
                continue
            yield root_case(f"root {issuer_name} {how}", der)
            signer = build("signer", keys["P-256"], "root", issuer_key, SIGNS)
            yield signer_case(f"below root {issuer_name} {how}", signer, [der])
    yield from shipped_keys()
    yield from with_extensions(keys["P-256"])


def shipped_keys():
    """As `ucharge keys` makes them."""
    keys = [shipped.make_key() for _ in range(2)]
    root = shipped.make_root(keys[0], "maker")
    signer = shipped.make_signer(keys[1], "firmware", root, keys[0])
    server = shipped.make_server(keys[1], ["localhost"], root, keys[0])
    root, signer, server = (each.public_bytes(Encoding.DER) for each in (root, signer, server))
    yield root_case("shipped root", root)
    yield signer_case("shipped signer", signer, [root])
    yield signer_case("shipped server as signer", server, [root])
    yield signer_case("shipped root as signer", root, [root])
    yield parse_case("shipped server", server)


def with_extensions(key):
    """Extensions of all sorts, critical and not."""
    root = build("root", key, "root", key, CA)
    code = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    many = x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.CODE_SIGNING]
    )
    anything = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)
    point = x509.DistributionPoint(
        [x509.UniformResourceIdentifier("http://a.example/crl")], None, None, None
    )
    others = {
        "names": x509.SubjectAlternativeName([x509.DNSName("a.example")]),
        "subject key": x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        "issuer key": x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
        "policies": x509.CertificatePolicies([policy]),
        "revocation": x509.CRLDistributionPoints([point]),
        "unknown": x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"),
        "constraints on names": x509.NameConstraints([x509.DNSName("a.example")], None),
        "no check": x509.OCSPNoCheck(),
        "path": x509.PolicyConstraints(0, None),
    }
    for critical in (False, True):
        for name, value in (
            ("code", code),
            ("server", server),
            ("many", many),
            ("anything", anything),
            *others.items(),
        ):
            der = build("signer", key, "root", key, (*SIGNS, (value, critical)))
            yield signer_case(f"signer with {name}, critical {critical}", der, [root])
            above = build("root", key, "root", key, (*CA, (value, critical)))
            yield root_case(f"root with {name}, critical {critical}", above)
            signer = build("signer", key, "root", key, SIGNS)
            yield signer_case(f"below root with {name}, critical {critical}", signer, [above])
        everything = [(value, critical) for value in others.values()]
        der = build("signer", key, "root", key, (*SIGNS, *everything))
        yield signer_case(f"signer with everything, critical {critical}", der, [root])
    for name in (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
    ):
        der = build("signer", key, "root", key, (SIGNS[0], (usage(**{name: True}), True)))
        yield signer_case(f"signer for {name}", der, [root])
        above = build("root", key, "root", key, (CA[0], (usage(**{name: True}), True)))
        yield root_case(f"root for {name}", above)
        signer = build("signer", key, "root", key, SIGNS)
        yield signer_case(f"below root for {name}", signer, [above])
    decipher = usage(digital_signature=True, key_agreement=True, decipher_only=True)
    der = build("signer", key, "root", key, ((decipher, False),))
    yield signer_case("signer with usage of two bytes", der, [root])
    for days in ((-100, -1), (1, 100), (0, 100), (-100, 0), (0, 0)):
        der = build("signer", key, "root", key, SIGNS, days=days)
        yield signer_case(f"signer of days {days}", der, [root])
        above = build("root", key, "root", key, CA, days=days)
        signer = build("signer", key, "root", key, SIGNS)
        yield signer_case(f"below root of days {days}", signer, [above])
        yield root_case(f"root of days {days}", above)
    edge = datetime.datetime.fromtimestamp(NOW_S, UTC)
    der = build("signer", key, "root", key, SIGNS, not_before=edge, not_after=edge)
    for now_s in (NOW_S - 1, NOW_S, NOW_S + 1):
        yield signer_case(f"signer of one second, {now_s - NOW_S}", der, [root], now_s)
    for year in (1950, 1951, 1970, 1999, 2000, 2001, 2024, 2049, 2050, 2051, 2100, 9999):
        for month, day in ((1, 1), (2, 28), (3, 1), (12, 31), (2, 29)):
            try:
                after = datetime.datetime(year, month, day, 23, 59, 59, tzinfo=UTC)
            except ValueError:
                continue
            before = datetime.datetime(1950, 1, 1, tzinfo=UTC)
            der = build("a", key, "b", key, (), not_before=before, not_after=after)
            yield parse_case(f"time {after}", der)
    for serial in (1, 0x7F, 0x80, 0xFF, 0x100, 2**64, 2**158, 2**159 - 1):
        yield parse_case(f"serial {serial:x}", build("a", key, "b", key, (), serial=serial))


# The same by hand, wrong in one way each.


def rules():
    """Rules between certificates, and forms the library would not write."""
    root = maker.root(ROOT)
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
    yield from versions(root)
    yield from extension_forms(root)
    yield from times(root)


def versions(root):
    """Version, serial number and what may follow the key."""
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


def extension_forms(root):
    """Values of the extensions that decide, written in every way."""
    constraints = {
        "none": b"\x30\x00",
        "CA": b"\x30\x03\x01\x01\xff",
        "false written": b"\x30\x03\x01\x01\x00",
        "true as 1": b"\x30\x03\x01\x01\x01",
        "path 0": b"\x30\x06\x01\x01\xff\x02\x01\x00",
        "path 5": b"\x30\x06\x01\x01\xff\x02\x01\x05",
        "path -1": b"\x30\x06\x01\x01\xff\x02\x01\xff",
        "path huge": b"\x30\x0f\x01\x01\xff\x02\x0a\x01" + bytes(9),
        "path, no CA": b"\x30\x03\x02\x01\x00",
        "order": b"\x30\x06\x02\x01\x00\x01\x01\xff",
        "CA twice": b"\x30\x06\x01\x01\xff\x01\x01\xff",
        "empty": b"",
        "no sequence": b"\x01\x01\xff",
        "garbage after": b"\x30\x03\x01\x01\xff\x00",
        "garbage inside": b"\x30\x05\x01\x01\xff\x05\x00",
        "long boolean": b"\x30\x04\x01\x02\xff\xff",
    }
    usages = {
        "sign": b"\x03\x02\x07\x80",
        "certificates": b"\x03\x02\x02\x04",
        "both": b"\x03\x02\x02\x84",
        "both and CRL": b"\x03\x02\x01\x86",
        "zero bits at the end": b"\x03\x02\x00\x80",
        "one zero bit at the end": b"\x03\x02\x01\x84",
        "unused bits set": b"\x03\x02\x07\xff",
        "nothing": b"\x03\x01\x00",
        "zero": b"\x03\x02\x07\x00",
        "zero byte": b"\x03\x02\x00\x00",
        "decipher": b"\x03\x03\x07\x88\x80",
        "decipher and zeros": b"\x03\x03\x00\x84\x00",
        "three bytes": b"\x03\x04\x00\x84\x00\x01",
        "unused 8": b"\x03\x02\x08\x80",
        "unused 7 of none": b"\x03\x01\x07",
        "empty": b"",
        "empty bits": b"\x03\x00",
        "octets": b"\x04\x02\x07\x80",
        "garbage after": b"\x03\x02\x07\x80\x00",
        "long length": b"\x03\x81\x02\x07\x80",
        "constructed": b"\x23\x04\x03\x02\x07\x80",
    }
    code = maker.oid("1.3.6.1.5.5.7.3.3")
    purposes = {
        "code": maker.sequence(code),
        "any": maker.sequence(maker.oid("2.5.29.37.0")),
        "none": b"\x30\x00",
        "server": maker.sequence(maker.oid("1.3.6.1.5.5.7.3.1")),
        "twice": maker.sequence(code, code),
        "nearly code": maker.sequence(maker.oid("1.3.6.1.5.5.7.3.3.1")),
        "garbage": maker.sequence(code, maker.NULL),
        "garbage after": maker.sequence(code) + b"\x00",
        "bad arcs": maker.sequence(maker.tlv(6, b"\x2b\x80\x01"), code),
        "cut arcs": maker.sequence(maker.tlv(6, b"\x2b\x81"), code),
        "no sequence": code,
    }
    for kind, values in (
        ("2.5.29.19", constraints),
        ("2.5.29.15", usages),
        ("2.5.29.37", purposes),
    ):
        for label, value in values.items():
            for critical in (False, True):
                extension = maker.extension(kind, value, critical)
                label_ = f"{kind} {label}, critical {critical}"
                usual = [maker.NO_CA, maker.DIGITAL_SIGNATURE, maker.CODE_SIGNING]
                above = [maker.CA, maker.CERT_SIGN]
                place = {"2.5.29.19": 0, "2.5.29.15": 1, "2.5.29.37": 2}[kind]
                usual[place] = extension
                above[place : place + 1] = [extension]
                der = maker.certificate(SIGNER, ROOT, extensions=usual)
                yield signer_case(label_, der, [root])
                yield parse_case(label_, der)
                der = maker.root(ROOT, extensions=above)
                yield root_case(label_, der)
                yield signer_case(f"below {label_}", maker.certificate(SIGNER, ROOT), [der])
    usual = (maker.NO_CA, maker.DIGITAL_SIGNATURE, maker.CODE_SIGNING)
    unknown = "1.2.3.4.5"
    for label, added in (
        ("unknown", maker.extension(unknown, b"anything")),
        ("unknown critical", maker.extension(unknown, b"anything", True)),
        ("unknown and empty", maker.extension(unknown, b"")),
        ("unknown twice", maker.extension(unknown, b"1") + maker.extension(unknown, b"2")),
        ("usage twice", maker.DIGITAL_SIGNATURE),
        (
            "false written",
            maker.sequence(maker.oid(unknown), b"\x01\x01\x00", maker.tlv(4, b"")),
        ),
        (
            "true as 1",
            maker.sequence(maker.oid(unknown), b"\x01\x01\x01", maker.tlv(4, b"")),
        ),
        ("no value", maker.sequence(maker.oid(unknown))),
        ("two values", maker.sequence(maker.oid(unknown), maker.tlv(4, b"") * 2)),
        ("no sequence", maker.oid(unknown)),
    ):
        der = maker.certificate(SIGNER, ROOT, extensions=(*usual, added))
        yield signer_case(f"extension {label}", der, [root])
        yield signer_case(
            f"extension {label} first",
            maker.certificate(SIGNER, ROOT, extensions=(added, *usual)),
            [root],
        )


def times(root):
    """UTCTime and GeneralizedTime in every shape."""
    start, end = maker.VALIDITY
    for tag, texts in (
        (
            0x17,
            "240101000000Z 491231235959Z 500101000000Z 991231235959Z 000229120000Z "
            "250229000000Z 240230000000Z 241301000000Z 240001000000Z 240100000000Z 240132000000Z "
            "240431000000Z 240101240000Z 240101006000Z 240101000060Z 2401010000Z 240101000000 "
            "240101000000+0000 240101000000z 240101000000Z0 24010100000Z 24-101000000Z "
            "+40101000000Z 2401010000 0Z 240101000000.5Z 20240101000000Z 240101235959Z ",
        ),
        (
            0x18,
            "20240101000000Z 20491231235959Z 20500101000000Z 99991231235959Z 21000229000000Z "
            "20960229000000Z 20500101000000.0Z 20500101000000.5Z 20500101000000 205001010000Z "
            "20500101000000+0000 500101000000Z 00000101000000Z 19500101000000Z 20501301000000Z "
            "20500101000000ZZ 2050-101000000Z ",
        ),
    ):
        for text in (*texts.split(" "), "\uff12\uff140101000000Z"):
            written = maker.tlv(tag, text.encode())
            for place, validity in (("end", (start, written)), ("start", (written, end))):
                der = maker.certificate(SIGNER, ROOT, validity=validity)
                yield parse_case(f"time {tag:x} {text} as {place}", der)
                yield signer_case(f"time {tag:x} {text} as {place}", der, [root])
                edge = 2_524_607_999  # the last second of 2049
                yield signer_case(f"time {text} as {place}, 2049", der, [root], edge)
    for label, validity in (
        ("none", ()),
        ("one", (start,)),
        ("three", (start, end, end)),
        ("turned", (end, start)),
        ("null", (start, maker.NULL)),
        ("string", (start, maker.tlv(0x0C, b"440101000000Z"))),
    ):
        der = maker.certificate(SIGNER, ROOT, validity=validity)
        yield signer_case(f"validity {label}", der, [root])
    starts_s, ends_s = 1_704_067_200, 2_335_219_200
    der = maker.certificate(SIGNER, ROOT)
    for now_s in (0, starts_s - 1, starts_s, starts_s + 1, ends_s - 1, ends_s, ends_s + 1):
        yield signer_case(f"at {now_s}", der, [root], now_s)


# Mutations


def shapes(dense):
    """Every byte and every element of whole certificates spoiled; only parsed."""
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


# PEM


def pems(dense):
    """One certificate as text."""
    der = maker.certificate(SIGNER, ROOT)
    body = base64.b64encode(der).decode()
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    good = f"{begin}\n{lines}\n{end}\n"
    one = maker.certificate(SIGNER, ROOT, serial=maker.integer(0x80))
    texts = {
        "good": good,
        "CR LF": good.replace("\n", "\r\n"),
        "no line at the end": good[:-1],
        "white space around": "\n  \t" + good + " \r\n\n",
        "one long line": f"{begin}\n{body}\n{end}",
        "lines of 76": "\n".join(
            (begin, *(body[at : at + 76] for at in range(0, len(body), 76)), end)
        ),
        "no lines": begin + body + end,
        "two": good + good,
        "text before": "Subject: x\n" + good,
        "text after": good + "x",
        "header": f"{begin}\nProc-Type: 4\n\n{lines}\n{end}\n",
        "another label": good.replace("CERTIFICATE", "X509 CERTIFICATE"),
        "labels differ": good.replace("END CERTIFICATE", "END PUBLIC KEY"),
        "four dashes": good.replace("-----", "----"),
        "empty": "",
        "nothing inside": f"{begin}\n{end}",
        "nothing but a line": f"{begin}\n\n{end}",
        "no end": good[: -len(end) - 1],
        "no begin": good[len(begin) :],
        "begin alone": begin,
        "overlap": "-----BEGIN CERTIFICATE-----END CERTIFICATE-----",
        "padding missing": f"{begin}\n{body.rstrip('=')}\n{end}",
        "padding too long": f"{begin}\n{body}=\n{end}",
        "padding much too long": f"{begin}\n{body}====\n{end}",
        "comma inside": f"{begin}\n{body[:10]},{body[10:]}\n{end}",
        "space inside": f"{begin}\n{body[:10]} {body[10:]}\n{end}",
        "URL alphabet": f"{begin}\n{body.replace('+', '-').replace('/', '_')}\n{end}",
        "zero inside": f"{begin}\n{body[:10]}\x00{body[10:]}\n{end}",
        "umlaut inside": f"{begin}\n{body[:10]}ü{body[10:]}\n{end}",
        "CR alone": good.replace("\n", "\r"),
        "escaped lines": good.replace("\n", "\\n"),
        "blank lines": good.replace("\n", "\n\n"),
        "too long": f"{begin}\n{base64.b64encode(bytes(4400)).decode()}\n{end}",
        "5500 characters": good + " " * (5500 - len(good)),
        "5501 characters": good + " " * (5501 - len(good)),
        "serial": f"{begin}\n{base64.b64encode(one).decode()}\n{end}",
    }
    # Bits that base64 leaves unused at its end.
    for size in range(3):
        padded = maker.certificate(SIGNER, ROOT, subject=maker.name("x" * size))
        text = base64.b64encode(padded).decode()
        texts[f"subject of {size}"] = f"{begin}\n{text}\n{end}"
        if text.endswith("="):
            at = text.index("=") - 1
            alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            letter = alphabet[alphabet.index(text[at]) + 1]
            texts[f"unused bits set, {size}"] = (
                f"{begin}\n{text[:at]}{letter}{text[at + 1 :]}\n{end}"
            )
    for at in thinned(range(len(good)), dense * 3):
        for letter in "\x00 \n=-*":
            texts[f"{letter!r} at {at}"] = good[:at] + letter + good[at + 1 :]
        texts[f"{at} lost"] = good[:at] + good[at + 1 :]
    for label, text in texts.items():
        yield {"kind": "pem", "label": f"pem {label}", "text": text}
