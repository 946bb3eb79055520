"""Update files of kind esp32: the payload, the checks on the interpreter, the flash image."""

import hashlib

import pytest
from click.testing import CliRunner

from ucharge.boards import load_board
from ucharge.build import esp32, image, updatefile
from ucharge.build.device import device_files, make_config
from ucharge.build.romfs import write_romfs
from ucharge.commands.build import command
from ucharge.demo.flash import Flash
from ucharge.errors import UserError
from ucharge.sim import provision
from ucharge.sim.fakes import app_image, ota_boot

BOARD = load_board("sim_esp32")
TREE = {"firmware/version.py": b"VERSION = (1, 0, 0)\nSTATE_SCHEMA = 1\n"}


def test_the_tail_is_where_the_manifest_says():
    file = updatefile.parse(image.build_for(BOARD, tree=TREE, built=1))
    manifest = file.manifest
    assert manifest["kind"] == "esp32"
    start, size = manifest["romfs_offset"], manifest["romfs_size"]
    tail = file.payload[start : start + size]
    assert start % 4096 == 0 and start + size == len(file.payload)
    assert tail[:3] == b"\xd2\xcd\x31"
    assert hashlib.sha256(tail).hexdigest() == manifest["romfs_sha256"]
    assert file.payload.startswith(esp32.stand_in("esp32"))


def test_the_same_input_gives_the_same_bytes():
    assert image.build_for(BOARD, tree=TREE, built=1) == image.build_for(BOARD, tree=TREE, built=1)


def test_esptool_takes_the_stand_in_and_what_follows_is_cut_off(tmp_path):
    path = tmp_path / "micropython.bin"
    app = esp32.stand_in("esp32")
    path.write_bytes(app + b"\xff" * 5000)
    assert esp32.read_app(path, "esp32") == app


@pytest.mark.parametrize("at", [0, 1, 12, 40, 6000, -40, -1])
def test_a_damaged_interpreter_is_refused(tmp_path, at):
    data = bytearray(esp32.stand_in("esp32"))
    data[at] ^= 4
    path = tmp_path / "micropython.bin"
    path.write_bytes(data)
    with pytest.raises(UserError):
        esp32.read_app(path, "esp32")


@pytest.mark.parametrize("data", [b"", b"\xe9", b"MZ" * 100, write_romfs({"a": b"b"})])
def test_what_is_no_app_image_is_refused(tmp_path, data):
    path = tmp_path / "micropython.bin"
    path.write_bytes(data)
    with pytest.raises(UserError):
        esp32.read_app(path, "esp32")


def test_another_chip_is_refused(tmp_path):
    path = tmp_path / "micropython.bin"
    path.write_bytes(app_image.make(b"", app_image.CHIP_IDS["esp32s3"]))
    with pytest.raises(UserError):
        esp32.read_app(path, "esp32")


def test_the_command(tmp_path):
    path, out = tmp_path / "micropython.bin", tmp_path / "new.ucup"
    path.write_bytes(app_image.make(b"another interpreter"))
    options = ["--kind", "esp32", "--board", "sim_esp32", "--micropython", str(path)]
    options += ["--unsigned", "--out", str(out)]
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 0, result.output
    file = updatefile.parse(out.read_bytes())
    assert file.manifest["compatible"] == ["sim_esp32"]
    assert file.payload.startswith(path.read_bytes())


def test_the_command_refuses_a_mixture():
    for options in (
        ["--kind", "esp32"],  # boards of several chips
        ["--kind", "app", "--board", "sim_esp32"],
        ["--board", "sim_rp2", "--board", "sim_esp32"],
        ["--board", "sim_rp2", "--micropython", "x.bin"],
    ):
        result = CliRunner().invoke(command, ["--unsigned", *options])
        assert isinstance(result.exception, UserError)


def test_the_flash_of_a_fresh_device():
    update = image.build_for(BOARD, tree=TREE, built=1)
    config = make_config("CP001", "wss://localhost/ocpp", BOARD)
    files = device_files(BOARD, config, None, update)
    flash = provision.make_image(files, 1024, "esp32")
    assert flash == provision.make_image(files, 1024, "esp32")
    assert len(flash) == 4 << 20
    assert provision.read_file(flash, "/board.json") == files["/board.json"]
    assert "/slots/a.rom" not in provision.list_files(flash)
    seen = Flash(flash)
    file = updatefile.parse(update)
    assert seen.slot("a").proven() and not seen.slot("b").verifies()
    assert seen.payload_digest("a") == file.header.digest
    assert set(provision.partitions(flash)) == {"@ota_0", "@ota_1", "@otadata"}
    with pytest.raises(provision.FlashFull):
        provision.make_image({"@ota_0": bytes(ota_boot.LAYOUT_4MIB[3][3] + 1)}, 1024, "esp32")
