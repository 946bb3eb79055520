"""Broken builds and damaged files: each is wrong in one way, and the device says which."""

import sys

import pytest

from loader.header import Header, HeaderError, read_prefix
from ota.manifest import Device, Manifest, ManifestError, Refused, check
from samples import MANIFEST
from ucharge.build import damage, updatefile, variants
from ucharge.errors import UserError

GOOD = updatefile.pack(bytes(range(256)) * 40, {**MANIFEST, "floor": [0, 0, 0]})
TREE = {
    "firmware/version.py": b"VERSION = (1, 0, 0)\nSTATE_SCHEMA = 1\n",
    "firmware/app.py": b"def main(ctx):\n    return 'good'\n",
}


def _device_says(data):
    """As the device does it: frame, manifest, checks."""
    header = Header(data[: read_prefix(data)[0]])
    manifest = Manifest(header)
    check(manifest, Device(["sim_rp2"], 0x306, (1, 28, 0), 1, 1, (0, 0, 0), 100_000))


def _damage_is_only_in_the_payload(data):
    """The device takes the header; the host's full check does not take the payload."""
    _device_says(data)
    with pytest.raises(updatefile.UpdateFileError, match="payload"):
        updatefile.parse(data)


def test_the_good_file_is_good():
    _device_says(GOOD)


def test_flip_bit_changes_one_bit_of_the_payload():
    for bit in (None, 0, 7, 81919):
        damaged = damage.flip_bit(GOOD, bit)
        different = [a ^ b for a, b in zip(damaged, GOOD, strict=True) if a != b]
        assert len(different) == 1 and different[0].bit_count() == 1
        _damage_is_only_in_the_payload(damaged)


def test_truncate_cuts_the_payload():
    assert GOOD.startswith(damage.truncate(GOOD))
    _damage_is_only_in_the_payload(damage.truncate(GOOD))


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        (damage.wrong_board(GOOD), "made for board"),
        (damage.older_mpy(GOOD), "mpy version"),
        (damage.later_micropython(GOOD), "needs MicroPython"),
        (damage.too_large(GOOD, 100_000), "slot holds"),
    ],
)
def test_refused_by_the_device_for_this_one_reason(damaged, words):
    updatefile.parse(damaged)  # framing, digest and CRC are right
    with pytest.raises(Refused, match=words):
        _device_says(damaged)


def test_below_the_floor():
    old = damage.with_version(GOOD, (0, 1, 0))
    manifest = Manifest(Header(old[: read_prefix(old)[0]]))
    with pytest.raises(Refused, match="below the floor"):
        check(manifest, Device(["sim_rp2"], 0x306, (1, 28, 0), 1, 1, (1, 0, 0), 100_000))


def test_garbage_manifest_in_a_sound_frame():
    damaged = damage.garbage_manifest(GOOD)
    with pytest.raises(ManifestError):
        _device_says(damaged)
    assert not isinstance(ManifestError(), HeaderError)


def test_raise_raises_and_hang_keeps_the_rest():
    scope = {}
    exec(variants.raising(TREE)["firmware/app.py"], scope)
    with pytest.raises(ValueError, match="on purpose"):
        scope["main"](None)
    hung = variants.hang(TREE)
    assert hung["firmware/version.py"] == TREE["firmware/version.py"]
    assert b"while True" in hung["firmware/app.py"]
    assert TREE["firmware/app.py"] != hung["firmware/app.py"]


def test_an_unknown_variant_is_a_user_error():
    with pytest.raises(UserError, match="no variant"):
        variants.break_tree("nonsense", TREE)
    assert "nonsense" not in sys.modules
