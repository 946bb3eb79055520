"""Makes keys, signatures and certificates of any shape, wrong ones too, in plain Python.

For tests on both interpreters: nothing here is secret, fast or careful.
"""

import hashlib

import pki

pki.begin()  # what the tests have imported must not be dropped by a test

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


# DER


def tlv(tag, *parts):
    """One element with a minimal length."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    count = 1 if size < 0x100 else 2
    return bytes((tag, 0x80 | count)) + size.to_bytes(count, "big") + content


def sequence(*parts):
    return tlv(0x30, *parts)


def to_bytes(value):
    """Big-endian bytes of a natural number, without leading zeros."""
    size = 0
    while value >> (8 * size):
        size += 1
    return value.to_bytes(size, "big")


def integer(value):
    """INTEGER of a natural number."""
    content = to_bytes(value)
    return tlv(2, content if content and content[0] < 0x80 else b"\x00" + content)


def bits(content, unused=0):
    return tlv(3, bytes((unused,)), content)


def oid(text):
    arcs = [int(arc) for arc in text.split(".")]
    content = b""
    for arc in [40 * arcs[0] + arcs[1]] + arcs[2:]:
        part = bytes((arc & 0x7F,))
        while arc >> 7:
            arc >>= 7
            part = bytes((0x80 | arc & 0x7F,)) + part
        content += part
    return tlv(6, content)


NULL = b"\x05\x00"
TRUE = b"\x01\x01\xff"
_SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL)
_MGF1 = sequence(oid("1.2.840.113549.1.1.8"), _SHA256)
ECDSA = sequence(oid("1.2.840.10045.4.3.2"))
PKCS1 = sequence(oid("1.2.840.113549.1.1.11"), NULL)


def pss(salt_size=32):
    """AlgorithmIdentifier of RSASSA-PSS."""
    fields = sequence(tlv(0xA0, _SHA256), tlv(0xA1, _MGF1), tlv(0xA2, integer(salt_size)))
    return sequence(oid("1.2.840.113549.1.1.10"), fields)


# Keys


def inverse(value, modulus):
    return pow(value, modulus - 2, modulus)


def add(one, other):
    """Sum of two points of P-256; None is infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = 3 * (one[0] * one[0] - 1) * inverse(2 * one[1], P)
    else:
        slope = (other[1] - one[1]) * inverse((other[0] - one[0]) % P, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def multiply(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def raw(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def point_info(encoded):
    """SubjectPublicKeyInfo of an encoded point of P-256."""
    curve = sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"))
    return sequence(curve, bits(encoded))


class EcKey:
    """A P-256 key with the private number ``secret``, which is below the curve's order."""

    algorithm = ECDSA

    def __init__(self, secret=0x1234567):
        self.secret = secret
        self.point = multiply(secret, G) or G
        self.info = point_info(b"\x04" + raw(*self.point))

    def sign_pair(self, digest, nonce=0x7654321):
        """(r, s) over ``digest`` (bytes)."""
        r = (multiply(nonce, G) or G)[0] % N
        value = int.from_bytes(digest, "big") + r * self.secret
        return r, value * inverse(nonce, N) % N

    def sign(self, data):
        """The signature over ``data`` as certificates carry it."""
        r, s = self.sign_pair(hashlib.sha256(data).digest())
        return sequence(integer(r), integer(s))


class RsaKey:
    """A key of 2048 bits of two known primes, each given as (n, k): 2**n - k."""

    algorithm = PKCS1

    def __init__(self, primes=((1024, 105), (1024, 179))):
        p, q = [(1 << exponent) - offset for exponent, offset in primes]
        self.modulus = p * q
        self.size = len(to_bytes(self.modulus))
        self.exponent = 65537
        # 65537 is prime, so this is its inverse modulo phi.
        phi = (p - 1) * (q - 1)
        secret = (1 + phi * (-pow(phi, 65535, 65537) % 65537)) // 65537
        self._parts = p, q, secret % (p - 1), secret % (q - 1), inverse(q, p)
        self.info = rsa_info(integer(self.modulus) + integer(self.exponent))

    def raise_(self, block):
        """The signature that opens to ``block``."""
        p, q, secret_p, secret_q, q_inverse = self._parts
        value = int.from_bytes(block, "big")
        below_p, below_q = pow(value, secret_p, p), pow(value, secret_q, q)
        value = below_q + (below_p - below_q) * q_inverse % p * q
        return value.to_bytes(self.size, "big")

    def sign(self, data):
        """PKCS#1 v1.5 over ``data``."""
        return self.raise_(pkcs1_block(hashlib.sha256(data).digest(), self.size))


def rsa_info(numbers):
    """SubjectPublicKeyInfo of an RSA key of ``numbers`` (two integers in DER)."""
    return sequence(sequence(oid("1.2.840.113549.1.1.1"), NULL), bits(sequence(numbers)))


def pkcs1_block(digest, size, info=None):
    """EMSA-PKCS1-v1_5 of a SHA-256 digest."""
    info = info or sequence(_SHA256, tlv(4, digest))
    return b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info


def pss_block(digest, bits, salt, spoil=None):
    """EMSA-PSS of a SHA-256 digest for a modulus of ``bits``; ``spoil(db)`` may change the
    data block (a bytearray) before it is masked."""
    size = (bits + 6) // 8
    hashed = hashlib.sha256(b"\x00" * 8 + digest + salt).digest()
    db = bytearray(size - 33)
    db[-len(salt) - 1] = 1
    if salt:
        db[-len(salt) :] = salt
    if spoil:
        spoil(db)
    mask = b""
    while len(mask) < len(db):
        mask += hashlib.sha256(hashed + (len(mask) // 32).to_bytes(4, "big")).digest()
    masked = bytearray(one ^ other for one, other in zip(db, mask))
    masked[0] &= 0xFF >> (8 * size - bits + 1)
    block = bytes(masked) + hashed + b"\xbc"
    return block if len(block) == (bits + 7) // 8 else b"\x00" + block


# Certificates


def name(text):
    attribute = sequence(oid("2.5.4.3"), tlv(0x0C, text.encode()))
    return sequence(tlv(0x31, attribute))


def extension(kind, value, critical=False):
    return sequence(oid(kind), TRUE if critical else b"", tlv(4, value))


CA = extension("2.5.29.19", sequence(TRUE), True)
NO_CA = extension("2.5.29.19", sequence(), True)
CERT_SIGN = extension("2.5.29.15", bits(b"\x04", 2), True)
DIGITAL_SIGNATURE = extension("2.5.29.15", bits(b"\x80", 7), True)
CODE_SIGNING = extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.3")))
SERVER_AUTH = extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1")))
VERSION_3 = tlv(0xA0, b"\x02\x01\x02")
VALIDITY = (tlv(0x17, b"240101000000Z"), tlv(0x17, b"440101000000Z"))
NOW_S = 1_800_000_000


def certificate(key, issuer_key=None, **changes):
    """A signer's certificate by ``issuer_key``, or one that ``key`` signs itself.

    changes: fields in DER (version, serial, algorithm, inner_algorithm, issuer, validity,
    subject, info, extensions (a sequence of them), tail: what follows in the signed part).
    """

    def field(what, otherwise):
        return changes.pop(what, otherwise)

    signing = issuer_key or key
    algorithm = field("algorithm", signing.algorithm)
    usual = (NO_CA, DIGITAL_SIGNATURE, CODE_SIGNING)
    extensions = field("extensions", usual)
    tbs = sequence(
        field("version", VERSION_3),
        field("serial", integer(0x1234)),
        field("inner_algorithm", algorithm),
        field("issuer", name("root")),
        sequence(*field("validity", VALIDITY)),
        field("subject", name("signer")),
        field("info", key.info),
        tlv(0xA3, sequence(*extensions)) if extensions is not None else b"",
        field("tail", b""),
    )
    if changes:
        raise ValueError("no such field: %s" % ", ".join(changes))
    return sequence(tbs, algorithm, bits(signing.sign(tbs)))


def root(key, **changes):
    """A self-signed CA of ``key``."""
    changes.setdefault("subject", name("root"))
    changes.setdefault("extensions", (CA, CERT_SIGN))
    return certificate(key, **changes)
