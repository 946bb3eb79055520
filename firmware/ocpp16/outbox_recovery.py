"""What the outbox finds on flash at the start. Loaded for that alone.

May import: `binascii`, `json`, its siblings. Rebuilt from the state file and one walk
through the segments: what waits to be sent, which transactions are open, the energy registers.
"""

import json
from binascii import crc32

from firmware.ocpp16.iso import parse_iso
from firmware.ocpp16.outbox import PATH
from firmware.ocpp16.outbox_runs import Runs, age
from firmware.ocpp16.segment_lines import lines
from firmware.ocpp16.segments import FOLDER, MESSAGES, RING, path
from micropython import const

_MAX_FILE = const(8192)
# How many segments may be missing behind one whose first line, which would tell, is damaged.
_GAP = const(64)
_MOST_CONNECTORS = const(255)


def recover(outbox, evse):
    """Set up ``outbox``, just made, and the registers of ``evse``."""
    files = outbox.segments.files
    state = _load(files, outbox.log)
    outbox.open = state["open"]
    at = state["at"]
    if at is None:
        at = [1, 0]
        if files.size(FOLDER) is not None:
            at[0] = _lowest(files)
    walk = _Walk(outbox, state["registers_wh"])
    walk.note(state["run"], state["saved"])
    walk.run(at[0], at[1])
    outbox.starts = walk.runs.date()
    outbox.saved = walk.runs.own(state["saved"])
    try:
        outbox.clock.seen_s = parse_iso(outbox.saved)
    except ValueError:
        pass  # "+5": its clock was not set
    for connector, wh in zip(evse.connectors, walk.registers_wh):
        connector.register.wh = max(connector.register.wh, wh)
    outbox.number = walk.number
    try:
        files.mkdir(FOLDER)
    except OSError as error:
        outbox.log("outbox: %r" % error)
    walk.settle(not evse.inhibited)
    if state["at"] is None:
        outbox.save(None)


def take_up(outbox):
    """The trial is over: take what another version left."""
    outbox.held = False
    walk = _Walk(outbox, [])
    walk.number = outbox.number
    walk.known = {}
    walk.settle(True)


class _Walk:
    def __init__(self, outbox, registers_wh):
        self.outbox = outbox
        self.registers_wh = registers_wh
        # Transactions of the state file, and those that begin in the queue and don't end there.
        self.known = {record["n"]: record for record in outbox.open if "n" in record}
        self.queued = {}
        self.started = set()  # known, and begins in the queue all the same
        self.ended = set()
        self.number = max([0] + list(self.known))
        self.runs = Runs(outbox.clock)
        self.began = {}  # number -> the run of a begin in the queue
        self.last = {}  # number -> (stamp, run) of its last reading there

    def note(self, prefix, saved):
        """The state file is of the run with ``prefix``."""
        stamps = [saved]
        for record in self.known.values():
            stamps += (record["start"]["timestamp"], record.get("last", ""))
        self.runs.note(prefix, stamps)

    def run(self, number, offset):
        """Through all segments from ``offset`` of ``number`` on."""
        segments = self.outbox.segments
        files = segments.files
        segments.number = segments.until = segments.first = number
        segments.offset = offset
        segments.last = number - 1
        before = _header(files, number - 1)
        if before and before[0] == number - 1:
            segments.first -= 1  # its removal was cut short
            segments.used += 1
        gap = 0
        while True:
            size = files.size(path(number))
            if size is None and gap:
                gap -= 1
                number += 1
                continue
            header = None if size is None else _header(files, number)
            if size is None or (header and header[0] != number):
                break  # the end, or one from a thousand segments ago
            self._segment(number, offset if number == segments.number else 0)
            segments.used += 1
            segments.last = number
            segments.size = size
            gap = 0 if header else _GAP
            if header:
                if header[2] > number and files.size(path(header[2])) is not None:
                    _remove(self.outbox, header[2])
                if number == segments.number:
                    segments.until = header[1]
                number = header[1]
            number += 1

    def settle(self, migrate):
        """Say what goes on and what is left open; ``migrate`` what has no number here yet."""
        outbox = self.outbox
        own = self.runs.own
        for record in outbox.open:
            if record.get("n") in self.known or (migrate and "n" not in record):
                for payload in (record["start"], record.get("stop")):
                    if payload:
                        payload["timestamp"] = own(payload["timestamp"])
                if "last" in record:
                    record["last"] = own(record["last"])
        mine = [record for record in outbox.open if "n" in record and record["n"] in self.known]
        for record in outbox.open:
            if "n" not in record:
                if not migrate:
                    outbox.held = True
                    continue
                self.number += 1
                record["n"] = self.number
                outbox.saved = ""  # not their time: that version saved none
                mine.append(record)
        if outbox.number != self.number:
            outbox.number = self.number
            outbox.save(None)  # the numbers first: cut here, nothing is queued twice
        for record in mine:
            number = record["n"]
            if "id" not in record and number not in self.started:
                outbox.add(outbox.text("S", number, json.dumps(record["start"])), None)
            if number in self.ended:
                continue
            if "stop" in record:
                outbox.add(outbox.text("T", number, json.dumps(record["stop"])), None)
            else:
                self.queued[number] = record
        for number in sorted(self.queued):
            record = self.queued[number]
            start = record["start"]
            if number in self.began:
                start["timestamp"] = own(start["timestamp"], self.began[number])
            # All of them are known times of this transaction's.
            times = [start["timestamp"], record.get("last", ""), outbox.saved]
            if number in self.last:
                times.append(own(*self.last[number]))
            record["last"] = max(times, key=age)
            outbox.left_open.append(record)

    def _segment(self, number, offset):
        segments = self.outbox.segments
        try:
            for end, text, is_whole in lines(segments.files, number):
                segments.is_torn = not is_whole
                kind = text[:1]
                if kind and kind not in MESSAGES:
                    self.runs.line(text)
                    if kind == "P" and end <= offset:
                        segments.read_prefix = self.runs.current[0]
                elif end <= offset:
                    pass
                elif not kind:
                    self.outbox.log("outbox: damaged line in segment %d" % number)
                else:
                    segments.count += 1
                    self._message(text)
        except OSError as error:
            self.outbox.log("outbox: segment %d: %r" % (number, error))

    def _message(self, text):
        kind, _, number, rest = text.split(" ", 3)
        number = int(number)
        self.number = max(self.number, number)
        if kind == "M":
            words = rest.split(" ")
            self.runs.saw(words[1])
            self.last[number] = words[1], self.runs.current
            for word in words[3:]:
                if word[:1] == "E":
                    self._register(int(words[0]), int(word[1:]))
            return
        payload = json.loads(rest)
        for reading in payload.get("transactionData", ()):
            self.runs.saw(reading.split(" ")[0])
        self.runs.saw(payload["timestamp"])
        if kind == "S":
            self._register(payload["connectorId"], payload["meterStart"])
            if number in self.known:
                self.started.add(number)
            else:
                self.queued[number] = {"n": number, "start": payload}
                self.began[number] = self.runs.current
            return
        record = self.queued.pop(number, None) or self.known.get(number)
        if record:
            self._register(record["start"]["connectorId"], payload["meterStop"])
            self.ended.add(number)

    def _register(self, connector_id, wh):
        registers_wh = self.registers_wh
        while len(registers_wh) < connector_id <= _MOST_CONNECTORS:
            registers_wh.append(0)
        if 0 < connector_id <= _MOST_CONNECTORS:
            registers_wh[connector_id - 1] = max(registers_wh[connector_id - 1], wh)


