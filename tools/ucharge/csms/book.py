"""The book of one charger: every message both ways, with its time. Pure data, no I/O."""

import json
import time
from dataclasses import dataclass, field

CHARGER = "charger"
CENTRAL = "central"

# A CALL that was not answered for so long may have been given up by its sender.
_PATIENCE_S = 5


@dataclass
class Entry:
    """One line of the book.

    at_s: monotonic seconds; side: who sent it ("charger", "central"); kind: "call", "result",
    "error", "garbage", or "connected" / "disconnected". action is filled in on answers too.
    violation: what the specification forbids about it, or "".
    """

    at_s: float
    identity: str
    side: str
    kind: str
    connection: int
    unique_id: str = ""
    action: str = ""
    payload: dict = field(default_factory=dict)
    code: str = ""
    description: str = ""
    violation: str = ""
    raw: str = ""

    def as_json(self):
        """The entry as a dict for JSON, less the raw text."""
        return {name: value for name, value in self.__dict__.items() if name != "raw"}


class Book:
    """Entries in the order they happened, and which CALLs still wait for an answer."""

    def __init__(self, identity):
        self.identity = identity
        self.entries = []
        self.connection = 0
        self._open = {CHARGER: {}, CENTRAL: {}}  # side that asked -> uniqueId -> open CALL
        self._used = {}  # uniqueId of the charger's CALLs -> text, over all connections

    def connected(self):
        """A new connection of this charger begins."""
        self.connection += 1
        self._open = {CHARGER: {}, CENTRAL: {}}
        return self._add(CENTRAL, "connected")

    def disconnected(self, why):
        """The present connection has ended."""
        return self._add(CENTRAL, "disconnected", description=why)

    def add(self, side, text):
        """Enter the message ``text`` sent by ``side``; what can't be read becomes "garbage"."""
        fields = _read(text)
        if fields is None:
            return self._add(side, "garbage", raw=text, violation="no OCPP-J message")
        entry = self._add(side, raw=text, **fields)
        asker = side if entry.kind == "call" else _other(side)
        waiting = self._open[asker]
        if entry.kind == "call":
            entry.violation = self._call_violation(entry, waiting)
            waiting[entry.unique_id] = entry
        elif entry.unique_id in waiting:
            entry.action = waiting.pop(entry.unique_id).action
        else:
            entry.violation = "answers no open CALL"
        return entry

    def give_up(self, unique_id):
        """The central system no longer waits for an answer to its CALL ``unique_id``."""
        self._open[CENTRAL].pop(unique_id, None)

    def _call_violation(self, entry, waiting):
        """One CALL at a time (its sender may give up waiting); a uniqueId is for one message."""
        for earlier in waiting.values():
            if entry.at_s - earlier.at_s < _PATIENCE_S:
                return f"sent while {earlier.action} waits for its answer"
        if (
            entry.side == CHARGER
            and self._used.setdefault(entry.unique_id, entry.raw) != entry.raw
        ):
            return f"uniqueId {entry.unique_id} was used for another message"
        return ""

    def _add(self, side, kind, **fields):
        entry = Entry(time.monotonic(), self.identity, side, kind, self.connection, **fields)
        self.entries.append(entry)
        return entry


def _other(side):
    return CENTRAL if side == CHARGER else CHARGER


def _read(text):
    """Fields of one OCPP-J message, or None."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, list) or len(message) < 3 or not isinstance(message[1], str):
        return None
    if message[0] == 2 and len(message) == 4 and isinstance(message[2], str):
        return _fields("call", message[1], message[3], action=message[2])
    if message[0] == 3 and len(message) == 3:
        return _fields("result", message[1], message[2])
    if message[0] == 4 and len(message) == 5:
        code, description = str(message[2]), str(message[3])
        return _fields("error", message[1], message[4], code=code, description=description)
    return None


def _fields(kind, unique_id, payload, **rest):
    if not isinstance(payload, dict):
        return None
    return {"kind": kind, "unique_id": unique_id, "payload": payload, **rest}
