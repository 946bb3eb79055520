"""Cases of signatures and public keys: good ones of every kind, and every known forgery."""

import functools
import hashlib
import random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from derkit import byte_variants, variants

import pki_maker as maker

RSA_SCHEMES = ("RSA_PKCS1", "RSA_PSS", "RSA_PSS_ANY_SALT")
EC_SCHEMES = ("ECDSA_DER", "ECDSA_RAW")
# Two primes 2**n - k, each as (n, k), whose product has that many bits.
PRIMES = {
    1024: ((512, 569), (512, 629)),
    2040: ((1020, 537), (1020, 857)),
    2047: ((1024, 105), (1023, 361)),
    2048: ((1024, 105), (1024, 179)),
    2049: ((1025, 2673), (1024, 105)),
    2050: ((1025, 2673), (1025, 3925)),
    2055: ((1028, 497), (1027, 4959)),
    2056: ((1028, 497), (1028, 2925)),
    3072: ((1536, 3453), (1536, 4977)),
    4096: ((2048, 1557), (2048, 2543)),
    4097: ((2049, 1449), (2048, 1557)),
    4104: ((2052, 395), (2052, 3635)),
}
DIGEST = hashlib.sha256(b"update file").digest()


def case(label, key, sign, schemes, digest=DIGEST):
    """One case; ``key`` a SubjectPublicKeyInfo."""
    return {
        "kind": "signature",
        "label": label,
        "key": key.hex(),
        "digest": digest.hex(),
        "sign": sign.hex(),
        "schemes": list(schemes),
    }


def cases(dense):
    """All of them; ``dense`` >= 1: one of so many in the long series."""
    yield from rsa_pkcs1(dense)
    yield from rsa_pss(dense)
    yield from rsa_keys(dense)
    yield from ec_signatures(dense)
    yield from ec_keys(dense)


def thinned(series, dense):
    """Every ``dense``-th, but from somewhere else in each series."""
    for number, item in enumerate(series):
        if (number * 2654435761 >> 7) % dense == 0:
            yield item


@functools.cache
def rsa_key(bits):
    """One key per size, by the library under comparison; of known primes, which saves time."""
    (n, k), (m, j) = PRIMES[bits]
    p, q, e = (1 << n) - k, (1 << m) - j, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, p * q)
    ).private_key(unsafe_skip_rsa_key_validation=True)


