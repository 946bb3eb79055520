"""DER: one encoding a value, and nothing behind it."""

import unittest

import pki_maker as maker
from pki.der import SEQUENCE, Reader
from pki.errors import DerError

INTEGER = 0x02
OCTET_STRING = 0x04


class ReaderTest(unittest.TestCase):
    def refuses(self, data, method="take", *arguments):
        with self.assertRaises(DerError):
            getattr(Reader(data), method)(*arguments)

    def test_elements_one_after_the_other(self):
        reader = Reader(b"\x30\x03\x04\x01\x61\x02\x01\x05")
        inner = reader.take(SEQUENCE)
        self.assertEqual(inner.element(OCTET_STRING), b"\x04\x01\x61")
        self.assertIsNone(inner.next_tag())
        inner.close()
        self.assertEqual(reader.next_tag(), INTEGER)
        self.assertEqual(reader.natural(), b"\x05")
        reader.close()

    def test_an_element_stays_within_the_one_around_it(self):
        inner = Reader(b"\x30\x02\x04\x01\x61").take(SEQUENCE)
        with self.assertRaises(DerError):
            inner.take(OCTET_STRING)

    def test_long_lengths(self):
        for size in (127, 128, 255, 256, 3000):
            data = maker.tlv(OCTET_STRING, b"x" * size)
            self.assertEqual(len(Reader(data).take(OCTET_STRING).content()), size)

    def test_lengths_that_are_not_minimal(self):
        for head in (
            b"\x04\x81\x01",
            b"\x04\x81\x7f",
            b"\x04\x82\x00\x80",
            b"\x04\x83\x00\x01\x00",
        ):
            self.refuses(head + bytes(300), "take", OCTET_STRING)

    def test_indefinite_and_absurd_lengths(self):
        for head in (
            b"\x30\x80",
            b"\x30\xff",
            b"\x30\x84\xff\xff\xff\xff",
            b"\x30\x88" + b"\xff" * 8,
        ):
            self.refuses(head + b"\x05\x00\x00\x00", "take", SEQUENCE)

    def test_cut_short(self):
        whole = maker.sequence(maker.integer(2**70), maker.tlv(4, b"x" * 200))
        for size in range(len(whole)):
            self.refuses(whole[:size], "take", SEQUENCE)

    def test_another_tag(self):
        self.refuses(b"\x04\x01\x61", "take", SEQUENCE)
        self.refuses(b"\x1f\x81\x01\x00", "take", 0x1F)

    def test_trailing_bytes(self):
        reader = Reader(b"\x02\x01\x05\x00")
        reader.natural()
        with self.assertRaises(DerError):
            reader.close()

    def test_naturals(self):
        for value in (0, 1, 127, 128, 255, 256, 2**255, 2**256 - 1):
            found = Reader(maker.integer(value)).natural()
            self.assertEqual(int.from_bytes(found, "big"), value)
            self.assertNotEqual(found[:1], b"\x00")

    def test_integers_that_are_none(self):
        for data in (
            b"\x02\x00",
            b"\x02\x01\x80",
            b"\x02\x01\xff",
            b"\x02\x02\x00\x7f",
            b"\x02\x02\x00\x00",
        ):
            self.refuses(data, "natural")

    def test_object_identifiers(self):
        for text in ("1.2", "2.5.29.19", "1.2.840.113549.1.1.11", "1.3.128.16384"):
            encoded = maker.oid(text)
            self.assertEqual(Reader(encoded).oid(), encoded[2:])

    def test_object_identifiers_that_are_none(self):
        for content in (
            b"",
            b"\x80\x01",
            b"\x55\x80\x01",
            b"\x55\x81",
            b"\x55\x81\x80",
            b"\x01" * 64,
        ):
            self.refuses(maker.tlv(6, content), "oid")

    def test_bit_strings_of_octets(self):
        self.assertEqual(Reader(b"\x03\x03\x00\x01\x02").octets(), b"\x01\x02")
        for data in (b"\x03\x00", b"\x03\x02\x01\x80", b"\x03\x02\x08\x80"):
            self.refuses(data, "octets")


if __name__ == "__main__":
    unittest.main()
