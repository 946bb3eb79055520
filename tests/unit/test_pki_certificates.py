"""Certificates: their form, and who may sign firmware."""

import binascii
import hashlib
import unittest

import pki_maker as maker
from pki import trust
from pki.errors import InvalidCertificate
from pki.hashdata import hash_data
from pki.verify import now
from pki.x509 import Certificate

NOW_S = maker.NOW_S
ROOT_KEY = maker.EcKey(0x1111)
KEY = maker.EcKey(0x2222)
OTHER_KEY = maker.EcKey(0x3333)
ROOT = maker.root(ROOT_KEY)
SIGNER = maker.certificate(KEY, ROOT_KEY)


def nothing():
    pass


def check_signer(der, roots=(ROOT,), now_s=NOW_S):
    return now(trust.check_signer(der, roots, now_s, nothing))


def check_root(der, now_s=NOW_S):
    return now(trust.check_root(der, now_s, nothing))


class SignerTest(unittest.TestCase):
    def refuses(self, reason, der, roots=(ROOT,), now_s=NOW_S):
        try:
            check_signer(der, roots, now_s)
        except InvalidCertificate as error:
            self.assertIn(reason, error.reason)
        else:
            self.fail("accepted: " + reason)

    def test_good(self):
        certificate = check_signer(SIGNER)
        self.assertEqual(certificate.der, SIGNER)
        self.assertEqual(certificate.subject, maker.name("signer"))
        self.assertEqual(certificate.serial, b"\x12\x34")
        certificate.key()

    def test_rsa(self):
        key = maker.RsaKey()
        root = maker.root(key)
        check_signer(maker.certificate(KEY, key), (root,))
        check_signer(maker.certificate(key, ROOT_KEY))
        self.refuses("not known", maker.certificate(KEY, key, algorithm=maker.pss(20)), (root,))
        self.refuses("did not sign", maker.certificate(KEY, key, algorithm=maker.pss()), (root,))

    def test_pss(self):
        key = maker.RsaKey()
        key.algorithm = maker.pss()
        key.sign = lambda data: key.raise_(
            maker.pss_block(hashlib.sha256(data).digest(), 2048, b"s" * 32)
        )
        check_signer(maker.certificate(KEY, key), (maker.root(key),))

    def test_no_root(self):
        self.refuses("not installed", SIGNER, ())
        self.refuses("not installed", maker.certificate(KEY, ROOT_KEY, issuer=maker.name("x")))

    def test_strangers(self):
        self.refuses("did not sign", maker.certificate(KEY, OTHER_KEY))
        self.refuses("did not sign", maker.certificate(KEY))

    def test_the_right_one_of_some_roots(self):
        broken = maker.root(OTHER_KEY, info=maker.point_info(bytes(65)))
        check_signer(SIGNER, (b"", ROOT[:-1], broken, maker.root(OTHER_KEY), ROOT))

    def test_changed_afterwards(self):
        at = SIGNER.index(b"signer")
        self.refuses("did not sign", SIGNER[:at] + b"S" + SIGNER[at + 1 :])

    def test_validity(self):
        certificate = Certificate(SIGNER)
        check_signer(SIGNER, now_s=certificate.not_before_s)
        check_signer(SIGNER, now_s=certificate.not_after_s)
        self.refuses("not yet valid", SIGNER, now_s=certificate.not_before_s - 1)
        self.refuses("expired", SIGNER, now_s=certificate.not_after_s + 1)

    def test_validity_of_the_root(self):
        ended = (maker.VALIDITY[0], maker.tlv(0x17, b"250101000000Z"))
        self.refuses("root: expired", SIGNER, (maker.root(ROOT_KEY, validity=ended),))

    def test_usage_of_the_signer(self):
        for extensions in (
            (maker.NO_CA, maker.CERT_SIGN),
            (maker.NO_CA,),
            None,
            (maker.DIGITAL_SIGNATURE, maker.SERVER_AUTH),
        ):
            der = maker.certificate(KEY, ROOT_KEY, extensions=extensions)
            self.refuses("not meant to sign firmware", der)
        check_signer(maker.certificate(KEY, ROOT_KEY, extensions=(maker.DIGITAL_SIGNATURE,)))

    def test_usage_of_the_root(self):
        for extensions in (
            (maker.CERT_SIGN,),
            (maker.NO_CA, maker.CERT_SIGN),
            (maker.CA, maker.DIGITAL_SIGNATURE),
            (maker.CA, maker.CERT_SIGN, maker.SERVER_AUTH),
            None,
        ):
            root = maker.root(ROOT_KEY, extensions=extensions)
            self.refuses("root: not meant to sign certificates", SIGNER, (root,))
        check_signer(SIGNER, (maker.root(ROOT_KEY, extensions=(maker.CA,)),))

    def test_a_ca_is_no_signer(self):
        der = maker.certificate(KEY, ROOT_KEY, extensions=(maker.CA, maker.DIGITAL_SIGNATURE))
        self.refuses("is a CA", der)

    def test_a_trusted_certificate_may_sign_itself(self):
        der = maker.certificate(KEY, issuer=maker.name("signer"))
        check_signer(der, (ROOT, der))
        self.refuses("not installed", der)
        both = maker.extension("2.5.29.15", maker.bits(b"\x84", 2))
        root = maker.root(ROOT_KEY, extensions=(maker.CA, both))
        check_signer(root, (root,))
        self.refuses("not meant", ROOT, (ROOT,))

    def test_critical_extensions(self):
        usual = (maker.NO_CA, maker.DIGITAL_SIGNATURE)
        known = maker.extension("1.2.3.4", b"x")
        check_signer(maker.certificate(KEY, ROOT_KEY, extensions=usual + (known,)))
        unknown = maker.extension("1.2.3.4", b"x", True)
        self.refuses("critical", maker.certificate(KEY, ROOT_KEY, extensions=usual + (unknown,)))

    def test_other_hashes(self):
        for text in ("1.2.840.10045.4.1", "1.2.840.10045.4.3.3"):
            algorithm = maker.sequence(maker.oid(text))
            self.refuses("not known", maker.certificate(KEY, ROOT_KEY, algorithm=algorithm))

    def test_algorithms_differ(self):
        der = maker.certificate(KEY, ROOT_KEY, inner_algorithm=maker.PKCS1)
        self.refuses("two signature algorithms", der)


