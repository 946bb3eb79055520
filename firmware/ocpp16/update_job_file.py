"""The update job's file: read at the start, written at each step. Loaded for that alone.

May import: `json`, `firmware.ocpp16.update_job`.
"""

import json

from firmware.ocpp16.update_job import DONE, DOWNLOADING, PATH, PHASES, WAITING
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
    except (ValueError, KeyError, TypeError) as error:
        log("update: job file unreadable, dropped: %r" % error)
        return
    for name, value in zip(_STORED, values):
        kind = list if name == "version" else type(getattr(job, name))
        if not isinstance(value, kind) or (name == "phase" and value not in PHASES):
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


def save(job, files):
    """Write the file."""
    stored = {name: getattr(job, name) for name in _STORED}
    stored["version"] = list(job.version)
    stored["schema"] = _SCHEMA
    files.write(PATH, json.dumps(stored).encode())
