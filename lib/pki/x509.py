"""X.509 v3 certificates (RFC 5280): the fields that decide, and the rules on their form.

May import: ``pki.der``, ``pki.errors``, ``pki.keys``, ``pki.times``.
"""

from pki.der import (
    BIT_STRING,
    BOOLEAN,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    Reader,
    check,
)
from pki.errors import DerError, InvalidCertificate
from pki.keys import load, split
from pki.times import read_time

DIGITAL_SIGNATURE = 0x80
KEY_CERT_SIGN = 0x04

_VERSION_3 = b"\x02\x01\x02"
_BASIC_CONSTRAINTS = b"\x55\x1d\x13"
_KEY_USAGE = b"\x55\x1d\x0f"
_EXTENDED_KEY_USAGE = b"\x55\x1d\x25"
_CODE_SIGNING = b"\x2b\x06\x01\x05\x05\x07\x03\x03"
_ANY_PURPOSE = b"\x55\x1d\x25\x00"


class Certificate:
    """The certificate ``der`` (bytes). Raises InvalidCertificate: not v3, not strict DER, ...

    der, tbs: all of it, and the part that is signed. algorithm: AlgorithmIdentifier (DER).
    signature. issuer, subject: names (DER), compared byte for byte. serial: big-endian bytes.
    not_before_s, not_after_s: Unix seconds, both inclusive. key_info: SubjectPublicKeyInfo
    (DER). is_ca. usage: first byte of keyUsage, None where absent. signs_code: False where an
    extended key usage leaves that out.
    """

    def __init__(self, der):
        self.der = bytes(der)
        self.is_ca = False
        self.usage = None
        self.signs_code = True
        try:
            self._read(check(self.der))
        except DerError as error:
            raise InvalidCertificate(error.reason)

    def key(self):
        """The public key, for ``verify.signature``. Raises InvalidCertificate."""
        return load(self.key_info)

    def key_bits(self):
        """What CertificateHashData's issuerKeyHash of certificates by this one is made of."""
        return split(Reader(self.key_info))[1]

    def serial_hex(self):
        """CertificateHashData's serialNumber: hexadecimal without leading zeros."""
        return "".join(["%02x" % byte for byte in self.serial]).lstrip("0")

    def _read(self, fields):
        self.tbs = fields.element(SEQUENCE)
        self.algorithm = fields.element(SEQUENCE)
        self.signature = fields.octets()
        fields.close()
        fields = Reader(self.tbs).take(SEQUENCE)
        if fields.next_tag() != 0xA0 or fields.take(0xA0).content() != _VERSION_3:
            raise InvalidCertificate("not of version 3")
        self.serial = fields.natural()
        if not 1 <= len(self.serial) <= 20 or self.serial[0] >= 0x80 and len(self.serial) == 20:
            raise InvalidCertificate("serial number is 0 or longer than 20 bytes")
        if fields.element(SEQUENCE) != self.algorithm:
            raise InvalidCertificate("two signature algorithms")
        self.issuer = _name(fields)
        validity = fields.take(SEQUENCE)
        self.not_before_s = read_time(validity)
        self.not_after_s = read_time(validity)
        validity.close()
        self.subject = _name(fields)
        self.key_info = fields.element(SEQUENCE)
        split(Reader(self.key_info))
        if fields.next_tag() == 0xA3:
            holder = fields.take(0xA3)
            self._read_extensions(holder.take(SEQUENCE))
            holder.close()
        fields.close()

    def _read_extensions(self, extensions):
        seen = []
        while extensions.next_tag() or not seen:
            extension = extensions.take(SEQUENCE)
            kind = extension.take(OID).content()
            critical = extension.next_tag() == BOOLEAN
            if critical and extension.take(BOOLEAN).content() != b"\xff":
                raise DerError("a default is written")
            value = extension.take(OCTET_STRING).content()
            extension.close()
            if kind in seen:
                raise InvalidCertificate("an extension comes twice")
            seen.append(kind)
            if kind == _BASIC_CONSTRAINTS:
                self._read_constraints(check(value))
            elif kind == _KEY_USAGE:
                self._read_usage(Reader(value))
            elif kind == _EXTENDED_KEY_USAGE:
                self._read_purposes(check(value))
            elif critical:
                raise InvalidCertificate("a critical extension is unknown")

    def _read_constraints(self, fields):
        if fields.next_tag() == BOOLEAN:
            if fields.take(BOOLEAN).content() != b"\xff":
                raise DerError("a default is written")
            self.is_ca = True
            if fields.next_tag():
                fields.natural()  # the path length: there is never a certificate in between
        fields.close()

    def _read_usage(self, reader):
        bits = reader.take(BIT_STRING).content()
        reader.close()
        # A list of named bits: the last bit written is 1, and there must be one.
        if len(bits) < 2 or bits[0] > 7 or bits[-1] & ((2 << bits[0]) - 1) != 1 << bits[0]:
            raise DerError("key usage is no list of bits")
        self.usage = bits[1]

    def _read_purposes(self, purposes):
        self.signs_code = False
        empty = True
        while purposes.next_tag() or empty:
            empty = False
            if purposes.take(OID).content() in (_CODE_SIGNING, _ANY_PURPOSE):
                self.signs_code = True


def _name(reader):
    """The Name that is next in ``reader``, as DER."""
    at = reader.at
    name = reader.take(SEQUENCE)
    while name.next_tag():
        part = name.take(SET)
        while True:
            attribute = part.take(SEQUENCE)
            attribute.take(OID)
            attribute.take(attribute.next_tag())
            attribute.close()
            if not part.next_tag():
                break
    return reader.data[at : reader.at]
