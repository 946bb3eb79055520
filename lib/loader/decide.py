"""The boot decision: an ordered table of rows, first match wins. Pure: no I/O, no clock.

May import: ``loader.record``, ``loader.resets``. Dropped from the heap after the boot.
``tests/unit/test_boot_decision.py`` has one test a row, named
after it; README draws the same table.
"""

from loader.record import CONFIRMED, REJECTED, TRIAL, Record, other
from loader.resets import CRASHED, HEALTHY, POWER_ON, SERVICE, SOFT, WATCHDOG

# What boot.py does with a decision.
RUN = "run"
SWITCH = "switch"  # ESP32: set_boot(slot), then reset
RESCUE = "rescue"

MAX_ATTEMPTS = 3
MAX_UNHEALTHY = 5
MAX_RETURNS = 2  # ESP32: tries to get back to the confirmed slot


class Facts:
    """What the table looks at.

    ``slots`` maps "a" and "b" to objects with verifies(), proven() (True only for a slot
    that verifies too), version(), floor() and digest(). ``running`` is the slot the ESP32's
    boot loader started, None on families where the loader itself chooses; ``guarded``: the
    boot loader takes it back at the next reset. ``flags``: those of ``loader.resets`` that the
    last boot has left.
    """

    def __init__(self, record, cause, slots, running=None, guarded=True, flags=0):
        self.record = record
        self.cause = cause
        self.slots = slots
        self.running = running
        self.guarded = guarded
        self.crashed = bool(flags & CRASHED)
        self.was_healthy = bool(flags & HEALTHY)
        self.serviced = bool(flags & SERVICE)

    def unhealthy_boots(self):
        """Boots in a row, the last one included, that ended before they were healthy."""
        if self.cause == POWER_ON or self.was_healthy:
            return 0
        ended_badly = (self.crashed or self.cause == WATCHDOG) and not self.serviced
        return self.record.unhealthy + (1 if ended_badly else 0)

    def end_reason(self):
        """The last boot's end as a reason of the record."""
        if self.crashed:
            return "exception"
        return {POWER_ON: "power", WATCHDOG: "watchdog"}.get(self.cause, "reset")


class Decision:
    """``action`` on ``slot``; ``record`` is written before, unless None. ``row`` tells why."""

    def __init__(self, action, slot=None, record=None):
        self.action = action
        self.slot = slot
        self.record = record
        self.row = ""


def decide(facts):
    """The Decision of the first row that matches ``facts``."""
    for name, when, then in ROWS:
        if when(facts):
            decision = then(facts)
            decision.row = name
            return decision
    return Decision(RESCUE)


def _go(facts, slot, record):
    """Run ``slot``, by a detour through the boot loader where another one runs."""
    if not facts.slots[slot].verifies():
        return Decision(RESCUE, None, record)
    if facts.running in (None, slot):
        return Decision(RUN, slot, record)
    return Decision(SWITCH, slot, record)


def _is_trial(facts):
    return facts.record is not None and facts.record.state == TRIAL


def _is_home(facts):
    return facts.record is not None and facts.record.state in (CONFIRMED, REJECTED)


def _trial_verifies(facts):
    return facts.slots[facts.record.active].verifies()


def _trial_runs(facts):
    return facts.running in (None, facts.record.active)


def _loader_counts(facts):
    """Whether it is up to us that a trial ends."""
    return facts.running is None or (_trial_runs(facts) and not facts.guarded)


def _count_attempt(facts):
    record = facts.record.copy(attempts=facts.record.attempts + 1)
    return _go(facts, record.active, record)


def _reject(reason):
    def then(facts):
        record = facts.record.copy(
            state=REJECTED,
            attempts=0,
            unhealthy=0,
            reason=reason or facts.end_reason(),
        )
        # On the ESP32 the boot loader may have gone back already.
        gone_back = facts.running not in (None, record.active)
        return _go(facts, facts.running if gone_back else record.previous, record)

    return then


def _stay_on_trial(facts):
    """The only image there is gets three more attempts with every power-on, else rescue."""
    if facts.cause == POWER_ON:
        return Decision(RUN, facts.record.active, facts.record.copy(attempts=1))
    return Decision(RESCUE)


def _home_verifies(facts):
    return facts.slots[facts.record.home].verifies()


def _home_runs(facts):
    return facts.running in (None, facts.record.home)


def _other_proven(facts):
    return facts.slots[other(facts.record.home)].proven()


def _confirmed(facts, slot, reason):
    """A record that makes ``slot`` the confirmed one without an update's doing."""
    old, state = facts.record, facts.slots[slot]
    record = Record(CONFIRMED, slot, other(slot), reason)
    record.version, record.digest = state.version(), state.digest()
    floors = [entry.floor() for entry in facts.slots.values()]
    record.floor = max(floors + ([old.floor] if old else []))
    if old:
        record.request_kind, record.request_id = old.request_kind, old.request_id
    return record


