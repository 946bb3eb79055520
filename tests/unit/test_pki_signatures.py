"""Signatures by P-256 and RSA keys, right ones and forgeries; and how they let others run."""

import asyncio
import hashlib
import unittest

import pki_maker as maker
from asynctest import run
from pki import keys, verify
from pki.errors import InvalidCertificate, InvalidSignature
from pki.verify import (
    ECDSA_DER,
    ECDSA_RAW,
    RSA_PKCS1,
    RSA_PSS,
    RSA_PSS_ANY_SALT,
    now,
    signature,
)

DIGEST = hashlib.sha256(b"update file").digest()
OTHER = hashlib.sha256(b"another file").digest()
EC = maker.EcKey()
RSA = maker.RsaKey()
ANY = ECDSA_DER | ECDSA_RAW | RSA_PKCS1 | RSA_PSS | RSA_PSS_ANY_SALT


def nothing():
    pass


class SignatureCase(unittest.TestCase):
    def accepts(self, key, sign, schemes, digest=DIGEST):
        now(signature(keys.load(key.info), digest, sign, schemes, nothing))

    def refuses(self, key, sign, schemes, digest=DIGEST):
        with self.assertRaises(InvalidSignature):
            self.accepts(key, sign, schemes, digest)


def pair(r, s):
    return maker.sequence(maker.integer(r), maker.integer(s))


