"""Public keys of other sizes, kinds and forms, each with a signature that fits if one can."""

from cases import DIGEST, EC_SCHEMES, RSA_SCHEMES, signature_case, thinned
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from derkit import byte_variants, variants
from keys import FastKey, curve_y, info_of, rsa_key

import pki_maker as maker


def cases(dense):
    """All of them; ``dense`` >= 1: one of so many in the long series."""
    yield from rsa_keys(dense)
    yield from ec_keys(dense)


def rsa_keys(dense):
    """Keys of other sizes and shapes, with a signature that is right where one can be."""
    for bits in (1024, 2040, 2047, 4097, 4104):
        key = rsa_key(bits)
        sign = key.sign(DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        yield signature_case(f"rsa key of {bits}", info_of(key), sign, ["RSA_PKCS1"])
    for exponent in (3,):
        key = rsa.generate_private_key(exponent, 2048)
        sign = key.sign(DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        yield signature_case(f"rsa exponent {exponent}", info_of(key), sign, ["RSA_PKCS1"])
    key = maker.RsaKey()
    good = key.raise_(maker.pkcs1_block(DIGEST, key.size))
    numbers = maker.integer(key.modulus), maker.integer(key.exponent)
    for exponent in (0, 1, 2, 5, 17, 257, 65535, 65536, 65539, 2**32 - 1, 2**32 + 1, 2**64 + 1):
        info = maker.rsa_info(numbers[0] + maker.integer(exponent))
        yield signature_case(f"rsa exponent {exponent}", info, good, ["RSA_PKCS1"])
    even = maker.rsa_info(maker.integer(key.modulus - 1) + numbers[1])
    yield signature_case("rsa modulus even", even, good, ["RSA_PKCS1"])
    negative = maker.rsa_info(maker.tlv(2, maker.to_bytes(key.modulus)) + numbers[1])
    yield signature_case("rsa modulus negative", negative, good, ["RSA_PKCS1"])
    for label, info in variants(key.info):
        yield signature_case(f"rsa info: {label}", info, good, ["RSA_PKCS1"])
    inner = maker.sequence(*numbers)
    for label, spoiled in variants(inner):
        info = maker.sequence(
            maker.sequence(maker.oid("1.2.840.113549.1.1.1"), maker.NULL), maker.bits(spoiled)
        )
        yield signature_case(f"rsa numbers: {label}", info, good, ["RSA_PKCS1"])
    for label, info in thinned(byte_variants(key.info), dense * 3):
        yield signature_case(f"rsa info: {label}", info, good, ["RSA_PKCS1"])
    for kind, parameters in (
        ("1.2.840.113549.1.1.1", b""),
        ("1.2.840.113549.1.1.10", b""),
        ("1.2.840.113549.1.1.7", maker.NULL),
    ):
        info = maker.sequence(maker.sequence(maker.oid(kind), parameters), maker.bits(inner))
        yield signature_case(f"rsa key as {kind}, {len(parameters)}", info, good, RSA_SCHEMES)


def ec_keys(dense):
    """Points that are none, or in another form; with a signature by the right key."""
    key = FastKey(0xABCDEF0123456789)
    r, s = key.sign_pair(DIGEST)
    sign = maker.sequence(maker.integer(r), maker.integer(s))
    x, y = key.point
    p = maker.P
    points = {
        "compressed": bytes((2 + (y & 1),)) + x.to_bytes(32, "big"),
        "hybrid": bytes((6 + (y & 1),)) + maker.raw(x, y),
        "infinity": b"\x00",
        "infinity, long": bytes(65),
        "zero": b"\x04" + bytes(64),
        "y + 1": b"\x04" + maker.raw(x, y + 1),
        "x + 1": b"\x04" + maker.raw(x + 1, y),
        "swapped": b"\x04" + maker.raw(y, x),
        "minus": b"\x04" + maker.raw(x, p - y),
        "p": b"\x04" + maker.raw(p, y),
        "no point": b"",
        "short": b"\x04" + maker.raw(x, y)[:-1],
        "long": b"\x04" + maker.raw(x, y) + b"\x00",
    }
    # x + p still fits in 32 bytes for small x: the same point, written otherwise.
    for small in range(40):
        small_y = curve_y(small)
        if small_y is not None:
            points[f"x = {small}"] = b"\x04" + maker.raw(small, small_y)
            points[f"x = {small} + p"] = b"\x04" + maker.raw(small + p, small_y)
    # Points of low order on curves with another b.
    points["order 2 on another curve"] = b"\x04" + maker.raw(5, 0)
    points["order 2, x = 0"] = b"\x04" + maker.raw(0, 0)
    for label, encoded in points.items():
        yield signature_case(f"point {label}", maker.point_info(encoded), sign, ["ECDSA_DER"])
    for label, info in variants(key.info):
        yield signature_case(f"ec info: {label}", info, sign, ["ECDSA_DER"])
    for label, info in thinned(byte_variants(key.info), dense):
        yield signature_case(f"ec info: {label}", info, sign, ["ECDSA_DER"])
    for curve in (ec.SECP224R1(), ec.SECP256K1(), ec.SECP384R1(), ec.BrainpoolP256R1()):
        other = ec.generate_private_key(curve)
        yield signature_case(
            f"curve {curve.name}",
            info_of(other),
            other.sign(DIGEST, ec.ECDSA(utils.Prehashed(hashes.SHA256()))),
            EC_SCHEMES,
        )
    other = ed25519.Ed25519PrivateKey.generate()
    yield signature_case("Ed25519", info_of(other), other.sign(DIGEST), EC_SCHEMES + RSA_SCHEMES)
    # The named curve is a must: parameters written out could say anything.
    for parameters in (b"", maker.NULL, maker.sequence(maker.integer(1))):
        algorithm = maker.sequence(maker.oid("1.2.840.10045.2.1"), parameters)
        info = maker.sequence(algorithm, maker.bits(b"\x04" + maker.raw(x, y)))
        yield signature_case(
            f"curve as {parameters.hex() or 'nothing'}", info, sign, ["ECDSA_DER"]
        )
