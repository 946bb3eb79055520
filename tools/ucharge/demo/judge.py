"""The judges: whether an outcome was the expected one.

They look at what the central system received, at the flash (read with littlefs), at the chip's
resets as its surroundings saw them, and at the car: never at what the charger prints. Each
returns an Outcome with every finding, the first wrong one named.
"""

from dataclasses import dataclass, field

from ucharge.device_loader import decide
from ucharge.device_loader import record as records

METER_TOLERANCE_WH = 2


@dataclass
class Outcome:
    """One judged outcome: ``findings`` are (what, True or False, seen)."""

    name: str
    expected: str
    findings: list = field(default_factory=list)

    def expect(self, what, is_right, seen=""):
        """Note one finding."""
        self.findings.append((what, bool(is_right), str(seen)))

    @property
    def is_expected(self):
        """True when something was looked at and all of it was right."""
        return bool(self.findings) and all(is_right for _, is_right, _ in self.findings)

    @property
    def found(self):
        """In words: what is wrong, or what was seen."""
        for what, is_right, seen in self.findings:
            if not is_right:
                return f"WRONG {what}: {seen}".rstrip(": ")
        return "; ".join(f"{what} {seen}".rstrip() for what, _, seen in self.findings)


def judge_charge(charger, vehicle, since):
    """One remote-started transaction, metered as the car drew it."""
    outcome = Outcome("charging session", "one transaction, metered as the car drew it")
    _expect_charge(outcome, charger, vehicle, since, 0)
    return outcome


def judge_charge_on(charger, vehicle, since, drawn_wh, version):
    """Another such transaction on ``version``; the car had drawn ``drawn_wh`` before."""
    outcome = Outcome("charge on the new version", f"one transaction on {version}, metered")
    boots = [payload.get("firmwareVersion") for payload in charger.calls("BootNotification")]
    # A reset during the charge is as wrong as another version.
    is_right = boots[-1:] == [version] and not charger.calls("BootNotification", since)
    outcome.expect("runs", is_right, ", ".join(map(str, boots)) or "never booted")
    _expect_charge(outcome, charger, vehicle, since, drawn_wh)
    return outcome


def _expect_charge(outcome, charger, vehicle, since, drawn_wh):
    started = charger.calls("StartTransaction", since)
    outcome.expect("StartTransaction", len(started) == 1, f"x{len(started)}")
    known = charger.transactions[-1] if charger.transactions and started else None
    if known is None:
        return
    outcome.expect("stopped", known.stops == 1 and known.reason == "Remote", known.reason)
    metered_wh, drawn_wh = known.energy_wh or 0, vehicle.energy_wh - drawn_wh
    outcome.expect(
        "metered",
        metered_wh > 0 and abs(metered_wh - drawn_wh) <= METER_TOLERANCE_WH,
        f"{metered_wh} Wh of {drawn_wh:.0f} Wh",
    )
    wrongs = [violation.text for violation in vehicle.violations]
    outcome.expect("contactor", not wrongs, "; ".join(wrongs) or "as it must")


def judge_installed(charger, flash, since, update, waited_for_transaction=False):
    """``update`` (a parsed UpdateFile) is installed, confirmed and proven."""
    outcome = Outcome("good update", f"{update.version} installed, confirmed and proven")
    if waited_for_transaction:
        _expect_waited(outcome, charger, since)
    _expect_installed(outcome, charger, flash, since, update)
    return outcome


def _expect_installed(outcome, charger, flash, since, update):
    _expect_statuses(outcome, charger, since, "Downloading Downloaded Installing Installed")
    boots = [
        payload.get("firmwareVersion") for payload in charger.calls("BootNotification", since)
    ]
    outcome.expect("booted", set(boots) == {update.version}, ", ".join(map(str, boots)) or "never")
    record = flash.record
    state = "none" if record is None else f"{_STATES[record.state]} {record.active}"
    outcome.expect(
        "record",
        record is not None
        and record.state == records.CONFIRMED
        and list(record.version) == update.manifest["version"]
        and record.digest == update.header.digest,
        state,
    )
    if record is not None:
        _expect_slot(outcome, flash, record.active, update.header.digest)


