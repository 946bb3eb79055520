"""The update job's files: read at the start, written at each step.

``/state/job.json`` is the job. The credentials of a signed one, written once, are in
``/state/job.s0`` or ``job.s1``, by the job's id: they are there before the job is.
``/state/job.head`` holds the update file's head while its sectors arrive.
May import: `json`, its siblings.
"""

import json

from firmware.ocpp16.update import PATH
from firmware.ocpp16.update_statuses import is_status
from micropython import const

HEAD = "/state/job.head"
_SCHEMA = const(1)
_MAX_FILE = const(4096)
_MAX_CREDENTIALS = const(6144)
_CREDENTIALS = const("/state/job.s")
_STORED = const(
    (
        "id",
        "location",
        "retrieve_s",
        "attempts_left",
        "interruptions",
        "retry_interval_s",
        "retry_s",
        "phase",
        "reports",
        "last_status",
        "is_announced",
        "version",
    )
)
# What came later: a file may be without them.
_ADDED = const(
    (
        "kind",
        "request_id",
        "install_s",
        "events",
        "said",
        "before",
        "etag",
        "kept",
        "side",
        "offline",
    )
)


def take_up(job, update):
    """Make ``job``, just cleared, the one on the files where they hold a good one."""
    from firmware.ocpp16.update_job import PHASES

    data = update.files.read(PATH, _MAX_FILE)
    try:
        stored = json.loads(data or b"")
        values = [stored[name] for name in _STORED]
        if stored["schema"] != _SCHEMA:
            raise ValueError("schema %r" % stored["schema"])
    except (ValueError, KeyError, TypeError) as error:
        update.log("update: job file unreadable, dropped: %r" % error)
        return
    names = list(_STORED)
    for name in _ADDED:
        if name in stored:
            names.append(name)
            values.append(stored[name])
    for name, value in zip(names, values):
        if not _is_sound(name, value, type(getattr(job, name)), PHASES):
            update.log("update: job file malformed, dropped: " + name)
            job.clear()
            return
        setattr(job, name, value)
    last = stored.get("last")
    if last is not None and not _is_report(last):
        update.log("update: job file malformed, dropped: last")
        job.clear()
        return
    update.last = last
    job.version = tuple(job.version)
    job.before = tuple(job.before)


def _is_sound(name, value, kind, phases):
    if name == "phase":
        return value in phases
    if name == "reports":
        return isinstance(value, list) and all(map(_is_report, value))
    if name == "events":
        return isinstance(value, list) and all(map(_is_event, value))
    if name == "version" or name == "before":
        return isinstance(value, list) and len(value) == 3 and all(map(_is_count, value))
    if name == "kind":
        return value in (1, 2, 3) and _is_count(value)
    if name == "request_id":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "side":
        return value in (0, 1)
    if kind is int:
        return value == -1 or _is_count(value)
    return isinstance(value, kind)


def _is_report(value):
    if isinstance(value, list):
        return len(value) == 2 and is_status(value[0]) and isinstance(value[1], int)
    return is_status(value)


def _is_event(value):
    return isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) for v in value)


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40


def save(job, update):
    """Write the job, and the status of a signed update before it. Raises OSError."""
    stored = {name: getattr(job, name) for name in _STORED + _ADDED}
    stored["version"] = list(job.version)
    stored["before"] = list(job.before)
    stored["last"] = update.last
    stored["schema"] = _SCHEMA
    update.files.write(PATH, json.dumps(stored).encode())


def remove(job, update):
    """``job``, cleared, is over. Its file stays where a signed one's end is still to be told."""
    if update.last:
        save(job, update)
    else:
        update.files.remove(PATH)
    for path in (HEAD, _CREDENTIALS + "0", _CREDENTIALS + "1"):
        update.files.remove(path)


def keep_credentials(job, files, credentials):
    """Write a signed job's (signature, certificate). Raises OSError."""
    signature, certificate = credentials
    head = b"%d %d\n" % (job.id, len(signature))
    files.write(_CREDENTIALS + str(job.side), head + signature + certificate)


def credentials(job, files):
    """What `keep_credentials` wrote for this job, or None."""
    data = files.read(_CREDENTIALS + str(job.side), _MAX_CREDENTIALS) or b""
    head, _, rest = data.partition(b"\n")
    words = head.split(b" ")
    if len(words) != 2 or words[0] != b"%d" % job.id:
        return None
    size = int(words[1])
    return rest[:size], rest[size:]
