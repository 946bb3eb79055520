"""RSA signatures over SHA-256: PKCS#1 v1.5 and PSS (RFC 8017), verification only.

Of PKCS#1 v1.5 nothing is parsed: the one right encoding is made and compared.
May import: ``pki.errors``, ``pki.verify``; late ``pki.der``.
"""

import hashlib

from micropython import const
from pki.errors import InvalidCertificate, InvalidSignature
from pki.verify import RSA_PKCS1, RSA_PSS, RSA_PSS_ANY_SALT

_MIN_BITS = const(2048)
_MAX_BITS = const(4096)
_MIN_EXPONENT = const(65537)
_MAX_EXPONENT = const(0xFFFFFFFF)  # each bit costs a squaring
_DIGEST_SIZE = const(32)
# DigestInfo up to the digest: SHA-256 with NULL
_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


class Key:
    """``encoded``: RSAPublicKey in DER. Raises DerError, InvalidCertificate."""

    def __init__(self, encoded):
        from pki.der import SEQUENCE, Reader

        fields = Reader(encoded).only(SEQUENCE)
        modulus = fields.natural()
        exponent = int.from_bytes(fields.natural(), "big")
        fields.close()
        bits = 8 * len(modulus)
        if bits:
            top = modulus[0]
            while top < 0x80:
                top <<= 1
                bits -= 1
        if not _MIN_BITS <= bits <= _MAX_BITS:
            raise InvalidCertificate("RSA key has %d bits" % bits)
        if not modulus[-1] & 1:
            raise InvalidCertificate("RSA modulus is even")
        if not _MIN_EXPONENT <= exponent <= _MAX_EXPONENT or not exponent & 1:
            raise InvalidCertificate("RSA exponent can't be")
        self._bits = bits
        self._size = len(modulus)
        self._modulus = int.from_bytes(modulus, "big")
        self._exponent = exponent

    def steps(self, digest, signature, schemes):
        """Generator; raises InvalidSignature unless ``signature`` over ``digest`` is right."""
        if not schemes & (RSA_PKCS1 | RSA_PSS | RSA_PSS_ANY_SALT):
            raise InvalidSignature("scheme is not for RSA keys")
        value = int.from_bytes(signature, "big")
        if len(signature) != self._size or value >= self._modulus:
            raise InvalidSignature("signature does not fit the key")
        # By squarings, though one pow() would do: on slow chips it blocks too long.
        power = value
        bit = 1 << 31
        while not bit & self._exponent:
            bit >>= 1
        while bit > 1:
            yield
            bit >>= 1
            power = pow(power, 2, self._modulus)  # leaves less garbage than power * power
            if bit & self._exponent:
                power = power * value % self._modulus
        block = power.to_bytes(self._size, "big")
        if schemes & RSA_PKCS1 and block == self._pkcs1(digest):
            return
        if schemes & (RSA_PSS | RSA_PSS_ANY_SALT):
            if self._is_pss(block, digest, None if schemes & RSA_PSS_ANY_SALT else _DIGEST_SIZE):
                return
        raise InvalidSignature("signature is wrong")

    def _pkcs1(self, digest):
        filler = self._size - 3 - len(_INFO) - _DIGEST_SIZE
        return b"\x00\x01" + b"\xff" * filler + b"\x00" + _INFO + digest

    def _is_pss(self, block, digest, salt_size):
        """EMSA-PSS-VERIFY; ``salt_size`` None: as the block says."""
        zero_bits = 8 * self._size - self._bits + 1  # of the block, at its start
        if zero_bits == 8:
            if block[0]:
                return False
            block = block[1:]
            zero_bits = 0
        split = len(block) - _DIGEST_SIZE - 1
        if block[-1] != 0xBC or block[0] >> (8 - zero_bits):
            return False
        expected = block[split:-1]
        clear = bytearray(split)
        for at in range(0, split, _DIGEST_SIZE):
            mask = hashlib.sha256(expected + (at // _DIGEST_SIZE).to_bytes(4, "big")).digest()
            for index in range(at, min(at + _DIGEST_SIZE, split)):
                clear[index] = block[index] ^ mask[index - at]
        clear[0] &= 0xFF >> zero_bits
        start = 0
        while start < split - 1 and not clear[start]:
            start += 1
        if clear[start] != 1:
            return False
        salt = clear[start + 1 :]
        if salt_size is not None and len(salt) != salt_size:
            return False
        return hashlib.sha256(b"\x00" * 8 + digest + salt).digest() == expected