class RootTest(unittest.TestCase):
    def test_good(self):
        self.assertEqual(check_root(ROOT).der, ROOT)
        check_root(maker.root(maker.RsaKey()))
        check_root(maker.certificate(KEY, issuer=maker.name("signer")))

    def test_bad(self):
        for der in (
            SIGNER,
            ROOT[:-1],
            maker.root(ROOT_KEY, extensions=None),
            maker.root(ROOT_KEY, extensions=(maker.NO_CA, maker.CERT_SIGN)),
            maker.certificate(ROOT_KEY, OTHER_KEY, subject=maker.name("root")),
        ):
            with self.assertRaises(InvalidCertificate):
                check_root(der)
        with self.assertRaises(InvalidCertificate):
            check_root(ROOT, 0)

    def test_hash_data(self):
        root = Certificate(maker.root(ROOT_KEY, serial=maker.integer(0x0A1B)))
        point = b"\x04" + maker.raw(*ROOT_KEY.point)

        def hexed(data):
            return binascii.hexlify(hashlib.sha256(data).digest()).decode()

        self.assertEqual(
            hash_data(root),
            {
                "hashAlgorithm": "SHA256",
                "issuerNameHash": hexed(maker.name("root")),
                "issuerKeyHash": hexed(point),
                "serialNumber": "a1b",
            },
        )


class FormTest(unittest.TestCase):
    def refuses(self, **changes):
        with self.assertRaises(InvalidCertificate):
            Certificate(maker.certificate(KEY, ROOT_KEY, **changes))

    def test_every_cut_and_added_byte(self):
        for size in range(len(SIGNER)):
            with self.assertRaises(InvalidCertificate):
                Certificate(SIGNER[:size])
        with self.assertRaises(InvalidCertificate):
            Certificate(SIGNER + b"\x00")

    def test_versions(self):
        for version in (b"", b"\x02\x01\x02", maker.tlv(0xA0, b"\x02\x01\x01")):
            self.refuses(version=version)

    def test_serial_numbers(self):
        for content in (b"", b"\x00", b"\x80", b"\x00\x01", b"\x00" + b"\xff" * 20, b"\x01" * 21):
            self.refuses(serial=maker.tlv(2, content))
        Certificate(maker.certificate(KEY, ROOT_KEY, serial=maker.tlv(2, b"\x7f" * 20)))

    def test_extensions(self):
        constraints, usage = "2.5.29.19", "2.5.29.15"
        for kind, value in (
            (constraints, b"\x30\x03\x01\x01\x00"),
            (constraints, b"\x30\x03\x01\x01\x01"),
            (constraints, b"\x30\x03\x02\x01\x00"),
            (constraints, b"\x30\x06\x01\x01\xff\x02\x01\xff"),
            (constraints, b"\x30\x00\x00"),
            (usage, b"\x03\x01\x00"),
            (usage, b"\x03\x02\x00\x80"),
            (usage, b"\x03\x02\x07\x00"),
            (usage, b"\x03\x02\x07\xff"),
            (usage, b"\x03\x81\x02\x07\x80"),
            ("2.5.29.37", b"\x30\x00"),
        ):
            self.refuses(extensions=(maker.extension(kind, value),))
        self.refuses(extensions=())
        self.refuses(extensions=(maker.DIGITAL_SIGNATURE, maker.DIGITAL_SIGNATURE))
        written = maker.sequence(maker.oid("1.2.3"), b"\x01\x01\x00", maker.tlv(4, b""))
        self.refuses(extensions=(written,))
        self.refuses(tail=maker.tlv(0x82, b"\x00\x01"))

    def test_names(self):
        def named(*attributes):
            return maker.sequence(maker.tlv(0x31, *attributes))

        def common(tag, text):
            return maker.sequence(maker.oid("2.5.4.3"), maker.tlv(tag, text))

        for subject in (
            b"\x05\x00",
            maker.sequence(maker.tlv(0x31)),
            named(common(0x0C, b"\xc0\x80")),
            named(common(0x0C, b"\xed\xa0\x80")),
            named(common(0x13, b"a@b")),
            named(common(0x16, b"\xff")),
            named(common(0x1E, b"\x00a")),
            named(common(0x0C, b"a"), common(0x0C, b"b")),
        ):
            self.refuses(subject=subject)
        for tag, text in ((0x0C, b"\xc3\xbc"), (0x13, b"Maker (NL)"), (0x16, b"a@b"), (0x0C, b"")):
            Certificate(maker.certificate(KEY, ROOT_KEY, subject=named(common(tag, text))))
        Certificate(maker.certificate(KEY, ROOT_KEY, subject=maker.sequence()))

    def test_too_large(self):
        self.refuses(subject=maker.name("x" * 4000))


if __name__ == "__main__":
    unittest.main()
