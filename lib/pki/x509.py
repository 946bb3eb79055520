"""X.509 v3 certificates (RFC 5280): the fields that decide, and the rules on their form.

May import: ``pki.der``, ``pki.errors``, ``pki.keys``, ``pki.times``,
``ws.utf8``.
"""

from pki.der import (
    BIT_STRING,
    BOOLEAN,
    IA5_STRING,
    OCTET_STRING,
    PRINTABLE_STRING,
    SEQUENCE,
    SET,
    UTF8_STRING,
    Reader,
)
from pki.errors import DerError, InvalidCertificate
from pki.keys import algorithm_of, load, split
from pki.times import read_time
from ws.utf8 import decode

MAX_SIZE = 4096  # more than a PEM text of 5500 characters can hold
DIGITAL_SIGNATURE = 0x80
KEY_CERT_SIGN = 0x04

_VERSION_3 = b"\x02\x01\x02"
_BASIC_CONSTRAINTS = b"\x55\x1d\x13"
_KEY_USAGE = b"\x55\x1d\x0f"
_EXTENDED_KEY_USAGE = b"\x55\x1d\x25"
_CODE_SIGNING = b"\x2b\x06\x01\x05\x05\x07\x03\x03"
_PRINTABLE = b" '()+,-./:=?0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
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
            if len(self.der) > MAX_SIZE:
                raise DerError("larger than %d bytes" % MAX_SIZE)
            self._read(Reader(self.der))
        except DerError as error:
            raise InvalidCertificate(error.reason)

    def key(self):
        """The public key, for ``verify.signature``. Raises InvalidCertificate."""
        return load(self.key_info)

    def _read(self, reader):
        fields = reader.take(SEQUENCE)
        reader.close()
        self.tbs = fields.element(SEQUENCE)
        self.algorithm = algorithm_of(fields)
        self.signature = fields.octets()
        fields.close()
        fields = Reader(self.tbs).take(SEQUENCE)
        if fields.next_tag() != 0xA0 or fields.take(0xA0).content() != _VERSION_3:
            raise InvalidCertificate("not of version 3")
        self.serial = fields.natural()
        if not 1 <= len(self.serial) <= 20 or (self.serial[0] >= 0x80 and len(self.serial) == 20):
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
        while extensions.next_tag() is not None or not seen:
            extension = extensions.take(SEQUENCE)
            kind = extension.oid()
            critical = extension.next_tag() == BOOLEAN
            if critical and extension.take(BOOLEAN).content() != b"\xff":
                raise DerError("a default is written")
            value = extension.take(OCTET_STRING).content()
            extension.close()
            if kind in seen:
                raise InvalidCertificate("an extension comes twice")
            seen.append(kind)
            if kind == _BASIC_CONSTRAINTS:
                self._read_constraints(Reader(value))
            elif kind == _KEY_USAGE:
                self._read_usage(Reader(value))
            elif kind == _EXTENDED_KEY_USAGE:
                self._read_purposes(Reader(value))
            elif critical:
                raise InvalidCertificate("a critical extension is unknown")

    def _read_constraints(self, reader):
        fields = reader.take(SEQUENCE)
        reader.close()
        if fields.next_tag() == BOOLEAN:
            if fields.take(BOOLEAN).content() != b"\xff":
                raise DerError("a default is written")
            self.is_ca = True
            # The path length says nothing here: there is never a certificate in between.
            if fields.next_tag() is not None and len(fields.natural()) > 1:
                raise DerError("path length is too large")
        fields.close()

    def _read_usage(self, reader):
        bits = reader.take(BIT_STRING).content()
        reader.close()
        # A list of named bits: the last bit written is 1, and there must be one.
        if len(bits) < 2 or bits[0] > 7 or bits[-1] & ((2 << bits[0]) - 1) != 1 << bits[0]:
            raise DerError("key usage is no list of bits")
        self.usage = bits[1]

    def _read_purposes(self, reader):
        purposes = reader.take(SEQUENCE)
        reader.close()
        self.signs_code = False
        empty = True
        while purposes.next_tag() is not None or empty:
            empty = False
            if purposes.oid() in (_CODE_SIGNING, _ANY_PURPOSE):
                self.signs_code = True


def _name(reader):
    """The Name that is next in ``reader``, as DER; with one attribute in each part."""
    at = reader.at
    name = reader.take(SEQUENCE)
    while name.next_tag() is not None:
        part = name.take(SET)
        attribute = part.take(SEQUENCE)
        part.close()
        attribute.oid()
        tag = attribute.next_tag()
        text = attribute.take(tag).content()
        attribute.close()
        if tag == UTF8_STRING:
            good = decode(text) is not None
        elif tag == PRINTABLE_STRING:
            good = not text.strip(_PRINTABLE)
        else:
            good = tag == IA5_STRING and (not text or max(text) < 0x80)
        if not good:
            raise DerError("text in a name")
    return reader.data[at : reader.at]
