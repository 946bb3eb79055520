"""ECDSA on P-256 over SHA-256 (FIPS 186-5), verification only: no secret is in here.

u1 G + u2 Q is computed in one go: doublings in Jacobian coordinates, and where one of the
scalars' non-adjacent forms has a digit +1 or -1, a mixed addition of a point as it is given. No
table, no inversion modulo p.
May import: ``pki.errors``, ``pki.verify``; late ``pki.der``.
"""

from pki.errors import DerError, InvalidCertificate, InvalidSignature
from pki.verify import ECDSA_DER, ECDSA_RAW

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_GX = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
_GY = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5


class Key:
    """``encoded``: an uncompressed point, 65 bytes. Raises InvalidCertificate."""

    def __init__(self, encoded):
        if len(encoded) != 65 or encoded[0] != 4:
            raise InvalidCertificate("P-256 key is no uncompressed point")
        x = int.from_bytes(encoded[1:33], "big")
        y = int.from_bytes(encoded[33:], "big")
        if x >= P or y >= P or (y * y - x * x * x + 3 * x - _B) % P:
            raise InvalidCertificate("P-256 key is not on the curve")
        self._x = x
        self._y = y

    def steps(self, digest, signature, schemes):
        """Generator; raises InvalidSignature unless ``signature`` over ``digest`` is right."""
        if schemes & ECDSA_RAW and len(signature) == 64:
            r, s = signature[:32], signature[32:]
        elif schemes & ECDSA_DER:
            r, s = _split(signature)
        else:
            raise InvalidSignature("scheme is not for P-256 keys")
        r = int.from_bytes(r, "big")
        s = int.from_bytes(s, "big")
        if not 0 < r < N or not 0 < s < N:
            raise InvalidSignature("r or s is out of range")
        inverse = 1
        for at in range(224, -1, -32):  # s ** (N - 2), in pieces for slow chips
            inverse = pow(inverse, 1 << 32, N)
            inverse = inverse * pow(s, (N - 2) >> at & 0xFFFFFFFF, N) % N
            yield
        g_up, g_down = _digits(int.from_bytes(digest, "big") * inverse % N)
        q_up, q_down = _digits(r * inverse % N)
        x = y = 1
        z = 0
        for at in range(257):
            x, y, z = _double(x, y, z)
            if g_up[at] != g_down[at]:
                x, y, z = _add(x, y, z, _GX, _GY if g_up[at] else P - _GY)
            if q_up[at] != q_down[at]:
                x, y, z = _add(x, y, z, self._x, self._y if q_up[at] else P - self._y)
            yield
        # The point's x is X / Z^2, to be r or r + N (both below P) modulo N.
        z = z * z % P
        if not z or ((x - r * z) % P and (r + N >= P or (x - (r + N) * z) % P)):
            raise InvalidSignature("signature is wrong")


def _split(signature):
    """r and s of the DER form, as bytes."""
    from pki.der import SEQUENCE, Reader

    try:
        fields = Reader(bytes(signature)).only(SEQUENCE)
        r = fields.natural()
        s = fields.natural()
        fields.close()
        return r, s
    except DerError as error:
        raise InvalidSignature("signature: " + error.reason)


def _digits(scalar):
    """Non-adjacent form: (bits of +1, bits of -1), most significant first, where both: 0."""
    up = 3 * scalar
    return _bits(up), _bits(scalar)


def _bits(value):
    """Bits 257 to 1 of ``value`` as bytes of 0 and 1."""
    bits = bytearray(257)
    for at in range(256, -1, -1):
        value >>= 1
        bits[at] = value & 1
    return bits


def _double(x, y, z):
    """Twice the point. Infinity is z = 0."""
    delta = z * z % P
    gamma = y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    new_x = (alpha * alpha - 8 * beta) % P
    return new_x, (alpha * (4 * beta - new_x) - 8 * gamma * gamma) % P, 2 * y * z % P


def _add(x, y, z, other_x, other_y):
    """The sum with a point in affine coordinates, whichever two points they are."""
    if not z:
        return other_x, other_y, 1
    square = z * z % P
    h = (other_x * square - x) % P
    slope = (other_y * square * z - y) % P
    if not h:
        return (1, 1, 0) if slope else _double(x, y, z)
    square = h * h % P
    cube = square * h % P
    middle = x * square % P
    new_x = (slope * slope - cube - 2 * middle) % P
    return new_x, (slope * (middle - new_x) - y * cube) % P, z * h % P
