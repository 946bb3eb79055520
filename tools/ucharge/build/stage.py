"""The staging tree: what goes into an image, by its path inside the image.

Image = ``firmware/`` + the contents of ``lib/`` less ``loader``. The tree is a plain dict
(path -> bytes), so that a variant is a changed copy.
"""

from ucharge.errors import UserError
from ucharge.paths import ROOT, source_root

VERSION_FILE = "firmware/version.py"
# Fixed on the board, never part of an image.
_NOT_IN_IMAGE = ("loader",)


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
        if path.split("/")[0] not in _NOT_IN_IMAGE:
            tree[path] = data
    if version is not None:
        tree[VERSION_FILE] = version_source(version)
    return dict(sorted(tree.items()))


def version_source(version):
    """The text of ``firmware/version.py`` for ``version``."""
    return (
        b'"""The image\'s version: major, minor, patch."""\n\nVERSION = (%d, %d, %d)\n' % version
    )


def tree_version(tree):
    """The version that ``tree`` says it is. Raises UserError."""
    scope = {}
    try:
        exec(compile(tree[VERSION_FILE], VERSION_FILE, "exec"), scope)
        version = tuple(scope["VERSION"])
        major, minor, patch = (int(part) for part in version)
    except (KeyError, SyntaxError, TypeError, ValueError) as error:
        raise UserError(
            f"{VERSION_FILE} has no VERSION of three integers: {error}",
            "write: VERSION = (1, 0, 0)",
        ) from error
    return major, minor, patch


def known_boards(names=(), root=None):
    """Board names an image is for: ``names``, or every board there is. Raises UserError."""
    known = sorted(path.stem for path in ((root or ROOT) / "board_configs").glob("[a-z]*.py"))
    for name in names:
        if name not in known:
            raise UserError(f"no board {name!r}", f"there are: {', '.join(known)}")
    return list(names) or known


def _collect(folder, prefix):
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(_is_hidden(part) for part in inside.parts):
            found[prefix + inside.as_posix()] = path.read_bytes()
    return found


def _is_hidden(name):
    return name.startswith(".") or name == "__pycache__" or name.endswith(".pyc")
