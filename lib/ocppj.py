"""OCPP-J: CALL, CALLRESULT and CALLERROR, one outstanding CALL in each direction.

May import: `ticks`, `json`, `surrogates`. OCPP-J 1.6 section 4: framing, synchronicity,
errors; sections 4.1.3 and 4.2.1 for what is ignored. Codes are those of section 4.2.3,
`Occurence` spelled so.
"""

import json

from micropython import const
from ticks import ticks_add, ticks_diff

_CALL = const(2)
_CALLRESULT = const(3)
_CALLERROR = const(4)

# Peers are tolerated beyond the 36 characters of the specification, not without end.
_MAX_ID = const(64)


# An import that finds no memory may say that it finds no module.
NO_MEMORY = (MemoryError, ImportError)


class OcppjError(Exception):
    """Any misuse or failure of the RPC layer."""


class CallPending(OcppjError):
    """A CALL was made while another one still waits for its answer."""


class CallError(OcppjError):
    """A handler refuses a CALL; becomes the CALLERROR that answers it."""

    def __init__(self, code, description=""):
        super().__init__(code, description)
        self.code = code
        self.description = description


class UniqueIds:
    """Message ids that never repeat, not over reconnects and not over reboots.

    The 2025-04 errata want this of the same identity's whole life, so a counter that restarts
    at 1 is wrong; storage for one would wear flash. Random bits drawn once a boot
    (``random_bytes``, 12 or so of os.urandom) and a counter need neither. Ids have at most 36
    characters: ``prefix``, which is this boot's, and the number.
    """

    def __init__(self, random_bytes):
        self.prefix = "".join("%02x" % byte for byte in random_bytes[:12]) + "-"
        self._count = 0

    def number(self):
        """The number of a new id."""
        self._count += 1
        return self._count

    def next(self):
        """A new id."""
        return self.prefix + str(self.number())


class Rpc:
    """One link. ``unique_ids`` has ``next()``; texts over ``max_chars`` are refused."""

    def __init__(self, unique_ids, timeout_ms=30000, max_chars=16384):
        self.timeout_ms = timeout_ms
        self._ids = unique_ids
        self._max_chars = max_chars
        self.late = None  # id of a CALL that was given up on: its result still counts
        self.pending = None  # id of the CALL that waits for its answer
        self._deadline_ms = 0

    def call(self, action, payload, now_ms, unique_id=None):
        """The text of a new CALL. Raises CallPending while another waits.

        ``unique_id``: of a message that keeps its id however often it is sent.
        """
        if self.pending is not None:
            raise CallPending(self.pending)
        self.pending = unique_id or self._ids.next()
        self._deadline_ms = ticks_add(now_ms, self.timeout_ms)
        return _dumps([_CALL, self.pending, action, payload])

    def result(self, unique_id, payload):
        """The text that answers the peer's CALL ``unique_id``."""
        return _dumps([_CALLRESULT, unique_id, payload])

    def error(self, unique_id, code, description=""):
        """The text that refuses the peer's CALL ``unique_id``."""
        return _dumps([_CALLERROR, unique_id, code, description[:255], {}])

    def expire(self, now_ms):
        """The id of the CALL whose time is over, which no longer is pending; else None."""
        unique_id = self.pending
        if unique_id is None or ticks_diff(now_ms, self._deadline_ms) < 0:
            return None
        self.pending = None
        return unique_id

    def reset(self):
        """Forget the outstanding CALL: the link is gone."""
        self.pending = self.late = None

    def receive(self, text, now_ms) -> tuple | None:
        """The event that ``text`` brings, or None where it is to be ignored.

        ("call", id, action, payload), ("result", id, payload), ("error", id, code, description),
        ("late", id, payload): a result of `late`; or
        ("bad", id or None, why): log it, and answer FormationViolation where there is an id.
        """
        if len(text) > self._max_chars:
            return ("bad", _call_id(text), "message too long")
        try:
            if "\\ud" in text or "\\uD" in text:
                from surrogates import joined

                text = joined(text)
            message = json.loads(text)
        except (ValueError, RuntimeError, MemoryError, ImportError):
            # RuntimeError: nested deeper than the interpreter's parser goes.
            return ("bad", _call_id(text), "not JSON")
        if not isinstance(message, list) or not message:
            return ("bad", None, "not an array")
        kind = message[0]
        if isinstance(kind, bool) or kind not in (_CALL, _CALLRESULT, _CALLERROR):
            return None
        unique_id = message[1] if len(message) > 1 else None
        if not isinstance(unique_id, str) or len(unique_id) > _MAX_ID or not is_text(unique_id):
            return ("bad", None, "no readable id")
        if kind == _CALL:
            action, payload = message[2:] if len(message) == 4 else (None, None)
            if not isinstance(action, str) or not isinstance(payload, dict):
                return ("bad", unique_id, "not [2, id, action, {}]")
            return ("call", unique_id, action, payload)
        event = "result"
        if unique_id == self.pending:
            self.pending = None
        elif unique_id == self.late and kind == _CALLRESULT:
            event = "late"
        else:
            return None
        if kind == _CALLERROR:
            return ("error", unique_id, _text_at(message, 2)[:40], _text_at(message, 3)[:255])
        if len(message) < 3 or not isinstance(message[2], dict):
            if event == "late":
                return None
            return ("error", unique_id, "FormationViolation", "result without a payload")
        return (event, unique_id, message[2])


def is_text(text):
    """Whether ``text`` can go out as UTF-8: lone surrogates, which JSON can smuggle in, can't."""
    for char in text:
        if "\ud7ff" < char < "\ue000":
            return False
    return True


def _text_at(message, index):
    value = message[index] if len(message) > index else ""
    return value if isinstance(value, str) else ""


def _call_id(text):
    """The id at the head of a CALL that as a whole can't be read."""
    head = text[: _MAX_ID + 16].split('"')
    if len(head) < 3 or "".join(head[0].split()) != "[2," or "\\" in head[1]:
        return None
    return head[1]


def _dumps(message):
    return json.dumps(message, separators=(",", ":"))
