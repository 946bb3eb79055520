"""The scripted central system of `charge_bench`; refuses what OCPP-J forbids.

Everything that leaves a charge point is kept in `SENT`, over all benches of the process, so
that `tests/conftest.py` can hold it against the official schemas; where the environment names a
file, it goes there instead.
"""

import json
import os

STEP_MS = 20  # of a bench's time

# ("call", action, payload), ("result", action answered, payload) or ("error", action, code)
SENT = []

_path = os.getenv("UCHARGE_SENT")
_dump = open(_path, "a") if _path else None


class BenchError(Exception):
    """The bench was used wrongly, or something that had to happen did not."""


class Central:
    """The central system. ``answers``: action -> payload, CALLERROR code (str), None for no
    answer, or a function of the request's payload that gives one of these."""

    def __init__(self, bench):
        self._bench = bench
        self.calls = []  # (ms since the bench's start, action, payload)
        self.order = []  # (kind, action) of all it has received, as in `SENT`
        self.results = {}  # id of our call -> payload or CALLERROR code
        self.replies = []  # every answer to us, as it came
        self._ours = {}
        self._count = 0
        self._open = None
        self._transaction_id = 100
        self.answers = {
            "BootNotification": self.boot("Accepted"),
            "Heartbeat": lambda payload: {"currentTime": bench.wire_time()},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": self.start,
            "StopTransaction": {},
            "MeterValues": {},
            "StatusNotification": {},
            "DiagnosticsStatusNotification": {},
            "FirmwareStatusNotification": {},
            "LogStatusNotification": {},
            "SecurityEventNotification": {},
            "SignedFirmwareStatusNotification": {},
        }

    def boot(self, status, interval_s=300):
        """An answer to BootNotification."""
        return lambda payload: {
            "status": status,
            "currentTime": self._bench.wire_time(),
            "interval": interval_s,
        }

    def start(self, payload):
        """Accept a StartTransaction."""
        self._transaction_id += 1
        return {"transactionId": self._transaction_id, "idTagInfo": {"status": "Accepted"}}

    def call(self, action, payload):
        """Send a CALL and take the answer: payload (dict) or CALLERROR code (str)."""
        self._count += 1
        unique_id = "c%d" % self._count
        self._ours[unique_id] = action
        self._bench.deliver(json.dumps([2, unique_id, action, payload]))
        self._bench.step()
        if unique_id not in self.results:
            return None
        return self.results[unique_id]

    def ask(self, text, unique_id, action):
        """Send ``text``, whatever it is, where the answers to ``unique_id`` would be to
        ``action``; gives the answers that came, whole."""
        self._ours[unique_id] = action
        before = len(self.replies)
        self._bench.deliver(text)
        self._bench.step()
        return self.replies[before:]

    def take(self, text):
        """One message of the charge point; gives the answer's text or None."""
        message = json.loads(text)
        if message[0] == 2:
            return self._answer(message)
        self.replies.append(message)
        action = self._ours.get(message[1])
        if action is None:
            raise BenchError("an answer to nothing: " + text)
        if message[0] == 3:
            if len(message) != 3:
                raise BenchError("CALLRESULT has three elements: " + text)
            self._record("result", action, message[2])
            self.results[message[1]] = message[2]
        elif message[0] == 4:
            if len(message) != 5:
                raise BenchError("CALLERROR has five elements: " + text)
            self._record("error", action, message[2])
            self.results[message[1]] = message[2]
        else:
            raise BenchError(text)
        return None

    def _answer(self, message):
        if self._open is not None and not self._open_lost():
            raise BenchError("two CALLs at once: " + str(message))
        _, unique_id, action, payload = message
        if len(unique_id) > 36:
            raise BenchError("id too long: " + unique_id)
        self._record("call", action, payload)
        self.calls.append((self._bench.elapsed_ms, action, payload))
        answer = self.answers.get(action, "NotImplemented")
        if callable(answer):
            answer = answer(payload)
        if answer is None:
            self._open = self._bench.elapsed_ms
            return None
        if isinstance(answer, str):
            return json.dumps([4, unique_id, answer, "", {}])
        return json.dumps([3, unique_id, answer])

    def _record(self, kind, action, payload):
        self.order.append((kind, action))
        if _dump:
            _dump.write(json.dumps((kind, action, payload)) + "\n")
        else:
            SENT.append((kind, action, payload))

    def _open_lost(self):
        """An unanswered CALL stops being outstanding after its time-out.

        One made between two steps arrives here with the next: its time began a step earlier.
        """
        lost = self._bench.elapsed_ms - self._open >= 30000 - STEP_MS
        if lost:
            self._open = None
        return lost

    def link_lost(self):
        """The link is gone, and the CALL that was open with it."""
        self._open = None

    def actions(self):
        """The actions received, in order."""
        return [action for _, action, _ in self.calls]

    def payloads(self, action):
        """The payloads received with ``action``, in order."""
        return [payload for _, name, payload in self.calls if name == action]

    def statuses(self, connector_id=1):
        """The statuses received for a connector, in order."""
        return [
            payload["status"]
            for payload in self.payloads("StatusNotification")
            if payload["connectorId"] == connector_id
        ]

    def forget(self):
        """Begin a new record."""
        self.calls.clear()
        self.order.clear()
