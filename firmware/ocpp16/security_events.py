"""Security events: a log that rolls, and the way to the central system (security extension A04).

Pure. May import: its siblings, `json`, `loader.modules`. Loaded while events wait to be told.
What waits is on flash. Critical ones wait until the central system has answered, whatever it
says; the others too, but they are the first to go where too many wait. They are told in order,
but for two that belong to an update's statuses: FirmwareUpdated, which Installed waits for, does
not wait for the repetition of one that was not answered; InvalidFirmwareSignature comes after
InvalidSignature.

The log is made of lines as `firmware.log` has them, each with its own "=" line, so that
`log_report` reads both.
"""

import json

from firmware.ocpp16.iso import parse_iso
from loader.modules import forget
from micropython import const
from ticks import ticks_add, ticks_diff

PATH = "/state/events.json"
FOLDER = "/state/log"
LOG = FOLDER + "/security"
_SCHEMA = const(1)
_MAX_FILE = const(12288)
_LOG_BYTES = const(4096)
_MOST = const(24)  # waiting
_MAX_INFO = const(255)
_PAUSE_MS = const(60000)  # after one was not answered in time
_CRITICAL = const(
    " FirmwareUpdated MemoryExhaustion ResetOrReboot SecurityLogWasCleared SettingSystemTime"
    " StartupOfTheDevice TamperDetectionActivated "
)


class SecurityEvents:
    """Those that wait, oldest first; what the last run left is taken up."""

    def __init__(self, charge_point):
        self._charge_point = charge_point
        self._in_flight = False
        self._pause_ms = None  # until then
        # [type, `Clock.stamp`, techInfo, of this run, sent in this run]
        self._waiting = self._load()

    def note(self, kind, info):
        """``kind`` has just happened; ``info`` says more, or is ""."""
        charge_point = self._charge_point
        info = "".join(char if " " <= char < "\x7f" else "?" for char in info[:_MAX_INFO])
        charge_point.log("security: " + (kind + " " + info).strip())
        try:
            self._add_to_log(kind + " " + info)
        except OSError as error:
            charge_point.log("security log: %r" % error)
        stamp = charge_point.clock.stamp(charge_point.now_ms)
        self._waiting.append([kind, stamp, info, True, False])
        if len(self._waiting) > _MOST:
            self._make_room()
        self._keep()

    def tick(self, now_ms):
        """Tell the oldest, one at a time."""
        charge_point = self._charge_point
        if self._pause_ms is not None and ticks_diff(now_ms, self._pause_ms) >= 0:
            self._pause_ms = None
        if self._in_flight or not charge_point.online:
            return
        if not self._waiting:
            charge_point.events = None
            forget("firmware.ocpp16.security_events")
            return
        index = self._next()
        if index is None:
            return
        event = self._waiting.pop(index)
        self._waiting.insert(0, event)
        payload = {
            "type": event[0],
            "timestamp": charge_point.clock.resolve(event[1], 0 if event[3] else None),
        }
        if event[2]:
            payload["techInfo"] = event[2]
        self._in_flight = True
        charge_point.send("SecurityEventNotification", payload, self._answered)

    def is_due(self, kind):
        """Whether an event of ``kind`` waits that this run has not sent yet."""
        for event in self._waiting:
            if event[0] == kind and not event[4]:
                return True
        return False

    def _next(self):
        """The index of the one to be told now, or None."""
        update = self._charge_point.job
        has_reports = update is not None and update.job is not None and update.job.reports
        for index, event in enumerate(self._waiting):
            if self._pause_ms is not None and (event[0] != "FirmwareUpdated" or event[4]):
                continue
            if has_reports and event[0] == "InvalidFirmwareSignature":
                continue
            return index
        return None

    def _answered(self, ok, payload, now_ms):
        self._in_flight = False
        if not ok and payload == "Timeout":
            self._waiting[0][4] = True
            self._pause_ms = ticks_add(now_ms, _PAUSE_MS)
        elif ok or payload != "NotSent":
            self._waiting.pop(0)  # a CALLERROR is an answer: never loop on it
            self._keep()
            return
        self._date()

    def _date(self):
        """Those that stay get the time that only this run knows: its clock was set later."""
        clock = self._charge_point.clock
        count = 0
        for event in self._waiting:
            if clock.is_set and event[3] and event[1][:1] == "+":
                event[1] = clock.resolve(event[1])
                count += 1
        if count:
            self._keep()

    def _make_room(self):
        """Drop the oldest that is not critical, or else the oldest; never the one in flight."""
        first = 1 if self._in_flight else 0
        dropped = first
        for index in range(first, len(self._waiting)):
            if " %s " % self._waiting[index][0] not in _CRITICAL:
                dropped = index
                break
        event = self._waiting.pop(dropped)
        self._charge_point.log("security: too many wait, %s is not told" % event[0])

    def _load(self):
        data = self._charge_point.files.read(PATH, _MAX_FILE)
        waiting = []
        try:
            for kind, stamp, info in json.loads(data)["events"] if data else ():
                parse_iso(self._charge_point.clock.resolve(stamp))  # raises where it is none
                waiting.append([kind[:50] + "", stamp + "", info[:_MAX_INFO] + "", False, False])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._charge_point.log("security: file of events unreadable: %r" % error)
        return waiting

    def _keep(self):
        files = self._charge_point.files
        try:
            if self._waiting:
                events = [event[:3] for event in self._waiting]
                files.write(PATH, json.dumps({"schema": _SCHEMA, "events": events}).encode())
            else:
                files.remove(PATH)
        except OSError as error:
            self._charge_point.log("security: events not kept: %r" % error)

    def _add_to_log(self, text):
        charge_point = self._charge_point
        files, clock, now_ms = charge_point.files, charge_point.clock, charge_point.now_ms
        unix_s = clock.now_s(now_ms) if clock.is_set else 0
        line = b"=%d %d\n%d.%03d %s\n" % (
            unix_s, now_ms // 1000, now_ms // 1000, now_ms % 1000, text.strip().encode(),
        )  # fmt: skip
        files.mkdir(FOLDER)
        kept = b""
        if (files.size(LOG) or 0) + len(line) > _LOG_BYTES:
            kept = files.read(LOG, 2 * _LOG_BYTES) or b""
            kept = kept[kept.find(b"\n=", len(kept) // 2) + 1 :]
            files.write(LOG, kept + line)
            return
        with files.open(LOG, "ab") as file:
            file.write(line)
