"""ucharge build: sources -> .mpy -> ROMFS; the image runs on real MicroPython."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loader import record as records
from loader.files import Files
from loader.slots import FileSlot
from ucharge.build import image, updatefile
from ucharge.build.device import device_files, loader_files, make_config
from ucharge.build.mpy import compile_tree, mpy_version
from ucharge.build.romfs import write_romfs
from ucharge.build.stage import stage, tree_version, with_version
from ucharge.errors import UserError
from ucharge.paths import ROOT

TREE = {
    "firmware/__init__.py": b"",
    "firmware/app.py": b"from ticks import now\n\ndef main(ctx):\n    return 'app %d' % now()\n",
    "firmware/evse/__init__.py": b"",
    "firmware/evse/pilot.py": b"STATE = 'A'\n",
    "firmware/version.py": b"VERSION = (1, 0, 0)\nSTATE_SCHEMA = 1\n",
    "ticks.py": b"def now():\n    return 7\n",
}

# On MicroPython: mount argv[1] with argv[2]'s VFS and run what is in it.
_MOUNT = """
import sys, vfs
if sys.argv[2] == "c":
    vfs.mount(vfs.VfsRom(open(sys.argv[1], "rb").read()), "/app")
else:
    from loader.romfs import RomfsVfs
    file = open(sys.argv[1], "rb")
    vfs.mount(RomfsVfs(file, file.seek(0, 2)), "/app")
sys.path.insert(0, "/app")
from firmware.app import main
from firmware.evse import pilot
from firmware.version import VERSION
print(main(None), pilot.STATE, VERSION, main.__name__)
"""


@pytest.fixture
def sources(tmp_path):
    """A small clone: firmware/, lib/ with a loader, and things that must stay out."""
    for path, data in TREE.items():
        place = tmp_path / path if path.startswith("firmware") else tmp_path / "lib" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    for path in ("lib/loader/start.py", "lib/__pycache__/x.pyc", "firmware/.hidden.py"):
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"")
    return tmp_path


def test_stage_takes_firmware_and_lib_less_loader(sources):
    assert stage(root=sources) == TREE


def test_stage_writes_the_version(sources):
    assert tree_version(stage((1, 2, 3), root=sources)) == (1, 2, 3)
    assert tree_version(stage(root=sources)) == (1, 0, 0)
    assert b"STATE_SCHEMA = 1" in stage((1, 2, 3), root=sources)["firmware/version.py"]


def test_a_tree_without_a_version_is_a_user_error():
    with pytest.raises(UserError, match="VERSION"):
        tree_version({})
    with pytest.raises(UserError, match="VERSION"):
        tree_version({"firmware/version.py": b"VERSION = (1, 2)\n"})
    with pytest.raises(UserError, match="0 lines with VERSION"):
        with_version({"firmware/version.py": b"OTHER = 1\n"}, (1, 0, 0))
    with pytest.raises(UserError, match="STATE_SCHEMA"):
        image.build_update(["b"], tree={"firmware/version.py": b"VERSION = (1, 0, 0)\n"}, built=1)


def test_the_version_file_is_read_and_never_run(tmp_path):
    evil = b"VERSION = open('%s', 'w')\n" % str(tmp_path / "trace").encode()
    with pytest.raises(UserError):
        tree_version({"firmware/version.py": evil})
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("which", ["c", "python"])
def test_the_image_mounts_in_micropython_and_imports(tmp_path, which):
    rom, script = tmp_path / "app.rom", tmp_path / "mount.py"
    rom.write_bytes(image.build_romfs(tree=TREE))
    script.write_text(_MOUNT)
    micropython = shutil.which("micropython", path=str(Path(sys.executable).parent))
    assert micropython
    result = subprocess.run(
        [micropython, str(script), str(rom), which],
        env={"MICROPYPATH": f"{ROOT / 'lib'}:.frozen"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert result.stdout.strip() == "app 7 A (1, 0, 0) main", result.stderr


def test_two_builds_are_equal():
    first = image.build_update(["sim_rp2"], tree=TREE, built=1)
    again = image.build_update(["sim_rp2"], tree=dict(reversed(TREE.items())), built=1)
    assert first == again


def test_another_version_is_another_image():
    changed = with_version(TREE, (1, 0, 1))
    assert image.build_romfs(tree=TREE) != image.build_romfs(tree=changed)


def test_no_path_of_this_machine_gets_into_the_image():
    compiled = compile_tree(TREE)
    assert b"firmware.app" in compiled["firmware/app.mpy"]
    assert b"/tmp" not in write_romfs(compiled)


def test_data_files_pass_through_unchanged():
    assert compile_tree({"firmware/table.bin": b"\0\1"}) == {"firmware/table.bin": b"\0\1"}


def test_mpy_version_is_what_the_compiled_files_carry():
    version, _, arch = mpy_version(compile_tree(TREE))
    assert version == compile_tree(TREE)["ticks.mpy"][1]
    assert arch == 0


def test_a_syntax_error_is_told_with_its_file_and_line():
    with pytest.raises(UserError, match=r"firmware/app\.py") as caught:
        compile_tree({"firmware/app.py": b"def main(:\n"})
    assert "SyntaxError" in str(caught.value)


def test_build_time_is_the_environments_or_the_commits(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert image.build_time() == 1700000000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UserError, match="SOURCE_DATE_EPOCH"):
        image.build_time()
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setattr(image, "ROOT", Path("/"))
    with pytest.raises(UserError, match="no git clone"):
        image.build_time()


@pytest.mark.parametrize("text", ["1.0", "1.0.0.0", "1.a.0", "", "1.0.70000", "-1.0.0"])
def test_a_bad_version_is_a_user_error(text):
    with pytest.raises(UserError, match="no version"):
        image.parse_version(text)


def test_a_provisioned_device_boots_slot_a_by_the_loaders_own_reading(tmp_path):
    update = image.build_update(["sim_rp2"], tree=TREE, built=1, floor=(0, 9, 0))
    board = {"schema": 1, "name": "sim_rp2"}
    config = make_config(
        "CP001", "wss://localhost:9000/ocpp", board, keys={"HeartbeatInterval": "9"}
    )
    for path, data in device_files(board, config, b"ca", update).items():
        place = tmp_path / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    files = Files(str(tmp_path))
    record = records.read(files)
    slot = FileSlot(files, "a")
    assert (record.state, record.active, record.version) == (records.CONFIRMED, "a", (1, 0, 0))
    assert record.digest == slot.digest() == updatefile.parse(update).header.digest
    assert slot.verifies() and slot.proven()
    assert slot.floor() == record.floor == (0, 9, 0)
    assert not FileSlot(files, "b").verifies()
    assert json.loads((tmp_path / "config.json").read_text())["identity"] == "CP001"
    assert (tmp_path / "certs/ca.der").read_bytes() == b"ca"


def test_the_fixed_part_goes_to_the_device_as_source():
    files = loader_files()
    assert files["/boot.py"] == (ROOT / "boot.py").read_bytes()
    assert {"/main.py", "/loader/__init__.py", "/loader/start.py"} <= set(files)
    assert not any(path.endswith(".mpy") for path in files)
