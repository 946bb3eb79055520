"""What a board tells of itself: small programs it runs, each of which prints one line of JSON.

Small, because an application's heap is full; apart, because a broken board answers some.
"""

import calendar
import json
import time

from ucharge.board.connection import BoardRefused
from ucharge.errors import UserError
from ucharge.provisioning import CA, CONFIG, parse_config

_PROGRAMS = {
    "interpreter": """
import sys
i = sys.implementation
return [i.name, list(i.version[:3]), sys.platform, getattr(i, "_machine", "")]
""",
    "heap": """
import gc
gc.collect()
return [gc.mem_free(), gc.mem_alloc()]
""",
    "storage": """
import os
s = os.statvfs("/")
return [s[0] * s[3], s[0] * s[2]]
""",
    "clock": """
import time
return list(time.gmtime()[:6])
""",
    "boot": """
from loader import start
c = start.context
if c is None:
    return None
return [c.board.get("name"), c.slot, c.cause, c.flags, c.decision.row if c.decision else None]
""",
    "record": """
from loader import record
from loader.files import Files
r = record.read(Files())
return r and [r.state, r.active, r.previous, r.attempts, r.unhealthy, r.reason, r.version, r.floor]
""",
    "slots": """
from loader import start
s = start.context.slots
return {n: [s[n].version(), s[n].verifies(), s[n].proven()] for n in s if s[n].header()}
""",
    "wifi": """
import network
w = network.WLAN(network.STA_IF)
if not w.isconnected():
    return [False, None, None]
return [True, w.status("rssi"), w.ifconfig()[0]]
""",
}
_NAMES = {
    "interpreter": ("name", "version", "platform", "machine"),
    "heap": ("free", "used"),
    "storage": ("free", "total"),
    "boot": ("board", "slot", "cause", "flags", "row"),
    "record": (
        "state",
        "active",
        "previous",
        "attempts",
        "unhealthy",
        "reason",
        "version",
        "floor",
    ),
    "wifi": ("connected", "rssi", "address"),
}
_SLOT = ("version", "verifies", "proven")
# Of config.json; whatever else is in it may be secret.
_SHOWN = ("identity", "url", "allow_http", "allow_unsigned", "confirm_after_s")


def gather(board):
    """Dict of name -> facts of an open connection; None where the board could not say.

    "config" is without its secrets; "errors" has what went wrong. Raises NoBoard.
    """
    facts, errors = {}, {}
    for name, body in _PROGRAMS.items():
        facts[name] = None
        try:
            value = _ask(board, body)
        except BoardRefused as error:
            errors[name] = error.text.strip().splitlines()[-1]
            continue
        if name in _NAMES and value is not None:
            value = dict(zip(_NAMES[name], value, strict=True))
        facts[name] = value
    for name, value in (facts["slots"] or {}).items():
        facts["slots"][name] = dict(zip(_SLOT, value, strict=True))
    facts["clock"] = _clock(facts["clock"])
    facts["config"] = _config(board, errors)
    facts["has_ca"] = CA.rpartition("/")[2] in board.listdir("/certs")
    crash = board.read("/state/crash.log")
    facts["crash"] = crash.decode(errors="replace").strip().splitlines()[-1:] if crash else []
    facts["errors"] = errors
    return facts


def _ask(board, body):
    lines = "".join(f"\n {line}" for line in body.strip().splitlines())
    out = board.exec(f"def _f():{lines}\nimport json\nprint(json.dumps(_f()))\ndel _f")
    try:
        return json.loads(out.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise BoardRefused("a question", out) from None


def _clock(fields):
    if not fields:
        return None
    unix_s = calendar.timegm((*fields, 0, 0, 0))
    text = "{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d} UTC".format(*fields)
    return {"utc": text, "ahead_s": unix_s - int(time.time())}


def _config(board, errors):
    try:
        config = parse_config(board.read(CONFIG))
    except UserError as error:
        errors["config"] = str(error)
        return None
    if config is None:
        return None
    wifi = config.get("wifi") or {}
    shown = {name: config[name] for name in _SHOWN if name in config}
    if "@" in str(shown.get("url")):
        shown["url"] = "(not shown: it holds a password)"
    shown["ssid"] = wifi.get("ssid", "")
    shown["has_wifi_password"] = bool(wifi.get("password"))
    shown["has_authorization_key"] = bool(config.get("authorization_key"))
    return shown
