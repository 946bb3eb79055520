"""What lib/pki refuses although ``cryptography`` takes it, each with why and with a proof.

A reason that lib/pki gives counts only where it is true of the case by other means: what
``cryptography`` read, or the tree of ``derkit``. There are no differences the other way round.
"""

import re

import oracle
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from derkit import parse

import pki_maker as maker

STRICT_PEM = re.compile(
    r"\s*-----BEGIN CERTIFICATE-----"
    r"(\r?\n)?(?:[A-Za-z0-9+/](\r?\n)?)+(?:=(\r?\n)?){0,2}"
    r"-----END CERTIFICATE-----\s*"
)


def key_of(case, der):
    """The public key a case is about, or the one in a certificate."""
    if case["kind"] == "signature":
        return load_der_public_key(bytes.fromhex(case["key"]))
    return oracle.Loaded(der).public_key()


def info_of(case, der):
    """SubjectPublicKeyInfo of the same."""
    return bytes.fromhex(case["key"]) if der is None else signed_fields(der)[5].encode()


def signed_fields(der):
    """The elements of the signed part, from the serial number on."""
    return [part for part in parse(der).parts[0].parts if part.tag != 0xA0]


def of_certificate(test):
    """A test of (certificate as ``cryptography`` read it, its DER)."""
    return lambda case, der: test(oracle.Loaded(der), der)


def extension_value(der, kind):
    """The raw value of the extension with that OID."""
    for extension in signed_fields(der)[-1].parts[0].parts:
        if extension.parts[0].encode() == maker.oid(kind):
            return extension.parts[-1].content
    return None


def is_sloppy_usage(certificate, der):
    """keyUsage in other bytes than the shortest."""
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    raw = extension_value(der, "2.5.29.15")
    return usage.public_bytes() != raw or raw == b"\x03\x01\x00"


def is_other_text(certificate, der):
    """A name that is not made of single attributes of UTF-8, printable or IA5 strings."""
    names = [signed_fields(der)[at] for at in (2, 4)]
    parts = [part for name in names for part in name.parts]
    texts = [part.parts[0].parts[1] for part in parts]
    return (
        any(len(part.parts) != 1 for part in parts)
        or any(text.tag not in (0x0C, 0x13, 0x16) for text in texts)
        or any(text.tag == 0x16 and max(text.content) >= 0x80 for text in texts)
    )


def is_even(key):
    return isinstance(key, rsa.RSAPublicKey) and key.public_numbers().n % 2 == 0


def is_other_exponent(key):
    return isinstance(key, rsa.RSAPublicKey) and not 65537 <= key.public_numbers().e < 2**32


def is_unknown_key(case, der):
    """The AlgorithmIdentifier is none of the two."""
    algorithm = parse(info_of(case, der)).parts[0].encode()
    known = (maker.RsaKey().info, maker.EcKey(1).info)
    return all(algorithm != parse(info).parts[0].encode() for info in known)


def is_other_rsa_size(key):
    return isinstance(key, rsa.RSAPublicKey) and not 2048 <= key.key_size <= 4096


def is_other_point(case, der):
    return parse(info_of(case, der)).parts[1].content[:2] != b"\x00\x04"


def has_critical(certificate, der):
    try:
        oracle.check_critical(certificate)
    except oracle.Refused:
        return True
    return False


def is_ca(certificate, der):
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    return constraints.value.ca


def has_identifier(certificate, der):
    """issuerUniqueID or subjectUniqueID."""
    return any(part.tag & 0xDF in (0x81, 0x82) for part in signed_fields(der)[6:])


ALGORITHMS = (maker.ECDSA, maker.PKCS1, maker.pss())

