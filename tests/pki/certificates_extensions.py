"""What a certificate is for: extensions of all sorts, and theirs written in every way."""

from cases import parse_case, root_case, signer_case
from certificates_library import CA, SIGNS, build, usage
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from keys import ROOT, SIGNER, library_keys

import pki_maker as maker


def cases(dense):
    """All of them, however ``dense``."""
    key = library_keys()["P-256"]
    yield from by_library(key)
    yield from usages(key)
    root = maker.root(ROOT)
    yield from deciding(root)
    yield from others(root)


def by_library(key):
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


def usages(key):
    """Each bit of keyUsage alone, of the signer and of the root."""
    root = build("root", key, "root", key, CA)
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


def deciding(root):
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


def others(root):
    """Extensions beside those, and such that are none."""
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
