"""Transaction messages in strict order, delivered or given up (OCPP 1.6 sections 3.7, 4.3).

May import: its siblings, `binascii`, `json`, `ticks`. A begin or an end is on flash
before anything else happens with it. A sample waits in RAM for a moment: answered promptly it
never touches the flash. What is there stays until it was answered; being offline is no failed
attempt. Every message keeps its uniqueId for good.

The state file is written when a begin or an end is delivered, so that "delivered", "its
transactionId" and "it is open" change at once; and once a minute with the energy registers.

Written for a transaction: 0.7 KB; for an hour of it with a sample a minute: online 13 KB (64
pages of 256 bytes and 4 erases, LittleFS included), offline 3 KB, and 2 KB more when it is
delivered (520 pages, 62 erases: LittleFS copies a block to append to it).
"""

import json
from binascii import crc32

from firmware.ocpp16.meter_values import expand
from firmware.ocpp16.segments import Segments
from loader.modules import forget
from micropython import const
from ticks import ticks_add, ticks_diff

PATH = const("/state/transactions.json")
SCHEMA = const(1)
ACTIONS = {"S": "StartTransaction", "M": "MeterValues", "T": "StopTransaction"}
# Samples in RAM: so many, so long, while the link is up; and so many where the flash fails.
_TAIL = const(4)
_TAIL_MS = const(5000)
_TAIL_MOST = const(16)
# How much energy a power cut may leave out of the books, in time.
_SAVE_MS = const(60000)
# Segment files: from so many on samples are thinned out, from so many on nothing new may begin.
_FILES = const(24)
_FILES_MOST = const(48)
_FLASH_AGAIN_MS = const(10000)
# Samples delivered from flash until that is noted there: after a cut they are sent once more.
_UNNOTED = const(8)
# What a begin or an end needs, and its answer.
BEGIN_END = ("firmware.ocpp16.begin_end", "firmware.ocpp16.validate", "firmware.ocpp16.iso")
RARE_MODULES = (
    "firmware.ocpp16.iso", "firmware.ocpp16.outbox_dating", "firmware.ocpp16.outbox_recovery",
    "firmware.ocpp16.outbox_runs", "firmware.ocpp16.outbox_thinning",
    "firmware.ocpp16.outbox_trouble", "firmware.ocpp16.segment_lines",
)  # fmt: skip


