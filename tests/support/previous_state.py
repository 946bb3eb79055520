"""State files as the firmware before this one read and wrote them; frozen, never to be improved.

Each ``read_...`` is that version's own code, less what has nothing to do with the file.
"""

import json
from binascii import crc32

TRANSACTIONS = "/state/transactions.json"
KEYS = "/state/keys.json"
AVAILABILITY = "/state/availability.json"
JOB = "/state/job.json"

# Written by it: during a charge; after one that ended offline and one that began so; the rest.
CHARGING = {
    TRANSACTIONS: b'{"schema": 1, "registers_wh": [306], "open": [{"start": {"connectorId": 1,'
    b' "idTag": "TAG1", "meterStart": 0, "timestamp": "2026-01-01T00:00:02Z"}, "id": 101,'
    b' "last": "2026-01-01T00:05:02Z"}]}',
}
OFFLINE = {
    TRANSACTIONS: b'{"schema": 1, "registers_wh": [317], "open": [{"start": {"connectorId": 1,'
    b' "idTag": "TAG1", "meterStart": 0, "timestamp": "2026-01-01T00:00:02Z"}, "id": 101,'
    b' "last": "2026-01-01T00:05:02Z", "stop": {"meterStop": 317, "timestamp":'
    b' "2026-01-01T00:05:13Z", "reason": "EVDisconnected"}}, {"start": {"connectorId": 1,'
    b' "idTag": "OFF", "meterStart": 317, "timestamp": "2026-01-01T00:05:17Z"}}]}',
}
REST = {
    AVAILABILITY: b'{"schema": 1, "inoperative": [1]}',
    KEYS: b'{"schema": 1, "keys": {"HeartbeatInterval": "20", "MeterValuesSampledData":'
    b' "Energy.Active.Import.Register,Current.Offered", "LocalPreAuthorize": "true"}}',
    JOB: b'{"id": 0, "location": "https://host/x.ucup", "retrieve_s": 1767225600,'
    b' "attempts_left": 3, "interruptions": 0, "retry_interval_s": 60, "retry_s": 0,'
    b' "phase": "downloading", "reports": [], "last_status": "Downloading",'
    b' "is_announced": true, "version": [0, 0, 0], "schema": 1}',
}


def read_transactions(files):
    """(registers_wh, records of open transactions)."""
    data = files.read(TRANSACTIONS, 8192)
    try:
        state = json.loads(data) if data else {}
        registers_wh = [int(wh) for wh in state.get("registers_wh", ())]
        records = [record for record in state.get("open", ()) if _is_record(record)]
    except (ValueError, TypeError, AttributeError, KeyError):
        return [], []
    return registers_wh, records


def read_queue(files):
    """(kind, id, number, rest) of each message in the outbox's segments, from the first on."""
    found = []
    number = 1
    while files.size("/state/outbox/%d" % number) is not None:
        prefix = ""
        with files.open("/state/outbox/%d" % number, "rb") as file:
            while True:
                line = file.readline(4096)
                if not line:
                    break
                data = line[9:-1]
                text = data.decode() if line == b"%08x %s\n" % (crc32(data), data) else ""
                kind = text[:1]
                if kind == "P":
                    prefix = text[2:]
                elif kind and kind in "SMT":
                    kind, unique_id, transaction, rest = text.split(" ", 3)
                    found.append((kind, prefix + unique_id, int(transaction), rest))
        number += 1
    return found


def _is_record(record):
    start = record["start"]
    numbers = (start["connectorId"], start["meterStart"], record.get("id", 0))
    stop = record.get("stop", start)
    texts = (start["timestamp"], stop["timestamp"], record.get("last", ""))
    return isinstance(sum(numbers), int) and isinstance("".join(texts), str)


def read_keys(files):
    """Key -> value of those that were changed."""
    data = files.read(KEYS, 8192)
    try:
        saved = json.loads(data)["keys"] if data else {}
    except (ValueError, KeyError, TypeError):
        return {}
    return saved if isinstance(saved, dict) else {}


def read_availability(files):
    """The connectors out of service."""
    data = files.read(AVAILABILITY, 1024)
    try:
        return list(json.loads(data)["inoperative"] if data else ())
    except (ValueError, KeyError, TypeError):
        return []


_STORED = (
    "id", "location", "retrieve_s", "attempts_left", "interruptions", "retry_interval_s",
    "retry_s", "phase", "reports", "last_status", "is_announced", "version",
)  # fmt: skip
_PHASES = (
    "idle", "scheduled", "waiting", "downloading", "retry", "staged", "done", "installing",
    "trial",
)  # fmt: skip
_STATUSES = (
    "Downloading", "DownloadFailed", "Installed", "Downloaded", "Installing",
    "InstallationFailed",
)  # fmt: skip


def read_job(files):
    """The update job as a dict; None where there is none or it was dropped."""
    data = files.read(JOB, 4096)
    if data is None:
        return None
    try:
        stored = json.loads(data)
        values = [stored[name] for name in _STORED]
        if stored["schema"] != 1:
            raise ValueError("schema %r" % stored["schema"])
    except (ValueError, KeyError, TypeError):
        return None
    for name, value in zip(_STORED, values):
        if not _is_sound(name, value):
            return None
    return dict(zip(_STORED, values))


def _is_sound(name, value):
    if name == "phase":
        return value in _PHASES
    if name == "reports":
        return isinstance(value, list) and all(status in _STATUSES for status in value)
    if name == "version":
        return isinstance(value, list) and len(value) == 3 and all(map(_is_count, value))
    if name in ("location", "last_status"):
        return isinstance(value, str)
    if name == "is_announced":
        return isinstance(value, bool)
    return value == -1 or _is_count(value)


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40
