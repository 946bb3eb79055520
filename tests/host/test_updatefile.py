"""The update file: the host packs what the device's own reader takes, and nothing else."""

import json

import pytest

from loader.header import MAX_HEADER_SIZE, Header, HeaderError, read_prefix, sector_count
from ota.manifest import Manifest
from samples import MANIFEST
from ucharge.build import updatefile
from ucharge.build.signer import Signer, is_issued_by, is_signed_by
from ucharge.errors import UserError
from ucharge.keys import create


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return create(tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 140000])
def test_the_device_reads_what_is_packed(size):
    payload = bytes(range(256)) * (size // 256 + 1)
    payload = payload[:size]
    data = updatefile.pack(payload, MANIFEST)
    header = Header(data[: read_prefix(data)[0]])
    assert data[header.size :] == payload
    assert json.loads(header.manifest()) == MANIFEST
    assert vars(Manifest(header))["version"] == (1, 1, 0)
    assert sector_count(size) == (header.certificate_at - header.sectors_at) // 4


def test_pack_and_parse_are_inverse(keys):
    file = updatefile.parse(updatefile.pack(b"payload", MANIFEST, Signer(keys)))
    assert (file.manifest, file.payload, file.version) == (MANIFEST, b"payload", "1.1.0")


def test_unsigned_has_neither_certificate_nor_signature():
    file = updatefile.parse(updatefile.pack(b"payload", MANIFEST))
    assert file.certificate == file.signature == b""


def test_the_signature_is_by_the_signing_key_over_all_before_it(keys):
    data = updatefile.pack(b"payload", MANIFEST, Signer(keys))
    file = updatefile.parse(data)
    signing = keys.certificate("signing")
    assert len(file.signature) == 64
    assert data.startswith(file.signed_bytes + file.signature)
    assert is_signed_by(file.signed_bytes, file.signature, signing)
    assert not is_signed_by(file.signed_bytes[:-1], file.signature, signing)
    assert not is_signed_by(file.signed_bytes, file.signature, keys.certificate("ca"))
    assert not is_signed_by(file.signed_bytes, b"", signing)
    assert is_issued_by(signing, keys.certificate("manufacturer"))
    assert not is_issued_by(signing, keys.certificate("ca"))


def test_signed_builds_reproduce(keys):
    first = updatefile.pack(b"payload", MANIFEST, Signer(keys))
    assert first == updatefile.pack(b"payload", MANIFEST, Signer(keys))


def test_every_flipped_byte_is_noticed(keys):
    data = updatefile.pack(b"payload" * 10, MANIFEST, Signer(keys))
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 0x10
        with pytest.raises(updatefile.UpdateFileError):
            updatefile.parse(bytes(damaged))


def test_every_truncation_is_noticed():
    data = updatefile.pack(b"payload", MANIFEST)
    for size in range(len(data)):
        with pytest.raises(updatefile.UpdateFileError):
            updatefile.parse(data[:size])
    with pytest.raises(updatefile.UpdateFileError):
        updatefile.parse(data + b"x")


def test_foreign_files_are_named_as_such():
    for data in (b"", b"MZ" + bytes(100), bytes(48)):
        with pytest.raises(updatefile.UpdateFileError, match=r"^not an update file"):
            updatefile.parse(data)


def test_a_header_the_device_would_refuse_is_not_made():
    largest = (MAX_HEADER_SIZE // 4) * 4096
    with pytest.raises(UserError, match="header would take"):
        updatefile.pack(bytes(largest), MANIFEST)
    with pytest.raises(HeaderError, match="payload is empty"):
        read_prefix(updatefile.pack(b"", MANIFEST))
