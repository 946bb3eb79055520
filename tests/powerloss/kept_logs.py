"""What the charger keeps without being asked: the scenarios of its logs and of its own checks."""

import asyncio
import json

from kept_scenarios import Kept
from model import Violation

import firmware.log
from firmware.log import FILES, VERSIONS, Log
from firmware.ocpp16.firmware_management import FirmwareManagement
from firmware.ocpp16.update import Update
from firmware.ocpp16.update_check import PATH as CHECK
from firmware.update_index import ask_for_newest


class Logs(Kept):
    """Lines and versions through the rolling of each file, the security log's too."""

    _NUMBERS = 6

    def __init__(self):
        super().__init__()
        self.files[FILES[0]] = b"#1\n=0 0\n" + b"0.000 filling\n" * 1165
        lines = [b"=0 0\n0.000 app: old %03d\n" % number for number in range(125)]
        self.files[VERSIONS] = b"".join(lines)
        self.files["/state/log/security"] = b"=0 0\n0.000 Filling ......\n" * 157
        self.files["/state/log/security"] += b"=0 0\n0.000 Newest\n"
        self.count = 0
        self.flushed = []

    def started(self, charger):
        self.log = Log(charger.files)

    def turn(self, charger):
        if self.count < self._NUMBERS:
            self.count += 1
            self.log.lasting("app: new %03d, slot a" % self.count)
            self.log("more of it " + "." * 40)
            self.log.flush()
            self.flushed.append(self.count)
            return False
        return super().turn(charger)

    def check(self, charger):
        super().check(charger)
        whole = b""
        for path in FILES:
            data = charger.files.read(path, 40000)
            if data and (data[:1] != b"#" or data[-1:] != b"\n"):
                raise Violation("10: %s is torn" % path)
            whole += data or b""
        history = charger.files.read(VERSIONS, 9000) or b""
        for name, data in (("log", whole), ("history", history)):
            for number in self.flushed:
                if b"new %03d," % number not in data:
                    raise Violation("10: line %d is not in the %s" % (number, name))
        numbers = []
        for line in history.split(b"\n")[:-1]:
            words = line.decode().split(" ")
            if line[:1] != b"=" and words[1] == "app:":
                numbers.append((words[2], words[3]))
            elif len(words) != 2:
                raise Violation("10: the history is torn: %r" % line)
        if b" Newest\n" not in (charger.files.read("/state/log/security", 5000) or b""):
            raise Violation("9: the security log has lost its newest line")
        if ("old", "124,") not in numbers and ("old", "124") not in numbers:
            raise Violation("10: the history has lost its newest lines")
        if history[-1:] != b"\n" or len(history) > 4000:
            raise Violation("10: the history has no end")


class OwnChecks(Kept):
    """Own checks on a period: one finds an update that is no good, the next one knows."""

    step_ms = 20000
    _PERIOD_S = 600
    _END_S = 2800

    def __init__(self):
        super().__init__()
        self.keys.update({"UpdateCheckUrl": "https://h/i", "UpdateCheckInterval": "600"})
        self.read_s = []
        self.asked = 0  # requests of the version since its refusal was told
        self.is_refused = False
        self._ids = 0

    def _id(self):
        self._ids += 7919
        return self._ids

    def update(self, files):
        return Update(files, _say_nothing, _say_nothing, self._id, (1, 0, 0))

    def started(self, charger):
        update = charger._job
        update.cause = ("", (), ())
        charger.charge_point.register(FirmwareManagement(charger.charge_point, update))
        self.edge = Edge(charger, update)

    def turn(self, charger):
        update = charger._job
        if update.check:
            wanted, update.check = update.check, None
            self._note_check(charger.elapsed_ms // 1000)
            asyncio.run(ask_for_newest(self.edge, wanted))
            if update.job is not None and self.is_refused:
                raise Violation("11: asks again for what was refused")
        elif update.job is not None and update.job.phase == "downloading":
            update.job.content_refused("bad")
        if "InstallationFailed" in self.told(charger) or "DownloadFailed" in self.told(charger):
            self.is_refused = update.job is None or self.is_refused
        return charger.elapsed_ms >= self._END_S * 1000 and update.job is None

    def told(self, charger):
        """Statuses of the update that arrived."""
        payloads = charger.central.payloads("FirmwareStatusNotification")
        return [payload["status"] for payload in payloads]

    def _note_check(self, now_s):
        if self.read_s and now_s - self.read_s[-1] < self._PERIOD_S - 2:
            raise Violation("11: checks at %s and %d s" % (self.read_s, now_s))
        self.read_s.append(now_s)

    def check(self, charger):
        super().check(charger)
        data = charger.files.read(CHECK, 2000)
        if data and "next_s" not in json.loads(data):
            raise Violation("11: the state of the checks is torn")

    def check_end(self, charger):
        super().check_end(charger)
        if len(self.read_s) < 2:
            raise Violation("11: checks at %s s only" % self.read_s)
        if not self.is_refused:
            raise Violation("11: the refusal was never told")


class Edge:
    """What reads the index: an `httpc` response, and what `update_index` asks of it."""

    network_up = link = None

    def __init__(self, charger, update):
        self.update = update
        self.files = charger.files
        self.log = _say_nothing
        self.now_s = lambda: charger.charge_point.clock.now_s(charger.now_ms)
        entry = {"version": [1, 1, 0], "compatible": ["board"], "url": "https://h/x"}
        self._data = json.dumps({"updates": [entry]}).encode()
        self.length = len(self._data)
        self.compatible = ("board",)

    def device(self, capacity, floor):
        return self

    async def get(self, url):
        return self

    async def readinto(self, view):
        view[:] = self._data
        return len(view)

    async def close(self):
        pass


def _say_nothing(text):
    pass


setattr(firmware.log, "print", _say_nothing)  # noqa: B010 a built-in  # its lines are no findings
