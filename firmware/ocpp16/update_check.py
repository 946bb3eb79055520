"""When the charger looks for updates by itself: on a period, or after an event.

Loaded at the start, when such a check is due, and for a change of its keys. Off unless
UpdateCheckUrl and UpdateCheckInterval (seconds) or UpdateCheckEvents are set. Events: RollBack
and CorruptSlot, found at the start, and errorCodes of the connectors. ``/state/check.json`` has
when the next one is due, which is written before that is begun: no failure and no reset makes
one come sooner. Pure. May import: `json`, its siblings, `loader.modules`, `ticks`.
"""

import json

from loader.modules import forget
from micropython import const
from ticks import ticks_add

PATH = const("/state/check.json")
_SCHEMA = const(1)
_MAX_FILE = const(1024)
_LOOK_S = const(86400)  # the clock may be set back, and the milliseconds wrap
_SPREAD_S = const(300)  # an event may have come to a whole fleet at once,
_EVENT_S = const(3600)  # and to this charger again and again
_MOST_REFUSED = const(8)


class State:
    """What ``files`` keep: ``next_s`` and ``last_s``, when the next check is due and the last
    one was, 0 for none; ``mark`` of the boot's event that was heeded; ``asked``: the version
    asked for last; ``refused``: versions that were no good, the newest last."""

    def __init__(self, files):
        self._files = files
        self.next_s = self.last_s = 0
        self.mark = ""
        self.asked = []
        self.refused = []
        try:
            stored = json.loads(files.read(PATH, _MAX_FILE) or b"")
            for name in _fields(self):
                value = stored[name]
                if isinstance(value, type(getattr(self, name))):
                    setattr(self, name, value)
        except (ValueError, KeyError, TypeError):
            pass  # as if it were the first time

    def save(self):
        """Raises OSError."""
        stored = {name: getattr(self, name) for name in _fields(self)}
        stored["schema"] = _SCHEMA
        self._files.write(PATH, json.dumps(stored).encode())

    def refuse(self, version):
        """``version`` (three integers) is not to be asked for again."""
        version = list(version)
        if version and version not in self.refused:
            self.refused = self.refused[1 - _MOST_REFUSED :] + [version]


def _fields(state):
    return [name for name in state.__dict__ if name[0] != "_"]


def refuse(files):
    """The version that was asked for is no good. Raises OSError."""
    state = State(files)
    state.refuse(state.asked)
    state.save()


def put_off(files, next_s):
    """The check that was due becomes due at ``next_s``. Raises OSError."""
    state = State(files)
    state.next_s = next_s
    state.save()


def look(charge_point, update, now_ms):
    """Have the index read where that is due (`Update.check`); set when to look again.

    The clock is set, no transaction and no other update is there. Raises OSError.
    """
    for connector in charge_point.evse.connectors:
        if connector.contactor.on:
            return  # it opens in a moment
    configuration = charge_point.configuration
    url = configuration.text("UpdateCheckUrl")
    interval_s = configuration.number("UpdateCheckInterval")
    events = configuration.items("UpdateCheckEvents")
    now_s = charge_point.clock.now_s(now_ms)
    due_s = 0
    if url and (interval_s or events):
        state = State(charge_point.files)
        is_news = _plan(state, update, interval_s, events, now_s)
        is_due = 0 < state.next_s <= now_s and update.check is None
        if is_due:
            state.last_s = now_s
            state.next_s = 0
            if interval_s:
                state.next_s = now_s + interval_s + _random(update, interval_s // 10)
        if is_news or is_due:
            state.save()
        if is_due:
            charge_point.log("update check: reads the index")
            update.check = {"url": url, "configuration": configuration}
        due_s = state.next_s
    update.watched = events if url else ()
    update.cause = None
    update.look_ms = None
    if due_s:
        update.look_ms = ticks_add(now_ms, max(min(due_s - now_s, _LOOK_S), 1) * 1000)
    forget("firmware.ocpp16.update_check")


def _plan(state, update, interval_s, events, now_s):
    """Put into ``state`` when the next check is due; whether that was news."""
    before = state.next_s, state.mark
    cause = update.cause
    is_event = False
    if isinstance(cause, tuple):
        if cause[0] and cause[0] != state.mark:
            state.mark = cause[0]
            state.refuse(cause[2])
            is_event = any(name in events for name in cause[1])
    else:
        is_event = cause in events
    if state.next_s > now_s + max(interval_s + interval_s // 10, _EVENT_S + _SPREAD_S):
        state.next_s = 0  # of another period, or clock
    if not state.next_s and interval_s:
        state.next_s = now_s + _random(update, interval_s)
    elif cause and 0 < state.next_s <= now_s:
        # As that of others which were switched on, or got the key, just now.
        state.next_s = now_s + 1 + _random(update, min(interval_s // 10 or _SPREAD_S, _SPREAD_S))
    if is_event:
        last_s = min(state.last_s, now_s)
        at_s = max(now_s + _random(update, _SPREAD_S), last_s + _EVENT_S)
        state.next_s = min(state.next_s or at_s, at_s)
    return (state.next_s, state.mark) != before


def _random(update, most):
    return update.new_id() % (most + 1)
