"""Provisioning over the cable: only the files that change are written, /state is left alone."""

from ucharge import provisioning
from ucharge.board.connection import BoardError
from ucharge.boards import board_json


def held_board(board, wanted=None):
    """The dict of the board's /board.json; ``wanted`` where that was given. Raises BoardError."""
    if wanted:
        return wanted
    found = provisioning.parse_config(board.read(provisioning.BOARD))
    if found is None or not isinstance(found.get("name"), str):
        raise BoardError(
            "there is no board.json on the board", "flash it first, or say which it is: --board"
        )
    return found


def settle(board, changes, files, wanted=None, is_fresh=False):
    """Write what ``changes`` (of config.json) and ``files`` (path -> bytes) make different.

    board: an open connection; wanted: dict of a board.json to be written; is_fresh: what
    config.json says is forgotten. Returns the paths written. Raises UserError.
    """
    facts = held_board(board, wanted)
    before = None
    if not is_fresh:
        before = provisioning.parse_config(board.read(provisioning.CONFIG))
    made = dict(files)
    if wanted:
        made[provisioning.BOARD] = board_json(wanted)
    config = provisioning.configured(facts, before, changes)
    if config["url"].startswith("wss") and provisioning.CA not in made:
        if "ca.der" not in board.listdir("/certs"):
            raise BoardError("wss needs --ca", "the CA that signed the server's certificate")
    if config != before:
        made[provisioning.CONFIG] = provisioning.pack(config)
    written = []
    for path, data in made.items():
        if board.read(path) != data:
            board.write(path, data)
            written.append(path)
    return written


def overrides(board):
    """Configuration keys that were set over the air: they win over those provisioned."""
    kept = provisioning.parse_config(board.read("/state/keys.json")) or {}
    keys = kept.get("keys", kept)
    return sorted(name for name in keys if name != "schema") if isinstance(keys, dict) else []
