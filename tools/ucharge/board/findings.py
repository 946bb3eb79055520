"""What is wrong with a board, and the next step: rules over its facts. Pure."""

from typing import NamedTuple

from ucharge.device_loader import record as records
from ucharge.device_loader import resets

CAUSES = {
    resets.POWER_ON: "power on",
    resets.HARD: "a reset by software",
    resets.WATCHDOG: "the watchdog",
    resets.SOFT: "a soft reset",
}
REASONS = {
    "watchdog": "it hung",
    "exception": "it ended by an exception",
    "power": "its power was cut each time",
    "reset": "it was reset each time",
    "selftest": "it failed its own test",
    "deadline": "it found no central system",
    "corrupt": "its bytes were damaged",
    "crashloop": "it crashed five times in a row",
    "rollback": "the boot loader went back",
}
_LEAST_MICROPYTHON = [1, 25, 0]
_LEAST_HEAP = 20000
_LEAST_STORAGE = 65536
_WEAK_DBM = -80
_CLOCK_S = 86400


class Finding(NamedTuple):
    """``wrong``: one sentence; ``next``: what to do. ``is_error``: it keeps the charger off."""

    wrong: str
    next: str
    is_error: bool = True


def last_reset(boot):
    """Why the board started last, in words. ``boot``: those facts, or None."""
    if not boot:
        return "unknown"
    why = CAUSES.get(boot["cause"], "unknown")
    if boot["flags"] & resets.SERVICE:
        return why + ", out of service mode"
    if boot["flags"] & resets.CRASHED:
        return why + ", after an exception"
    return why


def find(facts):
    """List of Finding for what ``ucharge.board.facts`` gathered; errors first."""
    found = [finding for rule in _RULES for finding in rule(facts)]
    return sorted(found, key=lambda finding: not finding.is_error)


def _interpreter(facts):
    held = facts["interpreter"]
    if held and held["version"] < _LEAST_MICROPYTHON:
        version = ".".join(map(str, held["version"]))
        yield Finding(f"MicroPython {version} is older than 1.25", "ucharge flash")


def _boot(facts):
    boot = facts["boot"]
    if boot is None:
        yield Finding("uCharge is not on this board, or its boot.py failed", "ucharge flash")
        return
    if boot["slot"] is None:
        yield Finding(
            f"no slot can run: rescue ({boot['row'] or 'boot.py failed'})", "ucharge flash"
        )
    if boot["flags"] & resets.SERVICE:
        return
    if boot["flags"] & resets.CRASHED:
        line = "".join(facts["crash"])
        yield Finding(
            f"the application ended by an exception: {line}",
            "ucharge monitor PORT --names FILE shows where, if it does so again",
            False,
        )
    elif boot["cause"] == resets.WATCHDOG:
        yield Finding(
            "the watchdog reset the board", "ucharge monitor PORT shows what it did last", False
        )


def _record(facts):
    record, boot = facts["record"], facts["boot"]
    if not record:
        if boot:
            yield Finding("there is no valid boot record", "reset the board: it makes one", False)
        return
    if record["state"] == records.TRIAL:
        yield Finding(
            f"slot {record['active']} is on trial, attempt {record['attempts']}",
            "let it run: it confirms itself once the central system has answered",
            False,
        )
    elif record["state"] == records.REJECTED:
        why = REASONS.get(record["reason"], record["reason"])
        version = ".".join(map(str, record["version"]))
        yield Finding(
            f"the update to {version} was rolled back: {why}",
            "mend it and give it a higher version",
            False,
        )
    if record["unhealthy"]:
        yield Finding(
            f"{record['unhealthy']} boots in a row ended badly; five are a crash loop",
            "ucharge monitor PORT",
            False,
        )


def _slots(facts):
    for name, slot in (facts["slots"] or {}).items():
        if not slot["verifies"]:
            is_home = (facts["boot"] or {}).get("slot") is None
            yield Finding(
                f"the bytes in slot {name} do not match their digest",
                "ucharge flash" if is_home else "install an update: it overwrites that slot",
                is_home,
            )


def _config(facts):
    config = facts["config"]
    if config is None:
        wrong = facts["errors"].get("config", "the board was not provisioned")
        yield Finding(wrong, "ucharge provision PORT --identity ... --url ...")
        return
    if str(config.get("url", "")).startswith("wss") and not facts["has_ca"]:
        yield Finding("no CA: the server can't be trusted", "ucharge provision PORT --ca FILE")
    if not config.get("ssid") and not _is_simulated(facts):
        yield Finding("no Wi-Fi is set", "ucharge provision PORT --ssid NAME")
    if config.get("allow_unsigned"):
        yield Finding(
            "updates that nobody signed are taken",
            "for more than development: ucharge provision PORT --root FILE --allow-unsigned no",
            False,
        )


def _wifi(facts):
    wifi, config = facts["wifi"], facts["config"]
    if not wifi or not config or not config.get("ssid"):
        return
    if not wifi["connected"]:
        yield Finding(
            f"not in the Wi-Fi {config['ssid']!r}",
            "is it in reach, on 2.4 GHz? Then: ucharge provision PORT --ssid NAME",
        )
    elif wifi["rssi"] < _WEAK_DBM:
        yield Finding(f"the Wi-Fi is weak ({wifi['rssi']} dBm)", "bring them nearer", False)


def _clock(facts):
    clock = facts["clock"]
    if clock and abs(clock["ahead_s"]) > _CLOCK_S:
        yield Finding(
            f"the clock says {clock['utc']}",
            "it is set once the board is online; until then certificates made later fail",
            False,
        )


def _room(facts):
    heap, storage = facts["heap"], facts["storage"]
    if heap and heap["free"] < _LEAST_HEAP:
        yield Finding(
            f"{heap['free']} bytes of heap are free", "reset the board, ask again", False
        )
    if storage and storage["free"] < _LEAST_STORAGE:
        yield Finding(
            f"{storage['free']} bytes of storage are free", "remove foreign files", False
        )


def _is_simulated(facts):
    return (facts["interpreter"] or {}).get("platform") == "linux"


_RULES = (_interpreter, _boot, _record, _slots, _config, _wifi, _clock, _room)
