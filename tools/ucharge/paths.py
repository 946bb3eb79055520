"""Where things lie: the repository's folders and the user's working folder."""

from pathlib import Path

from ucharge.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "lib"

# Keys, control file, builds and uploads of whoever works in the present folder.
WORK = Path(".ucharge")
KEYS = WORK / "keys"
CONTROL = WORK / "csms.json"
UPLOADS = WORK / "uploads"


def source_root():
    """The repository that holds the firmware's sources.

    Raises UserError where the command was installed without them.
    """
    if not (ROOT / "firmware").is_dir():
        raise UserError(
            f"no firmware sources in {ROOT}",
            "install the command from a clone of the repository: pip install -e .",
        )
    return ROOT
