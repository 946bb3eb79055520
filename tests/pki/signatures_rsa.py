"""RSA: signatures by PKCS#1 v1.5 and PSS, good ones and every known forgery."""

import hashlib
import random

from cases import DIGEST, EC_SCHEMES, RSA_SCHEMES, signature_case, thinned
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils
from derkit import byte_variants, variants
from keys import PRIMES, info_of, rsa_key

import pki_maker as maker


def cases(dense):
    """All of them; ``dense`` >= 1: one of so many in the long series."""
    yield from rsa_pkcs1(dense)
    yield from rsa_pss(dense)


def rsa_pkcs1(dense):
    """PKCS#1 v1.5."""
    for bits in (2048, 2056, 2049, 3072, 4096):
        key = rsa_key(bits)
        good = key.sign(DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        info = info_of(key)
        yield signature_case(f"pkcs1 {bits} good", info, good, ["RSA_PKCS1"])
        yield signature_case(f"pkcs1 {bits}, any scheme", info, good, RSA_SCHEMES + EC_SCHEMES)
        for schemes in (["RSA_PSS"], ["RSA_PSS_ANY_SALT"], EC_SCHEMES, []):
            yield signature_case(f"pkcs1 {bits} good, not allowed", info, good, schemes)
        other = hashlib.sha256(b"another file").digest()
        yield signature_case(f"pkcs1 {bits}, another file", info, good, RSA_SCHEMES, other)
        for label, sign in (
            ("zero in front", b"\x00" + good),
            ("zero behind", good + b"\x00"),
            ("empty", b""),
            ("last byte gone", good[:-1]),
            ("zero", bytes(len(good))),
            ("one", bytes(len(good) - 1) + b"\x01"),
            ("all ones", b"\xff" * len(good)),
        ):
            yield signature_case(f"pkcs1 {bits} {label}", info, sign, RSA_SCHEMES)
        modulus = key.public_key().public_numbers().n
        value = int.from_bytes(good, "big")
        for label, other in (
            ("n", modulus),
            ("n - 1", modulus - 1),
            ("n - s", modulus - value),
            ("n + s", modulus + value),
        ):
            sign = other.to_bytes(len(good) + (other >> 8 * len(good) > 0), "big")
            yield signature_case(f"pkcs1 {bits} {label}", info, sign, RSA_SCHEMES)
        for name in ("MD5", "SHA1", "SHA224", "SHA384", "SHA512"):
            algorithm = getattr(hashes, name)()
            try:
                sign = key.sign(b"update file", padding.PKCS1v15(), algorithm)
            except ValueError:
                continue
            yield signature_case(f"pkcs1 {bits} {name}", info, sign, RSA_SCHEMES)
    key = rsa_key(2048)
    info = info_of(key)
    good = key.sign(DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    for label, sign in thinned(byte_variants(good), dense * 4):
        yield signature_case(f"pkcs1 signature: {label}", info, sign, RSA_SCHEMES)
    yield from pkcs1_blocks(dense)


def pkcs1_blocks(dense):
    """Whatever a signature can open to."""
    key = maker.RsaKey()
    size = key.size
    good = maker.pkcs1_block(DIGEST, size)
    info = good[-51:]
    filler = size - 3 - len(info)
    no_null = maker.sequence(
        maker.sequence(maker.oid("2.16.840.1.101.3.4.2.1")), maker.tlv(4, DIGEST)
    )
    blocks = {
        "good": good,
        "NULL missing": maker.pkcs1_block(DIGEST, size, no_null),
        "digest alone": maker.pkcs1_block(DIGEST, size, DIGEST),
        "type 0": b"\x00\x00" + good[2:],
        "type 2": b"\x00\x02" + good[2:],
        "first byte 1": b"\x01" + good[1:],
        "filler of zeros": b"\x00\x01" + bytes(filler + 1) + info,
        "filler random": b"\x00\x01" + random.Random(1).randbytes(filler) + b"\x00" + info,
        "no zero": b"\x00\x01" + b"\xff" * (filler + 1) + info,
        "nothing": bytes(size),
        "digest turned": good[:-32] + good[:-33:-1],
    }
    for count in (0, 1, 7, 8, 9, 100, filler - 1):
        rest = size - 3 - count - len(info)
        short = b"\x00\x01" + b"\xff" * count + b"\x00" + info
        blocks[f"filler of {count}, zeros after"] = short + bytes(rest)
        blocks[f"filler of {count}, garbage after"] = short + random.Random(2).randbytes(rest)
        blocks[f"filler of {count}, zeros first"] = (bytes(rest) + short)[-size:]
        # Garbage in the places a parser may skip: parameters, and behind the digest.
        long = max(rest - 8, 1)
        garbage = maker.tlv(4, bytes(long))
        for name, altered in (
            ("parameters", (maker.sequence(maker.oid("2.16.840.1.101.3.4.2.1"), garbage),)),
            ("NULL and more", (maker.sequence(info[4:15], maker.NULL, garbage),)),
        ):
            block = maker.sequence(*altered, maker.tlv(4, DIGEST))
            block = b"\x00\x01" + b"\xff" * max(size - 3 - len(block), 0) + b"\x00" + block
            if len(block) == size:
                blocks[f"filler of {count}, garbage as {name}"] = block
    for label, spoiled in variants(info):
        blocks[f"DigestInfo: {label}"] = maker.pkcs1_block(DIGEST, size, spoiled)
    for label, spoiled in thinned(byte_variants(good, (1, 0x80)), dense * 2):
        blocks[f"block: {label}"] = spoiled
    for label, block in blocks.items():
        if len(block) == size and int.from_bytes(block, "big") < key.modulus:
            yield signature_case(f"pkcs1 {label}", key.info, key.raise_(block), ["RSA_PKCS1"])
    # Low exponents: a cube root forges where padding is parsed. Refused as a key here.
    target = b"\x00\x01\xff\x00" + info + b"\xff" * (size - 4 - len(info))
    root = round_root(int.from_bytes(target, "big"))
    low = maker.rsa_info(maker.integer(key.modulus) + maker.integer(3))
    yield signature_case("pkcs1 cube root", low, root.to_bytes(size, "big"), ["RSA_PKCS1"])


def round_root(value):
    """Whole cube root, rounded down."""
    low, high = 0, 1 << (value.bit_length() // 3 + 1)
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= value else (low, middle)
    return low


def rsa_pss(dense):
    """PSS by the library, then blocks made by hand."""
    for bits in (2048, 2049, 2050, 2055, 2056, 3072, 4096):
        key = rsa_key(bits)
        info = info_of(key)
        most = (bits - 1 + 7) // 8 - 34
        for salt in (0, 1, 20, 31, 32, 33, 48, 64, most - 1, most):
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
            good = key.sign(DIGEST, pss, utils.Prehashed(hashes.SHA256()))
            for scheme in RSA_SCHEMES:
                yield signature_case(f"pss {bits} salt {salt}", info, good, [scheme])
        pss = padding.PSS(padding.MGF1(hashes.SHA1()), 32)
        sign = key.sign(DIGEST, pss, utils.Prehashed(hashes.SHA256()))
        yield signature_case(f"pss {bits} MGF1 with SHA-1", info, sign, RSA_SCHEMES)
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        sign = key.sign(b"update file", pss, hashes.SHA384())
        yield signature_case(f"pss {bits} SHA-384", info, sign, RSA_SCHEMES)
    yield from pss_blocks(maker.RsaKey(), 2048, dense)
    yield from pss_blocks(maker.RsaKey(PRIMES[4096]), 4096, dense * 10)


def pss_blocks(key, bits, dense):
    """Blocks of which one thing is wrong."""
    blocks = {}
    most = key.size - 34
    generator = random.Random(bits)
    for size in {0, 1, 16, 31, 32, 33, 64, most, *range(2, most, 3 * dense)}:
        blocks[f"salt of {size}"] = maker.pss_block(DIGEST, bits, generator.randbytes(size))
    salt = generator.randbytes(32)
    good = maker.pss_block(DIGEST, bits, salt)
    for at in thinned(range(len(good) - 33 - 33), dense):

        def spoil(db, at=at):
            db[at] ^= generator.choice((1, 2, 0x40))

        blocks[f"data byte {at} not zero"] = maker.pss_block(DIGEST, bits, salt, spoil)
    for value in (0, 2, 3, 0x81, 0xFF):

        def mark(db, value=value):
            db[-33] = value

        blocks[f"{value} for the 1"] = maker.pss_block(DIGEST, bits, salt, mark)
    for value in (0x00, 0xBB, 0xCC, 0x3C, 0xFF):
        blocks[f"last byte {value:02x}"] = good[:-1] + bytes((value,))
    blocks["first bit set"] = bytes((good[0] | 0x80,)) + good[1:]
    blocks["another digest"] = maker.pss_block(hashlib.sha256(b"x").digest(), bits, salt)
    for label, spoiled in thinned(byte_variants(good, (1, 0x80)), dense * 3):
        blocks[f"block: {label}"] = spoiled
    for label, block in blocks.items():
        if len(block) == key.size and int.from_bytes(block, "big") < key.modulus:
            sign = key.raise_(block)
            for scheme in ("RSA_PSS", "RSA_PSS_ANY_SALT"):
                yield signature_case(f"pss {bits} {label}", key.info, sign, [scheme])
