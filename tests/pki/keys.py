"""Keys the cases are made with, by the library under comparison where that is faster."""

import functools

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import pki_maker as maker

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


ROOT = FastKey(0x1111111111)
SIGNER = FastKey(0x2222222222)
STRANGER = FastKey(0x3333333333)


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


def curve_y(x):
    """A y of that x on P-256, or None."""
    p = maker.P
    square = (
        x**3 - 3 * x + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    ) % p
    y = pow(square, (p + 1) // 4, p)
    return y if y * y % p == square else None
