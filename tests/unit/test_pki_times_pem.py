"""Times and PEM, as certificates have them."""

import binascii
import unittest

import pki_maker as maker
from pki import pem
from pki.errors import InvalidCertificate
from pki.x509 import Certificate

ROOT_KEY = maker.EcKey(0x1111)
KEY = maker.EcKey(0x2222)
SIGNER = maker.certificate(KEY, ROOT_KEY)


class TimeTest(unittest.TestCase):
    def read(self, tag, text):
        validity = (maker.VALIDITY[0], maker.tlv(tag, text))
        return Certificate(maker.certificate(KEY, ROOT_KEY, validity=validity)).not_after_s

    def test_good(self):
        for tag, text, seconds in (
            (0x17, b"700101000000Z", 0),
            (0x17, b"500101000000Z", -631152000),
            (0x17, b"000229235959Z", 951868799),
            (0x17, b"240301000000Z", 1709251200),
            (0x17, b"491231235959Z", 2524607999),
            (0x18, b"20500101000000Z", 2524608000),
            (0x18, b"21000228000000Z", 4107456000),
            (0x18, b"99991231235959Z", 253402300799),
        ):
            self.assertEqual(self.read(tag, text), seconds)

    def test_bad(self):
        for tag, text in (
            (0x17, b"250229000000Z"),
            (0x17, b"241301000000Z"),
            (0x17, b"240100000000Z"),
            (0x17, b"240431000000Z"),
            (0x17, b"240101240000Z"),
            (0x17, b"240101006000Z"),
            (0x17, b"240101000060Z"),
            (0x17, b"2401010000Z"),
            (0x17, b"240101000000"),
            (0x17, b"240101000000+0000"),
            (0x17, b"-40101000000Z"),
            (0x18, b"20491231235959Z"),
            (0x18, b"21000229000000Z"),
            (0x18, b"20500101000000.5Z"),
            (0x0C, b"240101000000Z"),
            (0x17, b""),
        ):
            with self.assertRaises(InvalidCertificate):
                self.read(tag, text)


class PemTest(unittest.TestCase):
    def setUp(self):
        self.body = binascii.b2a_base64(SIGNER).decode().strip()
        lines = "\n".join(self.body[at : at + 64] for at in range(0, len(self.body), 64))
        self.text = "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % lines

    def test_good(self):
        for text in (
            self.text,
            self.text.strip(),
            self.text.replace("\n", "\r\n"),
            "\n " + self.text,
            self.text.replace("\n", ""),
        ):
            self.assertEqual(pem.decode(text), SIGNER)

    def test_bad(self):
        for text in (
            "",
            self.text * 2,
            "x" + self.text,
            self.text + "x",
            self.text.replace("CERTIFICATE", "PUBLIC KEY"),
            self.text.replace("\n", "\n\n"),
            self.text.replace("\n", "\n "),
            self.text.replace("M", "-", 1),
            self.text.replace("M", "=", 1),
            self.text.replace("M", "\xfc", 1),
            self.text.replace("M", "", 1),
            "-----BEGIN CERTIFICATE-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
            self.text + " " * 5500,
        ):
            with self.assertRaises(InvalidCertificate):
                pem.decode(text)


if __name__ == "__main__":
    unittest.main()
