"""The update job's file: read at the start, written at each step. Loaded for that alone.

May import: `json`, `firmware.ocpp16.update_job`.
"""

import json

from firmware.ocpp16.update_job import DONE, DOWNLOADING, PATH, PHASES, STATUSES, WAITING
from micropython import const

_SCHEMA = const(1)
_MAX_FILE = const(4096)
_MAX_INTERRUPTIONS = const(8)  # resets within one job's downloads
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


def take_up(job, files, log):
    """Make ``job``, just cleared, the one on ``files`` where that holds a good one."""
    data = files.read(PATH, _MAX_FILE)
    if data is None:
        return
    try:
        stored = json.loads(data)
        values = [stored[name] for name in _STORED]
        if stored["schema"] != _SCHEMA:
            raise ValueError("schema %r" % stored["schema"])
    except (ValueError, KeyError, TypeError) as error:
        log("update: job file unreadable, dropped: %r" % error)
        return
    for name, value in zip(_STORED, values):
        if not _is_sound(name, value, type(getattr(job, name))):
            log("update: job file malformed, dropped: " + name)
            job.clear()
            return
        setattr(job, name, value)
    job.version = tuple(job.version)
    if job.phase == DOWNLOADING:  # the reset broke it off; that is no failed attempt
        job.phase = WAITING
        job.interruptions += 1
        if job.interruptions > _MAX_INTERRUPTIONS:
            log("update: download failed: broken off by too many resets")
            job.enter(DONE, "DownloadFailed")


def _is_sound(name, value, kind):
    if name == "phase":
        return value in PHASES
    if name == "reports":
        return isinstance(value, list) and all(status in STATUSES for status in value)
    if name == "version":
        return isinstance(value, list) and len(value) == 3 and all(map(_is_count, value))
    if kind is int:
        return value == -1 or _is_count(value)
    return isinstance(value, kind)


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40


def save(job, files):
    """Write the file."""
    stored = {name: getattr(job, name) for name in _STORED}
    stored["version"] = list(job.version)
    stored["schema"] = _SCHEMA
    files.write(PATH, json.dumps(stored).encode())
