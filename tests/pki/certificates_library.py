"""Certificates as the library, and so anyone, makes them: every key below every other."""

import datetime

from cases import NOW_S, parse_case, root_case, signer_case
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from keys import library_keys

from ucharge.keys import certificates as shipped

UTC = datetime.timezone.utc


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


def cases(dense):
    """All of them, however ``dense``."""
    yield from by_library()
    yield from shipped_keys()


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
