"""Reads X.509 v3 certificates (RFC 5280): the fields that decide, and the rules on their form.

Loaded late and dropped again: see ``x509.forget``. May import: ``pki.der``, ``pki.errors``,
``pki.keys``, ``pki.times``, ``ws.frames``.
"""

import hashlib

from micropython import const
from pki.der import BIT_STRING, SEQUENCE, Reader
from pki.errors import DerError, InvalidCertificate
from pki.keys import algorithm_of, split
from pki.times import read_time
from ws.frames import Checker

_BOOLEAN = const(0x01)
_OCTET_STRING = const(0x04)
_UTF8_STRING = const(0x0C)
_PRINTABLE_STRING = const(0x13)
_IA5_STRING = const(0x16)
_SET = const(0x31)
_VERSION = const(0xA0)
_EXTENSIONS = const(0xA3)

_VERSION_3 = b"\x02\x01\x02"
_BASIC_CONSTRAINTS = b"\x55\x1d\x13"
_KEY_USAGE = b"\x55\x1d\x0f"
_EXTENDED_KEY_USAGE = b"\x55\x1d\x25"
_CODE_SIGNING = b"\x2b\x06\x01\x05\x05\x07\x03\x03"
_ANY_PURPOSE = b"\x55\x1d\x25\x00"
_PRINTABLE = b" '()+,-./:=?0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def read(certificate):
    """Fill in ``certificate`` from its ``der``. Raises DerError, InvalidCertificate."""
    fields = Reader(certificate.der).only(SEQUENCE)
    at = fields.at
    signed = fields.take(SEQUENCE)
    certificate.digest = hashlib.sha256(memoryview(certificate.der)[at : fields.at]).digest()
    certificate.algorithm = algorithm_of(fields)
    certificate.signature = fields.octets()
    fields.close()
    if signed.next_tag() != _VERSION or signed.take(_VERSION).content() != _VERSION_3:
        raise InvalidCertificate("not of version 3")
    certificate.serial = serial = signed.natural()
    if not 1 <= len(serial) <= 20 or (serial[0] >= 0x80 and len(serial) == 20):
        raise InvalidCertificate("serial number is 0 or longer than 20 bytes")
    if signed.element(SEQUENCE) != certificate.algorithm:
        raise InvalidCertificate("two signature algorithms")
    certificate.issuer = _name(signed)
    validity = signed.take(SEQUENCE)
    certificate.not_before_s = read_time(validity)
    certificate.not_after_s = read_time(validity)
    validity.close()
    certificate.subject = _name(signed)
    certificate.key_info = signed.element(SEQUENCE)
    split(Reader(certificate.key_info))
    if signed.next_tag() is not None:
        _extensions(certificate, signed.only(_EXTENSIONS).only(SEQUENCE))


def _extensions(certificate, extensions):
    seen = []
    while extensions.next_tag() is not None or not seen:
        extension = extensions.take(SEQUENCE)
        kind = extension.oid()
        critical = _flag(extension)
        value = extension.only(_OCTET_STRING)
        if kind in seen:
            raise InvalidCertificate("an extension comes twice")
        seen.append(kind)
        if kind == _BASIC_CONSTRAINTS:
            fields = value.only(SEQUENCE)
            certificate.is_ca = _flag(fields)
            # The path length says nothing here: there is never a certificate in between.
            if certificate.is_ca and fields.next_tag() is not None and len(fields.natural()) > 1:
                raise DerError("path length is too large")
            fields.close()
        elif kind == _KEY_USAGE:
            bits = value.only(BIT_STRING).content()
            # A list of named bits: the last bit written is 1, and there must be one.
            if len(bits) < 2 or bits[0] > 7 or bits[-1] & ((2 << bits[0]) - 1) != 1 << bits[0]:
                raise DerError("key usage is no list of bits")
            certificate.usage = bits[1]
        elif kind == _EXTENDED_KEY_USAGE:
            certificate.signs_code = _signs_code(value.only(SEQUENCE))
        elif critical:
            raise InvalidCertificate("a critical extension is unknown")


def _flag(reader):
    """The BOOLEAN that may be next in ``reader``; False, the default, may not be written."""
    if reader.next_tag() != _BOOLEAN:
        return False
    if reader.take(_BOOLEAN).content() != b"\xff":
        raise DerError("a default is written")
    return True


def _signs_code(purposes):
    """Whether that is among ``purposes``, one at least."""
    found = []
    while purposes.next_tag() is not None or not found:
        found.append(purposes.oid())
    return _CODE_SIGNING in found or _ANY_PURPOSE in found


def _name(reader):
    """The Name that is next in ``reader``, as DER; with one attribute in each part."""
    at = reader.at
    name = reader.take(SEQUENCE)
    while name.next_tag() is not None:
        attribute = name.take(_SET).only(SEQUENCE)
        attribute.oid()
        tag = attribute.next_tag()
        text = attribute.only(tag).content()
        if tag == _UTF8_STRING:
            check = Checker()
            good = check.feed(text) and not check.open
        elif tag == _PRINTABLE_STRING:
            good = not text.strip(_PRINTABLE)
        else:
            good = tag == _IA5_STRING and (not text or max(text) < 0x80)
        if not good:
            raise DerError("text in a name")
    return reader.since(at)
