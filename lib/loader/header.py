"""The fixed frame of an update file's header, as far as the loader must read it.

    prefix       48 bytes, PREFIX below
    manifest     JSON, read by ``ota.manifest`` alone
    sectors      u32 CRC32 of each 4 KiB of the payload, little endian
    certificate  DER, may be empty
    signature    over all bytes before it; P-256 as r || s, or an RSA block; may be empty
    crc          u32 CRC32 of all header bytes before it

The payload follows and nothing comes after it. In a slot the header lies beside the payload,
byte for byte (``/slots/x.mf``). May import: built-ins.
"""

import binascii
import struct

MAGIC = b"uCUP"
FORMAT = 1
# magic, format, reserved, header size, manifest size, certificate size, payload size, SHA-256
PREFIX = "<4sBBHHHI32s"
PREFIX_SIZE = 48
MAX_HEADER_SIZE = 8192
SECTOR_SIZE = 4096
DIGEST_SIZE = 32


class HeaderError(Exception):
    """The bytes are no header this loader can read; the text says what is wrong."""


class Header:
    """Sizes and places of one header's parts; ``data`` keeps the bytes."""

    def __init__(self, data):
        """Frame the complete header ``data``. Raises HeaderError."""
        fields = read_prefix(data)
        self.data = data
        self.size, manifest_size, certificate_size, self.payload_size, self.digest = fields
        if len(data) != self.size:
            raise HeaderError("header is %d bytes, not %d" % (len(data), self.size))
        crc = struct.unpack_from("<I", data, self.size - 4)[0]
        if binascii.crc32(memoryview(data)[: self.size - 4]) & 0xFFFFFFFF != crc:
            raise HeaderError("header CRC is wrong")
        self.sectors_at = PREFIX_SIZE + manifest_size
        self.certificate_at = self.sectors_at + 4 * sector_count(self.payload_size)
        self.signature_at = self.certificate_at + certificate_size
        if self.signature_at > self.size - 4:
            raise HeaderError("header parts exceed its size")

    def manifest(self):
        """The manifest's bytes."""
        return bytes(memoryview(self.data)[PREFIX_SIZE : self.sectors_at])

    def sector_crc(self, sector):
        """CRC32 that payload sector ``sector`` (4 KiB each) must have."""
        return struct.unpack_from("<I", self.data, self.sectors_at + 4 * sector)[0]


def sector_count(payload_size):
    """How many 4 KiB sectors a payload of ``payload_size`` bytes fills or begins."""
    return (payload_size + SECTOR_SIZE - 1) // SECTOR_SIZE


def read_prefix(data):
    """Check the first 48 bytes of ``data``.

    Returns (header size, manifest size, certificate size, payload size, payload SHA-256).
    Raises HeaderError: short, foreign, of a later format, or with sizes that can't be.
    """
    if len(data) < PREFIX_SIZE:
        raise HeaderError("shorter than a header")
    magic, version, _, size, manifest, certificate, payload, digest = struct.unpack_from(
        PREFIX, data, 0
    )
    if magic != MAGIC:
        raise HeaderError("not an update file")
    if version != FORMAT:
        raise HeaderError("format %d is unknown" % version)
    if not payload:
        raise HeaderError("payload is empty")
    least = PREFIX_SIZE + manifest + 4 * sector_count(payload) + certificate + 4
    if not least <= size <= MAX_HEADER_SIZE:
        raise HeaderError("header size %d can't be" % size)
    return size, manifest, certificate, payload, digest
