"""Build images and update files out of this repository's sources."""

import os
import subprocess

from ucharge.build import esp32, updatefile
from ucharge.build.mpy import compile_tree, mpy_version
from ucharge.build.romfs import write_romfs
from ucharge.build.stage import stage, state_schema, tree_version
from ucharge.errors import UserError
from ucharge.paths import ROOT

# The least the image's sources are written for. The loader on a board is replaced by cable
# only: raise its number here only when the image really needs a later one.
LEAST_MICROPYTHON = [1, 25, 0]
LEAST_LOADER = 1


def build_romfs(version=None, tree=None, on_progress=None):
    """The ROMFS image of ``tree`` (default: this repository's, as ``version``)."""
    tree = stage(version) if tree is None else tree
    return write_romfs(compile_tree(tree, on_progress))


def build_for(board, **options):
    """``build_update`` for ``board``, a dict of board.json; its interpreter is the stand-in."""
    return build_update(board["compatible"], interpreter=esp32.interpreter(board), **options)


def build_update(
    compatible,
    version=None,
    tree=None,
    signer=None,
    built=None,
    floor=(0, 0, 0),
    on_progress=None,
    interpreter=None,
):
    """A whole update file.

    interpreter: an app image, which makes it one of kind "esp32"; compatible: board names; tree:
    a staging tree (default: this repository's, as ``version``); built: unix seconds (default:
    ``build_time()``). Raises UserError.
    """
    tree = stage(version) if tree is None else tree
    if tuple(floor) > tuple(tree_version(tree)):
        raise UserError(
            f"the floor {floor} is above the version {tree_version(tree)}",
            "a charger that installed it would refuse every later update up to the floor",
        )
    compiled = compile_tree(tree, on_progress)
    payload, fields = write_romfs(compiled), {"kind": "app"}
    if interpreter:
        payload, fields = esp32.join(interpreter, payload)
        fields["kind"] = "esp32"
    manifest = {
        **fields,
        "compatible": sorted(compatible),
        "version": list(tree_version(tree)),
        "floor": list(floor),
        "mpy": mpy_version(compiled),
        "micropython": LEAST_MICROPYTHON,
        "loader": LEAST_LOADER,
        "state_min": state_schema(tree),
        "state_max": state_schema(tree),
        "built": build_time() if built is None else built,
    }
    return updatefile.pack(payload, manifest, signer)


def build_time():
    """Unix seconds of this build: SOURCE_DATE_EPOCH, or when HEAD was committed.

    Never the clock: the same sources give the same bytes. Raises UserError.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        try:
            epoch = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            raise UserError(
                "no build time: this is no git clone", "give --built, or set SOURCE_DATE_EPOCH"
            ) from None
    try:
        return int(epoch)
    except ValueError:
        raise UserError(f"SOURCE_DATE_EPOCH is no number: {epoch!r}") from None


def parse_version(text):
    """(1, 1, 0) of "1.1.0". Raises UserError."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdigit() and int(part) < 65536 for part in parts):
        raise UserError(f"{text!r} is no version", "write three numbers: 1.1.0")
    return tuple(int(part) for part in parts)