def judge_rolled_back(charger, flash, since, update, home, resets, tries):
    """``update`` was tried ``tries`` times, killed each time; ``home`` (UpdateFile) runs again."""
    outcome = Outcome("hanging build", f"watchdog resets: {tries}, back to {home.version}")
    _expect_statuses(
        outcome, charger, since, "Downloading Downloaded Installing InstallationFailed"
    )
    bites = [reset.kind for reset in resets].count("watchdog")
    outcome.expect("watchdog resets", bites == tries, bites)
    boots = [
        payload.get("firmwareVersion") for payload in charger.calls("BootNotification", since)
    ]
    outcome.expect("booted", boots == [home.version], ", ".join(map(str, boots)) or "never")
    record = flash.record
    outcome.expect(
        "record",
        record is not None
        and record.state == records.REJECTED
        and record.reason == "watchdog"
        and record.digest == update.header.digest,
        "none" if record is None else f"{_STATES[record.state]}, {record.reason}",
    )
    if record is None:
        return outcome
    _expect_slot(outcome, flash, record.home, home.header.digest)
    outcome.expect(
        f"slot {decide.other(record.home)}",
        not flash.slot(decide.other(record.home)).marked(),
        "never proven",
    )
    return outcome


def judge_cut(charger, flash, since, update, attempts):
    """The power went in the first attempt of ``update``; the second installed it.

    attempts: of the trial's records seen in the flash after the cut.
    """
    outcome = Outcome("power cut in a trial", "costs one of three attempts, then installed")
    outcome.expect("attempts begun", attempts[-1:] == [2], ", ".join(map(str, attempts)))
    _expect_installed(outcome, charger, flash, since, update)
    return outcome


def judge_refused(charger, flash, since, home, resets, name="flipped bit"):
    """A file was refused by its content: no reset, no change of what runs."""
    outcome = Outcome(name, f"refused, {home.version} stays")
    _expect_statuses(
        outcome, charger, since, "Downloading Downloaded Installing InstallationFailed"
    )
    outcome.expect("resets", not resets, ", ".join(reset.kind for reset in resets) or "none")
    record = flash.record
    outcome.expect("record", record is not None and record.state != records.TRIAL, "no trial")
    if record is None:
        return outcome
    _expect_slot(outcome, flash, record.home, home.header.digest)
    spare = flash.slot(decide.other(record.home))
    outcome.expect(f"slot {decide.other(record.home)}", not spare.verifies(), "not staged")
    return outcome


def judge_protocol(charger):
    """Everything the charger ever sent was as the specification wants it."""
    outcome = Outcome("protocol", "every message as OCPP 1.6 wants it")
    sent = [entry for entry in charger.messages if entry.side == "charger"]
    wrong = [f"{entry.action}: {entry.violation}" for entry in charger.violations]
    errors = [entry for entry in sent if entry.kind == "error"]
    outcome.expect("messages", len(sent) > 0, len(sent))
    outcome.expect("violations", not wrong, "; ".join(wrong[:3]) or "none")
    outcome.expect("CALLERRORs", not errors, "; ".join(e.code for e in errors) or "none")
    return outcome


_STATES = {
    records.CONFIRMED: "confirmed",
    records.TRIAL: "trial",
    records.REJECTED: "rejected",
}


def _expect_statuses(outcome, charger, since, expected):
    """Each in order; a status may come twice in a row (reported again after a reset)."""
    seen = []
    for payload in charger.calls("FirmwareStatusNotification", since):
        if not seen or seen[-1] != payload.get("status"):
            seen.append(payload.get("status"))
    outcome.expect("statuses", seen == expected.split(), " ".join(map(str, seen)) or "none")


def _expect_waited(outcome, charger, since):
    """Nothing of the update before the transaction's end."""
    order = [
        entry.action
        for entry in charger.messages[since:]
        if entry.side == "charger" and entry.kind == "call"
    ]
    waited = (
        "StopTransaction" in order
        and "FirmwareStatusNotification" in order
        and order.index("StopTransaction") < order.index("FirmwareStatusNotification")
    )
    outcome.expect("waited", waited, "for the transaction's end")


def _expect_slot(outcome, flash, name, digest):
    """Slot ``name`` holds exactly ``digest``'s bytes and bears the mark "proven"."""
    slot = flash.slot(name)
    is_right = flash.payload_digest(name) == digest == slot.digest() and slot.proven()
    outcome.expect(f"slot {name}", is_right, "proven")