class P256Test(SignatureCase):
    def test_good(self):
        r, s = EC.sign_pair(DIGEST)
        self.accepts(EC, pair(r, s), ECDSA_DER)
        self.accepts(EC, maker.raw(r, s), ECDSA_RAW)
        self.accepts(EC, pair(r, s), ANY)
        self.accepts(EC, maker.raw(r, s), ANY)
        self.accepts(EC, pair(r, maker.N - s), ECDSA_DER)  # as the standard has it

    def test_bytearrays_do(self):
        r, s = EC.sign_pair(DIGEST)
        self.accepts(EC, bytearray(maker.raw(r, s)), ECDSA_RAW, memoryview(DIGEST))

    def test_another_form_than_allowed(self):
        r, s = EC.sign_pair(DIGEST)
        self.refuses(EC, maker.raw(r, s), ECDSA_DER)
        self.refuses(EC, pair(r, s), ECDSA_RAW)
        self.refuses(EC, pair(r, s), RSA_PKCS1 | RSA_PSS)
        self.refuses(EC, pair(r, s), 0)

    def test_another_file_or_key(self):
        r, s = EC.sign_pair(DIGEST)
        self.refuses(EC, pair(r, s), ECDSA_DER, OTHER)
        self.refuses(maker.EcKey(77), pair(r, s), ECDSA_DER)

    def test_numbers_out_of_range(self):
        r, s = EC.sign_pair(DIGEST)
        for bad in (0, maker.N, maker.N + 1, 2**256 - 1):
            self.refuses(EC, maker.raw(bad, s), ECDSA_RAW)
            self.refuses(EC, maker.raw(r, bad), ECDSA_RAW)
            self.refuses(EC, pair(bad, s), ECDSA_DER)
        self.refuses(EC, pair(r + maker.N, s), ECDSA_DER)

    def test_der_that_is_none(self):
        r, s = EC.sign_pair(DIGEST)
        good = pair(r, s)
        for sign in (
            b"",
            good + b"\x00",
            good[:-1],
            b"\x30\x81" + good[1:],
            maker.sequence(maker.integer(r)),
            maker.sequence(maker.integer(r), maker.integer(s), maker.NULL),
            maker.sequence(maker.tlv(2, b"\x00\x00" + r.to_bytes(32, "big")), maker.integer(s)),
            maker.sequence(maker.tlv(2, b"\xff"), maker.integer(s)),
        ):
            self.refuses(EC, sign, ECDSA_DER)

    def test_additions_of_equal_and_opposite_points(self):
        for secret in (1, 2, 3, 5, maker.N - 1, maker.N - 2, (maker.N + 1) // 2):
            key = maker.EcKey(secret)
            for digest in (bytes(32), b"\xff" * 32, (maker.N - 1).to_bytes(32, "big")):
                r, s = key.sign_pair(digest, 3)
                self.accepts(key, maker.raw(r, s), ECDSA_RAW, digest)
                self.refuses(key, maker.raw(r, s - 1), ECDSA_RAW, digest)

    def test_infinity(self):
        for r in (1, 5):
            digest = (-r * EC.secret % maker.N).to_bytes(32, "big")
            self.refuses(EC, maker.raw(r, 7), ECDSA_RAW, digest)

    def test_points_that_are_none(self):
        x, y = EC.point
        for encoded in (
            b"",
            b"\x00",
            bytes(65),
            b"\x04" + bytes(64),
            b"\x04" + maker.raw(x, y + 1),
            b"\x04" + maker.raw(5, 0),
            b"\x04" + maker.raw(maker.P, y),
            b"\x04" + maker.raw(x, y) + b"\x00",
            bytes((2 + (y & 1),)) + x.to_bytes(32, "big"),
            bytes((6 + (y & 1),)) + maker.raw(x, y),
        ):
            with self.assertRaises(InvalidCertificate):
                keys.load(maker.point_info(encoded))

    def test_coordinates_not_below_p(self):
        # x = 5 is on the curve, and x + p still fits in 32 bytes.
        y = pow(
            5**3 - 15 + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
            (maker.P + 1) // 4,
            maker.P,
        )
        keys.load(maker.point_info(b"\x04" + maker.raw(5, y)))
        with self.assertRaises(InvalidCertificate):
            keys.load(maker.point_info(b"\x04" + maker.raw(5 + maker.P, y)))


class Pkcs1Test(SignatureCase):
    def opens_to(self, block):
        return RSA.raise_(block)

    def test_good(self):
        sign = self.opens_to(maker.pkcs1_block(DIGEST, RSA.size))
        self.accepts(RSA, sign, RSA_PKCS1)
        self.accepts(RSA, sign, ANY)
        self.refuses(RSA, sign, RSA_PSS | RSA_PSS_ANY_SALT)
        self.refuses(RSA, sign, ECDSA_DER | ECDSA_RAW)
        self.refuses(RSA, sign, RSA_PKCS1, OTHER)

    def test_sizes(self):
        sign = self.opens_to(maker.pkcs1_block(DIGEST, RSA.size))
        for bad in (b"", sign[:-1], b"\x00" + sign, sign + b"\x00", bytes(256), b"\xff" * 256):
            self.refuses(RSA, bad, RSA_PKCS1)
        self.refuses(RSA, maker.to_bytes(RSA.modulus), RSA_PKCS1)

    def test_forgeries(self):
        good = maker.pkcs1_block(DIGEST, RSA.size)
        info = good[-51:]
        sha256 = maker.oid("2.16.840.1.101.3.4.2.1")
        garbage = bytes(range(256))
        for label, block in (
            ("type 2", b"\x00\x02" + good[2:]),
            ("short filler, hash in front", b"\x00\x01\xff\x00" + info + garbage[: 256 - 55]),
            (
                "8 bytes of filler",
                b"\x00\x01" + b"\xff" * 8 + b"\x00" + info + garbage[: 256 - 62],
            ),
            ("zeros after", b"\x00\x01" + b"\xff" * 8 + b"\x00" + info + bytes(256 - 62)),
            ("a zero in the filler", good[:50] + b"\x00" + good[51:]),
            (
                "no NULL",
                maker.pkcs1_block(
                    DIGEST, 256, maker.sequence(maker.sequence(sha256), maker.tlv(4, DIGEST))
                ),
            ),
            ("long length", maker.pkcs1_block(DIGEST, 256, b"\x30\x81\x31" + info[2:])),
            ("digest alone", maker.pkcs1_block(DIGEST, 256, DIGEST)),
            (
                "another hash",
                maker.pkcs1_block(DIGEST, 256, info.replace(b"\x04\x02\x01", b"\x04\x02\x02")),
            ),
        ):
            self.assertEqual(len(block), 256, label)
            self.refuses(RSA, self.opens_to(block), RSA_PKCS1)

    def test_keys(self):
        numbers = maker.integer(RSA.modulus), maker.integer(65537)
        for modulus, exponent in (
            (maker.integer(RSA.modulus), maker.integer(3)),
            (maker.integer(RSA.modulus), maker.integer(65536)),
            (maker.integer(RSA.modulus), maker.integer(2**32 + 1)),
            (maker.integer(RSA.modulus), b"\x02\x01\xff"),
            (maker.integer(RSA.modulus - 1), numbers[1]),
            (maker.integer(RSA.modulus >> 1 | 1), numbers[1]),
            (maker.integer(RSA.modulus << 2049 | 1), numbers[1]),
            (maker.integer(0), numbers[1]),
            (maker.tlv(2, maker.to_bytes(RSA.modulus)), numbers[1]),
            (numbers[0], numbers[1] + maker.NULL),
        ):
            with self.assertRaises(InvalidCertificate):
                keys.load(maker.rsa_info(modulus + exponent))
        with self.assertRaises(InvalidCertificate):
            keys.load(RSA.info + b"\x00")


class PssTest(SignatureCase):
    def block(self, salt=b"s" * 32, spoil=None):
        return maker.pss_block(DIGEST, 2048, salt, spoil)

    def test_good(self):
        sign = RSA.raise_(self.block())
        self.accepts(RSA, sign, RSA_PSS)
        self.accepts(RSA, sign, RSA_PSS_ANY_SALT)
        self.accepts(RSA, sign, ANY)
        self.refuses(RSA, sign, RSA_PKCS1)
        self.refuses(RSA, sign, RSA_PSS | RSA_PSS_ANY_SALT, OTHER)

    def test_other_salts(self):
        for size in (0, 20, 31, 33, 222):
            sign = RSA.raise_(self.block(b"s" * size))
            self.refuses(RSA, sign, RSA_PSS)
            self.accepts(RSA, sign, RSA_PSS_ANY_SALT)

    def test_forgeries(self):
        def first(db):
            db[0] = 1

        def middle(db):
            db[100] = 0x40

        def mark(db):
            db[-33] = 2

        good = self.block()
        for block in (
            self.block(spoil=first),
            self.block(spoil=middle),
            self.block(spoil=mark),
            good[:-1] + b"\xcc",
            bytes((good[0] | 0x80,)) + good[1:],
            good[:-33] + bytes(32) + b"\xbc",
        ):
            self.refuses(RSA, RSA.raise_(block), RSA_PSS | RSA_PSS_ANY_SALT)


class RunningTest(unittest.TestCase):
    def setUp(self):
        self.key = keys.load(EC.info)
        self.sign = maker.raw(*EC.sign_pair(DIGEST))

    def test_other_tasks_run(self):
        async def scenario():
            turns = []

            async def other():
                while True:
                    turns.append(1)
                    await asyncio.sleep(0)

            task = asyncio.create_task(other())
            await signature(self.key, DIGEST, self.sign, ECDSA_RAW)
            task.cancel()
            return len(turns)

        slice_ms, verify.SLICE_MS = verify.SLICE_MS, 0  # however fast this machine is
        try:
            self.assertGreater(run(scenario()), 200)
        finally:
            verify.SLICE_MS = slice_ms

    def test_wrong_ones_raise_when_awaited(self):
        with self.assertRaises(InvalidSignature):
            run(signature(self.key, OTHER, self.sign, ECDSA_RAW))

    def test_between_is_called_often(self):
        calls = []
        now(signature(self.key, DIGEST, self.sign, ECDSA_RAW, lambda: calls.append(1)))
        self.assertGreater(len(calls), 200)

    def test_what_stops_in_between_is_passed_on(self):
        class Stop(Exception):
            pass

        def stop():
            raise Stop

        with self.assertRaises(Stop):
            now(signature(self.key, DIGEST, self.sign, ECDSA_RAW, stop))

    def test_no_digest(self):
        with self.assertRaises(ValueError):
            now(signature(self.key, b"short", self.sign, ECDSA_RAW, nothing))


if __name__ == "__main__":
    unittest.main()
