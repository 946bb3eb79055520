"""The staging tree: what goes into an image, by its path inside the image.

Image = ``firmware/`` + the contents of ``lib/`` less ``loader``. The tree is a plain dict
(path -> bytes), so that a variant is a changed copy.
"""

import ast
import re

from ucharge.boards import board_names, load_board
from ucharge.errors import UserError
from ucharge.paths import source_root

VERSION_FILE = "firmware/version.py"
# Fixed on the board; for CPython only.
_NOT_IN_IMAGE = ("loader/", "transport/host.py")
_VERSION_LINE = re.compile(rb"^VERSION = .*$", re.MULTILINE)
_VERSION_HINT = "write one line: VERSION = (1, 0, 0)"


def stage(version=None, root=None):
    """Collect the image's sources under ``root`` (default: this repository).

    version: (major, minor, patch) to write into the tree; None keeps the sources' own.
    Returns a dict of path -> bytes, sorted. Raises UserError.
    """
    root = root or source_root()
    tree = {}
    tree.update(_collect(root / "firmware", "firmware/"))
    if not tree:
        raise UserError(f"no sources in {root / 'firmware'}")
    for path, data in _collect(root / "lib", "").items():
        if not path.startswith(_NOT_IN_IMAGE):
            tree[path] = data
    if version is not None:
        tree = with_version(tree, version)
    return dict(sorted(tree.items()))


def with_version(tree, version):
    """``tree`` as ``version`` (major, minor, patch). Raises UserError: no VERSION line."""
    line = b"VERSION = (%d, %d, %d)" % tuple(version)
    source, count = _VERSION_LINE.subn(line, tree.get(VERSION_FILE, b""))
    if count != 1:
        raise UserError(f"{VERSION_FILE} has {count} lines with VERSION", _VERSION_HINT)
    return {**tree, VERSION_FILE: source}


def tree_version(tree):
    """The version that ``tree`` says it is. Raises UserError."""
    version = _constants(tree).get("VERSION")
    if not (isinstance(version, tuple) and len(version) == 3 and all(map(_is_count, version))):
        raise UserError(f"{VERSION_FILE} has no VERSION of three integers", _VERSION_HINT)
    return version


def state_schema(tree):
    """The schema of the files under /state that ``tree`` reads and writes. Raises UserError."""
    schema = _constants(tree).get("STATE_SCHEMA")
    if not _is_count(schema):
        raise UserError(f"{VERSION_FILE} has no STATE_SCHEMA", "write: STATE_SCHEMA = 1")
    return schema


def boards_of(kind, names=()):
    """Boards an image of ``kind`` is for, as dicts: ``names``, or all that take one.

    kind: "app" or "esp32" (interpreter and application as one unit); None: what ``names``
    take, else "app". Raises UserError.
    """
    boards = [load_board(name) for name in names]
    kind = kind or (_kind(boards[0]) if boards else "app")
    for board in boards:
        if _kind(board) != kind:
            raise UserError(f"{board['name']} takes no image of kind {kind}", "build one by one")
    return boards or [board for board in map(load_board, board_names()) if _kind(board) == kind]


def _kind(board):
    return "esp32" if board["family"] == "esp32" else "app"


def _constants(tree):
    """The literals that the version file assigns; it is read, not run."""
    try:
        body = ast.parse(tree.get(VERSION_FILE, b"")).body
        return {
            statement.targets[0].id: ast.literal_eval(statement.value)
            for statement in body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        }
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{VERSION_FILE}: {error}", _VERSION_HINT) from error


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 65536


def _collect(folder, prefix):
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(_is_hidden(part) for part in inside.parts):
            found[prefix + inside.as_posix()] = path.read_bytes()
    return found


def _is_hidden(name):
    return name.startswith(".") or name == "__pycache__" or name.endswith(".pyc")
