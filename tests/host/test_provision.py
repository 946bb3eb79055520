"""Flash images from plain files, and back."""

import pytest

from ucharge.sim import provision

FILES = {
    "/boot.py": b"print('boot')\n",
    "/main.py": b"",
    "/loader/start.py": b"x" * 5000,
    "/state/deep/er/keys.json": b"{}",
    "/slots/a.rom": bytes(range(256)) * 400,
}


def test_round_trip():
    image = provision.make_image(FILES)
    assert len(image) == 212 * 4096
    assert provision.list_files(image) == {path: len(data) for path, data in FILES.items()}
    for path, data in FILES.items():
        assert provision.read_file(image, path) == data


def test_same_input_same_image():
    again = dict(reversed(FILES.items()))
    assert provision.make_image(FILES) == provision.make_image(again)


def test_empty():
    assert provision.list_files(provision.make_image({})) == {}


def test_missing_and_folder():
    image = provision.make_image(FILES)
    assert provision.read_file(image, "/nope") is None
    assert provision.read_file(image, "/nope/nope") is None
    assert provision.read_file(image, "/state") is None


def test_small_flash():
    image = provision.make_image({"/a": b"1"}, sectors=8)
    assert len(image) == 8 * 4096
    assert provision.read_file(image, "/a") == b"1"


def test_too_much():
    with pytest.raises(provision.FlashFull, match=r"/b does not fit.*32768 bytes of flash"):
        provision.make_image({"/a": b"1", "/b": bytes(40000)}, sectors=8)


@pytest.mark.parametrize("image", [b"\xff" * 8 * 4096, bytes(8 * 4096)])
def test_no_file_system(image):
    with pytest.raises(provision.FlashUnreadable, match="no LittleFS"):
        provision.list_files(image)


def test_reading_changes_nothing():
    image = provision.make_image(FILES)
    before = bytes(image)
    provision.read_file(image, "/boot.py")
    assert image == before