def info_of(key):
    """SubjectPublicKeyInfo of a key of ``cryptography``."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def rsa_pkcs1(dense):
    """PKCS#1 v1.5."""
    for bits in (2048, 2056, 2049, 3072, 4096):
        key = rsa_key(bits)
        good = key.sign(DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        info = info_of(key)
        yield case(f"pkcs1 {bits} good", info, good, ["RSA_PKCS1"])
        yield case(f"pkcs1 {bits}, any scheme", info, good, RSA_SCHEMES + EC_SCHEMES)
        for schemes in (["RSA_PSS"], ["RSA_PSS_ANY_SALT"], EC_SCHEMES, []):
            yield case(f"pkcs1 {bits} good, not allowed", info, good, schemes)
        other = hashlib.sha256(b"another file").digest()
        yield case(f"pkcs1 {bits}, another file", info, good, RSA_SCHEMES, other)
        for label, sign in (
            ("zero in front", b"\x00" + good),
            ("zero behind", good + b"\x00"),
            ("empty", b""),
            ("last byte gone", good[:-1]),
            ("zero", bytes(len(good))),
            ("one", bytes(len(good) - 1) + b"\x01"),
            ("all ones", b"\xff" * len(good)),
        ):
            yield case(f"pkcs1 {bits} {label}", info, sign, RSA_SCHEMES)
        modulus = key.public_key().public_numbers().n
        value = int.from_bytes(good, "big")
        for label, other in (
            ("n", modulus),
            ("n - 1", modulus - 1),
            ("n - s", modulus - value),
            ("n + s", modulus + value),
        ):
            sign = other.to_bytes(len(good) + (other >> 8 * len(good) > 0), "big")
            yield case(f"pkcs1 {bits} {label}", info, sign, RSA_SCHEMES)
        for name in ("MD5", "SHA1", "SHA224", "SHA384", "SHA512"):
            algorithm = getattr(hashes, name)()
            try:
                sign = key.sign(b"update file", padding.PKCS1v15(), algorithm)
            except ValueError:
                continue
            yield case(f"pkcs1 {bits} {name}", info, sign, RSA_SCHEMES)
    key = rsa_key(2048)
    info = info_of(key)
    good = key.sign(DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    for label, sign in thinned(byte_variants(good), dense * 4):
        yield case(f"pkcs1 signature: {label}", info, sign, RSA_SCHEMES)
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
            yield case(f"pkcs1 {label}", key.info, key.raise_(block), ["RSA_PKCS1"])
    # Low exponents: a cube root forges where padding is parsed. Refused as a key here.
    target = b"\x00\x01\xff\x00" + info + b"\xff" * (size - 4 - len(info))
    root = round_root(int.from_bytes(target, "big"))
    low = maker.rsa_info(maker.integer(key.modulus) + maker.integer(3))
    yield case("pkcs1 cube root", low, root.to_bytes(size, "big"), ["RSA_PKCS1"])


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
                yield case(f"pss {bits} salt {salt}", info, good, [scheme])
        pss = padding.PSS(padding.MGF1(hashes.SHA1()), 32)
        sign = key.sign(DIGEST, pss, utils.Prehashed(hashes.SHA256()))
        yield case(f"pss {bits} MGF1 with SHA-1", info, sign, RSA_SCHEMES)
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        sign = key.sign(b"update file", pss, hashes.SHA384())
        yield case(f"pss {bits} SHA-384", info, sign, RSA_SCHEMES)
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
                yield case(f"pss {bits} {label}", key.info, sign, [scheme])


def rsa_keys(dense):
    """Keys of other sizes and shapes, with a signature that is right where one can be."""
    for bits in (1024, 2040, 2047, 4097, 4104):
        key = rsa_key(bits)
        sign = key.sign(DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        yield case(f"rsa key of {bits}", info_of(key), sign, ["RSA_PKCS1"])
    for exponent in (3,):
        key = rsa.generate_private_key(exponent, 2048)
        sign = key.sign(DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        yield case(f"rsa exponent {exponent}", info_of(key), sign, ["RSA_PKCS1"])
    key = maker.RsaKey()
    good = key.raise_(maker.pkcs1_block(DIGEST, key.size))
    numbers = maker.integer(key.modulus), maker.integer(key.exponent)
    for exponent in (0, 1, 2, 5, 17, 257, 65535, 65536, 65539, 2**32 - 1, 2**32 + 1, 2**64 + 1):
        info = maker.rsa_info(numbers[0] + maker.integer(exponent))
        yield case(f"rsa exponent {exponent}", info, good, ["RSA_PKCS1"])
    even = maker.rsa_info(maker.integer(key.modulus - 1) + numbers[1])
    yield case("rsa modulus even", even, good, ["RSA_PKCS1"])
    negative = maker.rsa_info(maker.tlv(2, maker.to_bytes(key.modulus)) + numbers[1])
    yield case("rsa modulus negative", negative, good, ["RSA_PKCS1"])
    for label, info in variants(key.info):
        yield case(f"rsa info: {label}", info, good, ["RSA_PKCS1"])
    inner = maker.sequence(*numbers)
    for label, spoiled in variants(inner):
        info = maker.sequence(
            maker.sequence(maker.oid("1.2.840.113549.1.1.1"), maker.NULL), maker.bits(spoiled)
        )
        yield case(f"rsa numbers: {label}", info, good, ["RSA_PKCS1"])
    for label, info in thinned(byte_variants(key.info), dense * 3):
        yield case(f"rsa info: {label}", info, good, ["RSA_PKCS1"])
    for kind, parameters in (
        ("1.2.840.113549.1.1.1", b""),
        ("1.2.840.113549.1.1.10", b""),
        ("1.2.840.113549.1.1.7", maker.NULL),
    ):
        info = maker.sequence(maker.sequence(maker.oid(kind), parameters), maker.bits(inner))
        yield case(f"rsa key as {kind}, {len(parameters)}", info, good, RSA_SCHEMES)


def ec_case(label, key, r, s, digest=DIGEST, schemes=EC_SCHEMES):
    """One pair in both forms, where both exist."""
    der = maker.sequence(maker.integer(r), maker.integer(s))
    if "ECDSA_DER" in schemes:
        yield case(label, key, der, ["ECDSA_DER"], digest)
    if r < 2**256 and s < 2**256 and "ECDSA_RAW" in schemes:
        yield case(label + ", raw", key, maker.raw(r, s), ["ECDSA_RAW"], digest)


def ec_signatures(dense):
    """ECDSA on P-256."""
    generator = random.Random(256)
    n, p = maker.N, maker.P
    # Scalars and keys at which additions meet equal, opposite or no points.
    secrets = [1, 2, 3, 4, 5, 7, 8, n - 1, n - 2, n - 3, (n + 1) // 2, 2**128, 2**255]
    secrets += [generator.randrange(1, n) for _ in range(max(3, 24 // dense))]
    digests = [bytes(32), b"\xff" * 32, n.to_bytes(32, "big"), (n - 1).to_bytes(32, "big")]
    digests += [(1).to_bytes(32, "big"), (n + 5).to_bytes(32, "big"), DIGEST]
    for number, secret in enumerate(secrets):
        key = FastKey(secret)
        for at, digest in enumerate(digests):
            nonce = (1, 2, 3, n - 1, n - 2, secret, generator.randrange(1, n))[(at + number) % 7]
            r, s = key.sign_pair(digest, nonce)
            if not s:
                continue
            label = f"ecdsa secret {number}, digest {at}"
            yield from ec_case(label, key.info, r, s, digest)
            yield from ec_case(label + ", n - s", key.info, r, n - s, digest)
            if number % 4 == at % 4:
                wrong = (s + 1) % n or 1
                yield from ec_case(label + ", s + 1", key.info, r, wrong, digest)
                yield from ec_case(label + ", r + 1", key.info, r + 1, s, digest)
                yield from ec_case(label + ", swapped", key.info, s, r, digest)
    key = FastKey(secrets[-1])
    r, s = key.sign_pair(DIGEST)
    edges = (0, 1, 2, n - 1, n, n + 1, p - 1, p, p + 1, p - n, 2**256 - 1, 2**256, n + r, n + s)
    for value in edges:
        yield from ec_case(f"ecdsa r = {value:x}", key.info, value, s)
        yield from ec_case(f"ecdsa s = {value:x}", key.info, r, value)
        yield from ec_case(f"ecdsa r = s = {value:x}", key.info, value, value)
    yield from infinity(key)
    yield from large_x(generator)
    der = maker.sequence(maker.integer(r), maker.integer(s))
    for form, sign in (("der", der), ("raw", maker.raw(r, s))):
        for schemes in (["ECDSA_DER"], ["ECDSA_RAW"], EC_SCHEMES, RSA_SCHEMES, []):
            yield case(f"ecdsa {form} as {schemes}", key.info, sign, schemes)
    for label, sign in variants(der):
        yield case(f"ecdsa der: {label}", key.info, sign, ["ECDSA_DER"])
    for label, sign in thinned(byte_variants(der), dense):
        yield case(f"ecdsa der: {label}", key.info, sign, ["ECDSA_DER"])
    for label, sign in thinned(byte_variants(maker.raw(r, s)), dense):
        yield case(f"ecdsa raw: {label}", key.info, sign, ["ECDSA_RAW"])
    # Short numbers are short in DER too.
    for nonce in range(1, 400 // dense):
        r, s = key.sign_pair(DIGEST, nonce)
        if r < 2**248 or s < 2**248 or nonce < 3:
            yield from ec_case(f"ecdsa nonce {nonce}", key.info, r, s)
    for name in ("SHA1", "SHA224", "SHA384", "SHA512"):
        sign = key.fast.sign(b"update file", ec.ECDSA(getattr(hashes, name)()))
        yield case(f"ecdsa {name}", key.info, sign, EC_SCHEMES)


def infinity(key):
    """u1 G + u2 Q is no point."""
    n = maker.N
    for r in (1, 5, maker.G[0] % n):
        # digest = -r * secret: u1 + u2 * secret = 0
        digest = (-r * key.secret % n).to_bytes(32, "big")
        for s in (1, 7, n - 1):
            yield from ec_case(f"ecdsa infinity {r % 1000} {s % 1000}", key.info, r, s, digest)


def large_x(generator):
    """The point's x is not below n: r is x - n. And r + n beyond p, which must not wrap."""
    n, p = maker.N, maker.P
    found, x = 0, n
    while found < 4:
        y = curve_y(x)
        if y is not None:
            s = generator.randrange(1, n)
            for digest in (DIGEST, bytes(32)):
                key = recovered((x, y), x - n, s, digest)
                yield from ec_case(f"ecdsa x = n + {x - n}", key, x - n, s, digest)
                yield from ec_case(f"ecdsa x = n + {x - n}, r = x", key, x, s, digest)
            found += 1
        x += 1
    # x = r + n - p is on the curve, though r + n is no coordinate
    found, x = 0, 5
    while found < 3:
        y = curve_y(x)
        r = x + p - n
        if y is not None:
            s = generator.randrange(1, n)
            key = recovered((x, y), r, s, DIGEST)
            yield from ec_case(f"ecdsa r = x + p - n, x = {x}", key, r, s)
            found += 1
        x += 1


def curve_y(x):
    """A y of that x on P-256, or None."""
    p = maker.P
    square = (
        x**3 - 3 * x + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    ) % p
    y = pow(square, (p + 1) // 4, p)
    return y if y * y % p == square else None


def recovered(point, r, s, digest):
    """SubjectPublicKeyInfo of the key for which (r, s) over ``digest`` gives ``point``."""
    n = maker.N
    value = int.from_bytes(digest, "big")
    q = maker.add(
        maker.multiply(s % n, point), maker.multiply(-value % n, maker.G) if value % n else None
    )
    q = maker.multiply(pow(r, -1, n), q)
    return maker.point_info(b"\x04" + maker.raw(*(q or maker.G)))


class FastKey(maker.EcKey):
    """The same key, the library under comparison doing the arithmetic."""

    def __init__(self, secret):
        super().__init__(secret)
        self.fast = ec.derive_private_key(secret, ec.SECP256R1())

    def sign_pair(self, digest, nonce=0x7654321):
        point = ec.derive_private_key(nonce, ec.SECP256R1()).public_key().public_numbers()
        r = point.x % maker.N
        value = int.from_bytes(digest, "big") + r * self.secret
        return r, value * pow(nonce, -1, maker.N) % maker.N

    def sign(self, data):
        return self.fast.sign(data, ec.ECDSA(hashes.SHA256()))


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
        yield case(f"point {label}", maker.point_info(encoded), sign, ["ECDSA_DER"])
    for label, info in variants(key.info):
        yield case(f"ec info: {label}", info, sign, ["ECDSA_DER"])
    for label, info in thinned(byte_variants(key.info), dense):
        yield case(f"ec info: {label}", info, sign, ["ECDSA_DER"])
    for curve in (ec.SECP224R1(), ec.SECP256K1(), ec.SECP384R1(), ec.BrainpoolP256R1()):
        other = ec.generate_private_key(curve)
        yield case(
            f"curve {curve.name}",
            info_of(other),
            other.sign(DIGEST, ec.ECDSA(utils.Prehashed(hashes.SHA256()))),
            EC_SCHEMES,
        )
    other = ed25519.Ed25519PrivateKey.generate()
    yield case("Ed25519", info_of(other), other.sign(DIGEST), EC_SCHEMES + RSA_SCHEMES)
    # The named curve is a must: parameters written out could say anything.
    for parameters in (b"", maker.NULL, maker.sequence(maker.integer(1))):
        algorithm = maker.sequence(maker.oid("1.2.840.10045.2.1"), parameters)
        info = maker.sequence(algorithm, maker.bits(b"\x04" + maker.raw(x, y)))
        yield case(f"curve as {parameters.hex() or 'nothing'}", info, sign, ["ECDSA_DER"])
