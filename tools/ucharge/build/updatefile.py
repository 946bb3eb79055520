"""The update file: packing it, and taking it apart again.

The frame (prefix, sector size, limits) is the loader's own, ``loader.header``; the signature
covers every byte before it.
"""

import hashlib
import json
import struct
import zlib

from ucharge.device_loader import header as frame
from ucharge.errors import UserError

_FOREIGN = "not an update file"


class UpdateFileError(UserError):
    """The bytes are no update file; the text says why."""


class UpdateFile:
    """A parsed update file: ``header``, ``manifest`` (dict) and ``payload`` (bytes)."""

    def __init__(self, head, manifest, payload):
        self.header = head
        self.manifest = manifest
        self.payload = payload

    @property
    def version(self):
        """The version as text, "1.1.0"."""
        return ".".join(str(part) for part in self.manifest["version"])

    @property
    def certificate(self):
        """The signing certificate (DER), empty where unsigned."""
        return bytes(self.header.data[self.header.certificate_at : self.header.signature_at])

    @property
    def signature(self):
        """The raw signature, empty where unsigned."""
        return bytes(self.header.data[self.header.signature_at : self.header.size - 4])

    @property
    def signed_bytes(self):
        """What the signature covers."""
        return bytes(self.header.data[: self.header.signature_at])


def pack(payload, manifest, signer=None):
    """The update file of ``payload`` with ``manifest`` (a dict, or ready JSON bytes).

    signer: an object with ``certificate_der``, ``size`` and ``sign(data) -> bytes``, or None.
    Raises UserError when the header would exceed what the device accepts.
    """
    if isinstance(manifest, dict):
        manifest = encode_manifest(manifest)
    certificate = signer.certificate_der if signer else b""
    sectors = b"".join(
        struct.pack("<I", zlib.crc32(payload[at : at + frame.SECTOR_SIZE]))
        for at in range(0, len(payload), frame.SECTOR_SIZE)
    )
    size = frame.PREFIX_SIZE + len(manifest) + len(sectors) + len(certificate) + 4
    size += signer.size if signer else 0
    if size > frame.MAX_HEADER_SIZE:
        raise UserError(
            f"the header would take {size} bytes, the device reads {frame.MAX_HEADER_SIZE}",
            f"the payload of {len(payload)} bytes is too large",
        )
    prefix = struct.pack(
        frame.PREFIX,
        frame.MAGIC,
        frame.FORMAT,
        0,
        size,
        len(manifest),
        len(certificate),
        len(payload),
        hashlib.sha256(payload).digest(),
    )
    head = prefix + manifest + sectors + certificate
    if signer:
        head += signer.sign(head)
    return head + struct.pack("<I", zlib.crc32(head)) + payload


def encode_manifest(manifest):
    """``manifest`` as compact JSON; sorted, so that the same input gives the same bytes."""
    return json.dumps(manifest, separators=(",", ":"), sort_keys=True).encode()


def parse(data):
    """Take the update file ``data`` apart. Raises UpdateFileError: damaged or foreign."""
    try:
        size = frame.read_prefix(data)[0]
        head = frame.Header(bytes(data[:size]))
    except frame.HeaderError as error:
        reason = str(error)
        if not reason.startswith(_FOREIGN):
            reason = f"{_FOREIGN}: {reason}"
        raise UpdateFileError(reason) from error
    payload = bytes(data[size:])
    if len(payload) != head.payload_size:
        raise UpdateFileError(f"payload is {len(payload)} bytes, not {head.payload_size}")
    if hashlib.sha256(payload).digest() != head.digest:
        raise UpdateFileError("payload does not match its SHA-256")
    try:
        manifest = json.loads(head.manifest())
    except ValueError as error:
        raise UpdateFileError(f"manifest is no JSON: {error}") from error
    return UpdateFile(head, manifest, payload)