class Outbox:
    """``configuration`` says attempts and interval, ``clock`` resolves time stamps.

    ``open``: a dict for each transaction whose begin was delivered and whose end was not: "n" its
    number here, "id", "start"; "invalid" where its idTag was refused. ``left_open``: those that
    the last run left, until somebody says what becomes of them. ``held``: an image on trial found
    another version's and leaves them.
    """

    def __init__(self, configuration, clock, log, files, unique_ids, evse):
        self._configuration = configuration
        self.clock = clock
        self.log = log
        self._ids = unique_ids
        self._evse = evse
        self.segments = Segments(files, unique_ids.prefix)
        self.open = []
        self.left_open = []
        self.held = False
        self.number = 0  # of the transaction begun last
        self.saved = ""  # stamp of the registers
        self._saved_ms = None
        self._saved_wh = None
        self._tail = []  # messages that come after those on flash
        self._tail_ms = 0
        self.attempts = 0  # of the oldest
        self.retry_at_ms = None
        self._flash_at_ms = None  # try again then
        self.read_errors = 0
        self._unnoted = 0
        self._in_flight = False
        self.is_unwanted = False  # samples: one was refused for good, none taken since
        self.is_saved = True
        self.starts = {}  # of earlier runs: prefix -> what their stamps "+5" count from
        self._is_dated = False  # it is on flash what those of this run count from
        from firmware.ocpp16.outbox_recovery import recover

        recover(self, evse)
        forget(*RARE_MODULES)

    def __len__(self):
        return self.segments.count + len(self._tail)

    @property
    def full(self):
        """Whether no transaction may begin: its end might find no room."""
        return self.segments.used >= _FILES_MOST or len(self._tail) >= _TAIL_MOST

    def add_start(self, payload, now_ms):
        """Queue a StartTransaction; gives the number that stands for the transaction here."""
        self.number += 1
        self.add(self.text("S", self.number, json.dumps(payload)), now_ms)
        return self.number

    def add_stop(self, number, payload, now_ms):
        """Queue the StopTransaction of ``number``, less the transactionId.

        Times are `Clock.stamp`s, "transactionData" a list of `Metering.reading`s.
        """
        self.add(self.text("T", number, json.dumps(payload)), now_ms)

    def add_sample(self, number, connector_id, reading, now_ms):
        """Queue a `Metering.reading` of the transaction ``number`` (0: of none)."""
        if self.full:
            return
        if not self._tail:
            self._tail_ms = now_ms
        self._tail.append(self.text("M", number, "%d %s" % (connector_id, reading)))

    def text(self, kind, number, rest):
        """A new message as `Segments` keeps it."""
        return "%s %d %d %s" % (kind, self._ids.number(), number, rest)

    def add(self, text, now_ms):
        """Queue a begin or an end: on flash it is when this returns, if the flash works."""
        self._tail.append(text)
        self._flush(now_ms)

    def tick(self, now_ms, online):
        """Whatever time brings: what waits in RAM may have waited long enough."""
        if self.retry_at_ms is not None and ticks_diff(now_ms, self.retry_at_ms) >= 0:
            self.retry_at_ms = None
        if self._flash_at_ms is not None:
            if ticks_diff(now_ms, self._flash_at_ms) < 0:
                return
            self._flash_at_ms = None
            online = False  # what could not be written waits no longer
        if self.clock.is_set and not self._is_dated:
            self._flush(now_ms)
        tail = self._tail
        if tail and (
            not online or len(tail) >= _TAIL or ticks_diff(now_ms, self._tail_ms) >= _TAIL_MS
        ):
            self._flush(now_ms)
        if not self._evse.in_use or self._saved_ms is None:
            self._saved_ms = now_ms
        elif ticks_diff(now_ms, self._saved_ms) >= _SAVE_MS:
            self._saved_ms = now_ms
            self.is_saved = self.is_saved and self._registers_wh() == self._saved_wh
        if not self.is_saved:
            self.save(now_ms)

    def transaction_id(self, number):
        """The transactionId of ``number``, or None while nobody has said."""
        for record in self.open:
            if record.get("n") == number:
                return record.get("id")
        return None

    def ready(self, now_ms):
        """Whether `take` would have something to send now."""
        if self._in_flight or self.retry_at_ms is not None:
            return False
        try:
            if self.segments.peek():
                self.read_errors = 0
                return True
        except OSError as error:
            from firmware.ocpp16.outbox_trouble import unreadable

            unreadable(self, error, now_ms)
            forget(*RARE_MODULES)
            return False
        return bool(self._tail)

    def take(self):
        """(action, payload, transaction number, uniqueId) to send: it is in flight until one
        of the three methods below is called. Only after `ready`."""
        kind, unique_id, number, rest, base_s = self.oldest()
        if kind == "M":
            connector_id, reading = rest.split(" ", 1)
            reading = expand(reading, self.clock, base_s)
            payload = {"connectorId": int(connector_id), "meterValue": [reading]}
        else:
            from firmware.ocpp16.begin_end import payload_of

            payload = payload_of(rest, self.clock, base_s)
        if kind != "S" and number:
            transaction_id = self.transaction_id(number)
            payload["transactionId"] = -1 if transaction_id is None else transaction_id
        self._in_flight = True
        return ACTIONS[kind], payload, number, unique_id

    def delivered(self, now_ms, transaction_id=-1, invalid=False):
        """The message in flight was answered; a StartTransaction with ``transaction_id``, and
        ``invalid`` where the idTag was refused."""
        kind, _, number, rest, base_s = self.oldest()
        segments = self.segments
        if kind == "M":
            self.is_unwanted = False
        else:
            from firmware.ocpp16.begin_end import payload_of, settle

            payload = payload_of(rest, self.clock, base_s)
            settle(self, kind, number, payload, transaction_id, invalid)
        forget(*BEGIN_END)
        if segments.count:
            segments.drop()
            self._unnoted += 1
        else:
            self._tail.pop(0)
            self._tail_ms = now_ms
        self.attempts = 0
        self._in_flight = False
        self.retry_at_ms = None
        if kind != "M" or (self._unnoted and not segments.count) or self._unnoted >= _UNNOTED:
            self.is_saved = False
            self.save(now_ms)

    def failed(self, now_ms, is_refused=False):
        """The message in flight got a CALLERROR (``is_refused``) or no answer; True where it is
        given up."""
        from firmware.ocpp16.outbox_trouble import fail

        is_given_up = fail(self, self._configuration.number, now_ms, is_refused)
        forget(*RARE_MODULES)
        return is_given_up

    def interrupted(self):
        """The link went before an answer came."""
        self._in_flight = False

    def save(self, now_ms):
        """Write the state file: what is delivered, open, and the energy registers."""
        segments = self.segments
        if now_ms is not None and not self.left_open:
            self.saved = self.clock.stamp(now_ms)
        self._saved_wh = self._registers_wh()
        state = {
            "schema": SCHEMA, "registers_wh": self._saved_wh, "open": self.open,
            "at": [segments.number, segments.offset], "saved": self.saved,
        }  # fmt: skip
        if not self._is_dated:
            state["run"] = segments.prefix  # whose stamps these are
        try:
            data = json.dumps(state)[:-1].encode()
            # The check sum of all before it: the last field, in whatever order the others are.
            segments.files.write(PATH, b'%s, "crc": %d}' % (data, crc32(data)))
            self.is_saved = True
            self._unnoted = 0
            self._saved_ms = now_ms
            segments.clean()
        except (OSError, MemoryError) as error:
            self._flash_failed(error, now_ms)
            self.is_saved = False

    def _registers_wh(self):
        return [connector.register.wh for connector in self._evse.connectors]

    def oldest(self):
        """(kind, id, number, rest, what its stamps count from)."""
        segments = self.segments
        text, prefix = segments.line, segments.read_prefix
        if not segments.count:
            text, prefix = self._tail[0], segments.prefix
        base_s = 0 if prefix == segments.prefix else self.starts.get(prefix)
        kind, unique_id, number, rest = text.split(" ", 3)
        return kind, prefix + unique_id, int(number), rest, base_s

    def _flush(self, now_ms):
        """Bring what waits in RAM to flash."""
        segments, tail = self.segments, self._tail
        last = segments.last
        notes = ()
        is_set = self.clock.is_set
        if is_set and not self._is_dated:
            from firmware.ocpp16.outbox_dating import date

            notes = date(self, tail)
            forget(*RARE_MODULES)
        try:
            if tail or notes:
                segments.append(tail, notes)
            self._is_dated = is_set
        except OSError as error:
            # Charging goes on: what it costs is the books after a power cut.
            self._flash_failed(error, now_ms)
            return
        if tail and " E" in tail[-1]:
            self._saved_ms = now_ms
        self._tail = []
        if segments.last != last and segments.used > _FILES:
            from firmware.ocpp16.outbox_thinning import make_room

            make_room(segments, self.log)
            forget(*RARE_MODULES)

    def _flash_failed(self, error, now_ms):
        self.log("outbox: flash failed: %r" % error)
        if now_ms is not None:
            self._flash_at_ms = ticks_add(now_ms, _FLASH_AGAIN_MS)