# (what lib/pki says, how to see that it is so, why that is refused)
KNOWN = (
    (
        "two signature algorithms",
        of_certificate(
            lambda _, der: signed_fields(der)[1].encode() != parse(der).parts[1].encode()
        ),
        "RFC 5280 4.1.1.2: both must be the same; not looked at when parsing",
    ),
    (
        "its signature algorithm is not known",
        lambda case, der: parse(der).parts[1].encode() not in ALGORITHMS,
        "SHA-256 only, parameters written as RFC 4055 and 5758 say, PSS with 32 bytes of salt",
    ),
    (
        "a critical extension is unknown",
        of_certificate(has_critical),
        "refused by whoever parses, not only by whoever trusts",
    ),
    (
        "key is neither RSA nor P-256",
        is_unknown_key,
        "the kinds of keys OCPP's signatures come from, written as RFC 3279 and 5480 say",
    ),
    (
        r"RSA key has \d+ bits",
        lambda case, der: is_other_rsa_size(key_of(case, der)),
        "2048 bits at least by OCPP, 4096 at most for the time it takes",
    ),
    (
        "RSA modulus is even",
        lambda case, der: is_even(key_of(case, der)),
        "no product of two large primes",
    ),
    (
        "RSA exponent can't be",
        lambda case, der: is_other_exponent(key_of(case, der)),
        "small exponents carry every known forgery, large ones take time",
    ),
    (
        "P-256 key is no uncompressed point",
        is_other_point,
        "RFC 5480: uncompressed is what must be supported, hybrid is no form of a key",
    ),
    (
        "key usage is no list of bits",
        of_certificate(is_sloppy_usage),
        "X.690 11.2.2: no zero bits at the end; RFC 5280: at least one bit",
    ),
    (
        "integer is negative|serial number is 0 or longer than 20 bytes",
        of_certificate(lambda certificate, _: not 0 < certificate.serial_number < 2**159),
        "RFC 5280 4.1.2.2",
    ),
    (
        "larger than 4096 bytes",
        lambda case, der: len(der) > 4096,
        "what OCPP's 5500 characters of PEM can hold at most",
    ),
    (
        "not of version 3",
        of_certificate(lambda certificate, _: certificate.version != x509.Version.v3),
        "older ones can't say what they are for",
    ),
    (
        "GeneralizedTime before 2050",
        of_certificate(
            lambda _, der: any(
                time.tag == 0x18 and time.content < b"2050" for time in signed_fields(der)[3].parts
            )
        ),
        "RFC 5280 4.1.2.5",
    ),
    (
        "the signer is a CA",
        of_certificate(is_ca),
        "keys that sign certificates don't sign firmware, but for a root trusted as it is",
    ),
    (
        "trailing bytes|tag .*",
        of_certificate(has_identifier),
        "RFC 5280 4.1.2.8: unique identifiers must not be made",
    ),
    (
        "cut short",
        of_certificate(lambda _, der: signed_fields(der)[-1].encode() == b"\xa3\x02\x30\x00"),
        "RFC 5280 4.1: a list of extensions has at least one",
    ),
    (
        "bit string is not of octets",
        lambda case, der: parse(der).parts[2].content[0] != 0,
        "a signature is made of octets",
    ),
    (
        "text in a name|trailing bytes",
        of_certificate(is_other_text),
        "names are compared as bytes: one attribute a part, in a string type still in use",
    ),
    (
        "no certificate in PEM|PEM has empty lines|no base64|longer than 5500 characters",
        lambda case, der: not STRICT_PEM.fullmatch(case["text"]) or len(case["text"]) > 5500,
        "RFC 7468's strict form, one certificate and nothing else; OCPP's length",
    ),
)


def explain(case, ours):
    """The justification that holds for lib/pki's refusal ``ours``, or None."""
    text = ours.split(" ", 1)[1]
    ders = [bytes.fromhex(case["der"])] if "der" in case else [None]
    if text.startswith("root: "):
        text = text[len("root: ") :]
        ders = [bytes.fromhex(root) for root in case["roots"]]
    for said, holds, why in KNOWN:
        if re.fullmatch(said, text.split("public key: ")[-1]):
            for der in ders:
                try:
                    if holds(case, der):
                        return why
                except oracle.REFUSALS:
                    pass
    return None
