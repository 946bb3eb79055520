"""Transaction messages in strict order, delivered or given up (OCPP 1.6 sections 3.7, 4.3).

May import: `json`, `ticks`. A message stays until it was answered; being offline is no failed
attempt. While the StartTransaction of a transaction isn't answered its number stands for it;
was it given up, its other messages say -1.
"""

import json

from micropython import const
from ticks import ticks_add, ticks_diff

# What all waiting messages may take together; then samples go, never a begin or an end.
_MAX_CHARS = const(12000)
_WITH_ID = const(("MeterValues", "StopTransaction"))


class Outbox:
    """``configuration`` says attempts and interval, ``clock`` resolves time stamps.

    ``store``, where given, is told in order: add(action, text, number), drop() of the oldest,
    drop_at(index), start_answered(number, transactionId). Durable storage goes there.
    """

    def __init__(self, configuration, clock, log, store=None):
        self._configuration = configuration
        self._clock = clock
        self._log = log
        self._store = store
        self._messages = []  # [action, payload as JSON, transaction number], oldest first
        self._chars = 0
        self._ids = {}  # transaction number -> transactionId, from the answer to the end
        self._attempts = 0  # of the oldest
        self._retry_at_ms = None
        self._in_flight = False

    def __len__(self):
        return len(self._messages)

    def add(self, action, payload, number):
        """Append a message of the transaction ``number`` (None: of no transaction).

        ``payload`` comes without transactionId and with `Clock.stamp`s: both are filled in when
        the message is sent.
        """
        text = json.dumps(payload)
        if self._chars + len(text) > _MAX_CHARS:
            self._thin_out()
        self._messages.append((action, text, number))
        self._chars += len(text)
        if self._store:
            self._store.add(action, text, number)

    def transaction_id(self, number):
        """The transactionId of ``number``, or None while nobody has said."""
        return self._ids.get(number)

    def started(self, number, transaction_id):
        """The central system calls the transaction ``number`` so."""
        self._ids[number] = transaction_id
        if self._store:
            self._store.start_answered(number, transaction_id)

    def ready(self, now_ms):
        """Whether `take` would have something to send now."""
        if not self._messages or self._in_flight:
            return False
        if self._retry_at_ms is not None:
            if ticks_diff(now_ms, self._retry_at_ms) < 0:
                return False
            self._retry_at_ms = None
        return True

    def take(self):
        """(action, payload, transaction number) to send: it is in flight until one of the
        three methods below is called. Only after `ready`."""
        action, text, number = self._messages[0]
        payload = json.loads(text)
        timed = payload["meterValue"][0] if action == "MeterValues" else payload
        timed["timestamp"] = self._clock.resolve(timed["timestamp"])
        if number is not None and action in _WITH_ID:
            payload["transactionId"] = self._ids.get(number, -1)
        self._in_flight = True
        return action, payload, number

    def delivered(self):
        """The message in flight was answered."""
        self._drop_oldest()

    def failed(self, now_ms):
        """The message in flight got a CALLERROR or no answer; True where it is given up."""
        self._in_flight = False
        self._attempts += 1
        if self._attempts >= self._configuration.number("TransactionMessageAttempts"):
            action, _, number = self._messages[0]
            self._log("gave up %s after %d attempts" % (action, self._attempts))
            if action == "StartTransaction" and number not in self._ids:
                self.started(number, -1)
            self._drop_oldest()
            return True
        interval_s = self._configuration.number("TransactionMessageRetryInterval")
        # Within what wrapping milliseconds can tell.
        self._retry_at_ms = ticks_add(now_ms, min(interval_s * self._attempts, 400000) * 1000)
        return False

    def interrupted(self):
        """The link went before an answer came."""
        self._in_flight = False

    def _drop_oldest(self):
        action, text, number = self._messages.pop(0)
        self._chars -= len(text)
        self._attempts = 0
        self._in_flight = False
        self._retry_at_ms = None
        if action == "StopTransaction":
            self._ids.pop(number, None)
        if self._store:
            self._store.drop()

    def _thin_out(self):
        """Make room: every second sample goes, the oldest message (maybe in flight) stays."""
        index = 1
        drop = True
        before = len(self._messages)
        while index < len(self._messages):
            action, text, _ = self._messages[index]
            if action == "MeterValues":
                drop = not drop
                if not drop:
                    self._chars -= len(text)
                    self._messages.pop(index)
                    if self._store:
                        self._store.drop_at(index)
                    continue
            index += 1
        self._log("outbox full: %d samples dropped" % (before - len(self._messages)))