def _change_home(reason):
    def then(facts):
        slot = other(facts.record.home)
        return _go(facts, slot, _confirmed(facts, slot, reason))

    return then


def _run_home(facts):
    """Run the home slot; the record changes only when a count does (flash wear)."""
    old, unhealthy = facts.record, facts.unhealthy_boots()
    returned = facts.running is not None and old.attempts
    record = None
    if unhealthy != old.unhealthy or returned:
        record = old.copy(unhealthy=unhealthy, attempts=0)
    return Decision(RUN, old.home, record)


def _candidates(facts):
    """Slots that verify: proven ones first, newest first among equals."""
    names = [name for name in ("a", "b") if facts.slots[name].verifies()]
    return sorted(
        names,
        key=lambda name: (facts.slots[name].proven(), facts.slots[name].version()),
        reverse=True,
    )


def _rebuild(facts):
    slot = _candidates(facts)[0]
    record = _confirmed(facts, slot, "rebuilt")
    if not facts.slots[slot].proven():
        record.state, record.attempts = TRIAL, 1
    return _go(facts, slot, record)


ROWS = (
    # name, when all of this holds, then
    (
        "no valid record",
        lambda f: f.record is None and bool(_candidates(f)),
        _rebuild,
    ),
    (
        "confirmed, five unhealthy boots, other proven",
        lambda f: (
            _is_home(f)
            and f.unhealthy_boots() >= MAX_UNHEALTHY
            and f.record.reason != "crashloop"  # both slots crash: going round helps nobody
            and _other_proven(f)
        ),
        _change_home("crashloop"),
    ),
    (
        "confirmed, five unhealthy boots, no other to try",
        lambda f: _is_home(f) and f.unhealthy_boots() >= MAX_UNHEALTHY,
        lambda f: Decision(RESCUE, None, f.record.copy(unhealthy=MAX_UNHEALTHY)),
    ),
    (
        "confirmed, verifies and runs",
        lambda f: _is_home(f) and _home_runs(f) and _home_verifies(f),
        _run_home,
    ),
    (
        "esp32 confirmed, verifies, does not run, tries left",
        lambda f: (
            _is_home(f)
            and not _home_runs(f)
            and (f.record.attempts < MAX_RETURNS or f.cause == POWER_ON)
            and _home_verifies(f)
        ),
        # A power cut between set_boot and the mark sends home away: not home's fault.
        lambda f: _go(
            f,
            f.record.home,
            None if f.cause == POWER_ON else f.record.copy(attempts=f.record.attempts + 1),
        ),
    ),
    (
        "esp32 confirmed, does not run, what runs is proven",
        lambda f: _is_home(f) and not _home_runs(f) and _other_proven(f),
        _change_home("rollback"),
    ),
    (
        "confirmed, does not verify, other proven",
        lambda f: _is_home(f) and _home_runs(f) and _other_proven(f),
        _change_home("corrupt"),
    ),
    (
        "trial, does not verify",
        lambda f: _is_trial(f) and not _trial_verifies(f),
        _reject("corrupt"),
    ),
    (
        "esp32 trial, runs",
        lambda f: _is_trial(f) and f.running == f.record.active and f.guarded,
        lambda f: Decision(RUN, f.record.active),
    ),
    (
        "trial, soft reset or after service mode",
        lambda f: _is_trial(f) and (f.cause == SOFT or f.serviced),
        lambda f: _go(f, f.record.active, None),
    ),
    (
        "trial, attempts left",
        lambda f: _is_trial(f) and _loader_counts(f) and f.record.attempts < MAX_ATTEMPTS,
        _count_attempt,
    ),
    (
        "esp32 trial, does not run, power cut, attempts left",
        lambda f: (
            _is_trial(f)
            and not _trial_runs(f)
            and f.cause == POWER_ON
            and f.record.attempts < MAX_ATTEMPTS
        ),
        _count_attempt,
    ),
    (
        "esp32 trial, does not run, any other cause",
        lambda f: _is_trial(f) and not _trial_runs(f),
        _reject(None),
    ),
    (
        "trial, attempts used up, nothing to go back to",
        lambda f: _is_trial(f) and not f.slots[f.record.previous].verifies(),
        _stay_on_trial,
    ),
    (
        "trial, attempts used up",
        lambda f: _is_trial(f),
        _reject(None),
    ),
    (
        "nothing verifies",
        lambda f: True,
        lambda f: Decision(RESCUE),
    ),
)
