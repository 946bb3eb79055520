"""The files of a freshly provisioned device: loader, board, configuration, one proven image."""

import json

from ucharge.build.updatefile import parse
from ucharge.device_loader import record as records
from ucharge.device_loader import slots
from ucharge.paths import source_root
from ucharge.sim.provision import PARTITION

# Where a new device keeps what it knows; keys of config.json, schema 1.
_DEFAULTS = {
    "schema": 1,
    "allow_http": False,
    "vendor": "uCharge",
    "confirm_after_s": 30,
    "trial_deadline_s": 600,
    "wifi": {"ssid": "", "password": ""},
    "authorization_key": None,
}


def device_files(board, config, ca_der, update, root=None):
    """Device path (or "@" + partition) -> bytes for a device that runs ``update`` from slot a, confirmed.

    board: the dict of board.json; config: the dict of config.json; ca_der: trusted CA, or None;
    update: an update file's bytes. Raises UpdateFileError.
    """
    file = parse(update)
    floor = tuple(file.manifest["floor"])
    files = loader_files(root)
    files["/board.json"] = _json(board)
    files["/config.json"] = _json(config)
    if ca_der:
        files["/certs/ca.der"] = ca_der
    place = PARTITION + "ota_0" if file.manifest["kind"] == "esp32" else "/slots/a.rom"
    files[place] = file.payload
    files["/slots/a.mf"] = bytes(file.header.data)
    files["/slots/a.ok"] = slots.proven_mark(file.header.digest, floor)
    files["/slots/rec0"] = _first_record(file, floor).pack()
    return files


def loader_files(root=None):
    """The fixed part: boot.py, main.py and /loader, as source."""
    root = root or source_root()
    files = {f"/{name}": (root / name).read_bytes() for name in ("boot.py", "main.py")}
    for path in sorted((root / "lib" / "loader").glob("*.py")):
        files[f"/loader/{path.name}"] = path.read_bytes()
    return files


def make_config(identity, url, board, keys=None, **changes):
    """config.json for charger ``identity`` at the central system ``url``.

    keys: OCPP configuration keys to preset (key -> text); changes replace whole entries.
    """
    name = board["name"]
    config = dict(_DEFAULTS, identity=identity, url=url, model=name, serial=f"{name}-{identity}")
    config["keys"] = keys or {}
    return {**config, **changes}


def _first_record(file, floor):
    record = records.Record(records.CONFIRMED, "a", "b")
    record.version = tuple(file.manifest["version"])
    record.floor = floor
    record.digest = file.header.digest
    return record


def _json(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
