"""Seeded bugs in what is kept besides updates and charging; the campaign must notice each.

Most are planted where files are written: the modules that write are loaded anew for each use.
"""

import binascii
import json

from firmware.log import VERSIONS
from firmware.ocpp16.security_keys import PATH as BEFORE
from firmware.renewal import Renewal
from loader.files import Files

_KEYS = "/state/keys.json"
_EVENTS = "/state/events.json"
_CHECK = "/state/check.json"
_JOB = "/state/job.json"
_SECURITY_LOG = "/state/log/security"


def _writes(path, instead):
    """Call ``instead(write, files, path, data)`` for what is written where a name begins so."""
    write = Files.write

    def careless(files, name, data):
        if name[: len(path)] == path:
            instead(write, files, name, data)
        else:
            write(files, name, data)

    setattr(Files, "write", careless)  # noqa: B010 two signatures


def _removed_first(write, files, path, data):
    files.remove(path)
    write(files, path, data)


def keys_removed_first():
    """The keys' file is removed before the new one is written."""
    _writes(_KEYS, _removed_first)


def before_kept_late():
    """A key is changed before the one to fall back on is kept."""
    late = []

    def put_off(write, files, path, data):
        late[:] = [data]

    def after(write, files, path, data):
        write(files, path, data)
        if late:
            write(files, BEFORE, late.pop())

    _writes(_KEYS, after)
    _writes(BEFORE, put_off)


def before_dropped_at_start():
    """What to fall back on is removed as soon as it was read, not when the new one connects."""
    load = Renewal._load

    def hasty(self):
        found = load(self)
        self._charge_point.files.remove(BEFORE)
        return found

    Renewal._load = hasty


def certificate_in_two_parts():
    """A certificate's file is closed before it is whole."""

    def halved(write, files, path, data):
        write(files, path, data[: len(data) // 2])
        with files.open(path, "ab") as file:
            file.write(data[len(data) // 2 :])

    _writes("/certs/", halved)


def root_removed_before_kept():
    """A root that may be needed is gone before it is kept."""

    def hasty(write, files, path, data):
        for name in ("ca", "ca1", "ca2"):
            der = files.read("/certs/%s.der" % name, 8192)
            if der and binascii.b2a_base64(der).strip() in data:
                files.remove("/certs/%s.der" % name)
        write(files, path, data)

    _writes(BEFORE, hasty)


def events_wait_in_ram():
    """Security events that wait to be told are on no flash."""
    _writes(_EVENTS, lambda write, files, path, data: None)


def security_log_removed_first():
    """The security log is removed before what stays of it is written."""
    _writes(_SECURITY_LOG, _removed_first)


def history_removed_first():
    """The history of the versions is removed before the new one is written."""
    _writes(VERSIONS, _removed_first)


def check_noted_late():
    """When the next own check is due is written once this one has come to something."""
    late = []

    def put_off(write, files, path, data):
        if json.loads(data)["last_s"]:
            late[:] = [data]
        else:
            write(files, path, data)

    def after(write, files, path, data):
        write(files, path, data)
        if late:
            write(files, _CHECK, late.pop())

    _writes(_JOB, after)
    _writes(_CHECK, put_off)


def way_back_told_late():
    """The old key is kept again before that is told."""
    tell, settle = Renewal._tell_back, Renewal._settle
    late = []

    def settled(self):
        Renewal._tell_back = lambda self, what: late.append(what)
        settle(self)
        Renewal._tell_back = tell
        while late:
            tell(self, late.pop())

    Renewal._settle = settled


BUGS = {
    bug.__name__: bug
    for bug in (
        keys_removed_first,
        before_kept_late,
        before_dropped_at_start,
        certificate_in_two_parts,
        root_removed_before_kept,
        events_wait_in_ram,
        security_log_removed_first,
        history_removed_first,
        check_noted_late,
        way_back_told_late,
    )
}
