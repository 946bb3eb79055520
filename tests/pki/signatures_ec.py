"""ECDSA on P-256: good signatures, the edges of its arithmetic, and forgeries."""

import random

from cases import DIGEST, EC_SCHEMES, RSA_SCHEMES, signature_case, thinned
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from derkit import byte_variants, variants
from keys import FastKey, curve_y

import pki_maker as maker


def cases(dense):
    """All of them; ``dense`` >= 1: one of so many in the long series."""
    yield from ec_signatures(dense)


def ec_case(label, key, r, s, digest=DIGEST, schemes=EC_SCHEMES):
    """One pair in both forms, where both exist."""
    der = maker.sequence(maker.integer(r), maker.integer(s))
    if "ECDSA_DER" in schemes:
        yield signature_case(label, key, der, ["ECDSA_DER"], digest)
    if r < 2**256 and s < 2**256 and "ECDSA_RAW" in schemes:
        yield signature_case(label + ", raw", key, maker.raw(r, s), ["ECDSA_RAW"], digest)


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
            yield signature_case(f"ecdsa {form} as {schemes}", key.info, sign, schemes)
    for label, sign in variants(der):
        yield signature_case(f"ecdsa der: {label}", key.info, sign, ["ECDSA_DER"])
    for label, sign in thinned(byte_variants(der), dense):
        yield signature_case(f"ecdsa der: {label}", key.info, sign, ["ECDSA_DER"])
    for label, sign in thinned(byte_variants(maker.raw(r, s)), dense):
        yield signature_case(f"ecdsa raw: {label}", key.info, sign, ["ECDSA_RAW"])
    # Short numbers are short in DER too.
    for nonce in range(1, 400 // dense):
        r, s = key.sign_pair(DIGEST, nonce)
        if r < 2**248 or s < 2**248 or nonce < 3:
            yield from ec_case(f"ecdsa nonce {nonce}", key.info, r, s)
    for name in ("SHA1", "SHA224", "SHA384", "SHA512"):
        sign = key.fast.sign(b"update file", ec.ECDSA(getattr(hashes, name)()))
        yield signature_case(f"ecdsa {name}", key.info, sign, EC_SCHEMES)


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


def recovered(point, r, s, digest):
    """SubjectPublicKeyInfo of the key for which (r, s) over ``digest`` gives ``point``."""
    n = maker.N
    value = int.from_bytes(digest, "big")
    q = maker.add(
        maker.multiply(s % n, point), maker.multiply(-value % n, maker.G) if value % n else None
    )
    q = maker.multiply(pow(r, -1, n), q)
    return maker.point_info(b"\x04" + maker.raw(*(q or maker.G)))