def _header(files, number):
    """(number, until, the segment merged into it) of a segment; None: missing or damaged."""
    try:
        for _, text, _ in lines(files, number):
            words = text.split(" ")
            if words[0] == "Q":
                return int(words[2]), int(words[3]), int(words[4]) if len(words) > 4 else 0
            break
    except OSError:
        pass
    return None


def _lowest(files):
    """The oldest segment there is, where nothing says which: 1024 names to look at."""
    found = []
    for name in range(RING):
        if files.size(path(name)) is not None:
            header = _header(files, name)
            if header:
                found.append(header[0])
    return min(found) if found else 1


def _remove(outbox, number):
    try:
        outbox.segments.files.remove(path(number))
    except OSError as error:
        outbox.log("outbox: %r" % error)


def _load(files, log):
    """The state file's fields, good ones only; "at" None: there is no such thing."""
    state = {"registers_wh": [], "open": [], "at": None, "saved": "", "run": ""}
    try:
        data = files.read(PATH, _MAX_FILE)
        if data is None:
            return state
        found = json.loads(data)
        end = data.rfind(b', "crc": ')
        if end >= 0 and found.get("crc") != crc32(data[:end]):
            raise ValueError("check sum")  # earlier versions wrote none
        registers_wh = [max(int(wh), 0) for wh in found.get("registers_wh", ())]
        records = [record for record in found.get("open", ()) if _is_record(record)]
        saved = found.get("saved", "")
        state["registers_wh"] = registers_wh
        state["open"] = records
        state["saved"] = saved if isinstance(saved, str) else ""
        run = found.get("run", "")
        state["run"] = run if isinstance(run, str) else ""
        number, offset = found["at"]
        if isinstance(number + offset, int) and number > 0 and offset >= 0:
            state["at"] = [number, offset]
    except (
        ValueError, TypeError, AttributeError, KeyError, OverflowError, MemoryError, RuntimeError,
    ) as error:  # fmt: skip
        # RuntimeError: nested too deep. As without the file: to charge comes first.
        log("outbox: state file: %r" % error)
    return state


def _is_record(record):
    start = record["start"]
    stop = record.get("stop", start)
    numbers = (start["connectorId"], start["meterStart"], record.get("id", 0), record.get("n", 0))
    texts = (start["timestamp"], start["idTag"], stop["timestamp"], record.get("last", ""))
    if not isinstance(sum(numbers), int) or not isinstance("".join(texts), str):
        return False
    return 0 <= start["connectorId"] <= _MOST_CONNECTORS
