"""AuthorizationKey and SecurityProfile: what they take, and what was before (A01, A05).

Pure. May import: `json`, its siblings. Loaded for a change. What was before is kept until what
is new has connected.
"""

import json

from firmware.ocpp16.configuration_check import accepted
from micropython import const

PATH = "/state/credentials.json"
MAX_FILE = const(8192)
_SCHEMA = const(1)
# As `firmware.certificates` and `firmware.credentials` have them.
_ROOTS = ("ca", "ca1", "ca2", "ca3")
_OWN = ("client", "client_key")


def change(charge_point, name, value):
    """ChangeConfiguration's status; Accepted: the link comes back with the new value."""
    configuration = charge_point.configuration
    value = accepted(name, value)
    if not value or charge_point.evse.inhibited:
        return "Rejected"
    before = configuration.text(name)
    if name == "SecurityProfile":
        if int(value) < int(before) or not _has_what_it_takes(charge_point, int(value)):
            return "Rejected"
    if value == before:
        return "Accepted"
    try:
        keep_before(charge_point.files, name, before)
    except OSError as error:
        charge_point.log("credentials: %r" % error)
        return "Rejected"
    status = configuration.change(name, value)
    if status == "Accepted":
        charge_point.security_event("ReconfigurationOfSecurityParameters", name)
        charge_point.credentials_changed = "now"
    return status


def keep_before(files, name, value):
    """Keep what ``name`` was, to fall back on; what it was at first, if it still is unproven.

    Whether that is ``value``. Raises OSError.
    """
    data = files.read(PATH, MAX_FILE)
    try:
        before = json.loads(data)["before"] if data else {}
        before.setdefault(name, value)
    except (ValueError, KeyError, TypeError, AttributeError):
        before = {name: value}
    files.write(PATH, json.dumps({"schema": _SCHEMA, "before": before}).encode())
    return before[name] == value


def _has_what_it_takes(charge_point, profile):
    """Whether what ``profile`` needs is installed: a key, a root, a certificate of its own."""
    if profile in (1, 2) and not charge_point.configuration.text("AuthorizationKey"):
        return False
    if profile >= 2 and not _count(charge_point.files, _ROOTS):
        return False
    return profile < 3 or _count(charge_point.files, _OWN) == len(_OWN)


def _count(files, names):
    return sum(1 for name in names if files.size("/certs/%s.der" % name))
