"""A charge point on a bench: virtual time, a scripted central system, a simulated vehicle."""

import asyncio

from bench_central import STEP_MS, BenchError, Central
from firmware.evse.evse import Evse
from firmware.ocpp16.charge_point import ChargePoint
from firmware.ocpp16.clock import Clock, format_iso
from firmware.ocpp16.configuration import Configuration
from ocppj import UniqueIds
from ticks import ticks_add, ticks_diff

START_S = 1767225600  # 2026-01-01T00:00:00Z

__all__ = ["BOOT", "START_S", "STEP_MS", "Bench", "MemoryFiles", "Vehicle"]

BOOT = {
    "chargePointVendor": "uCharge",
    "chargePointModel": "bench",
    "chargePointSerialNumber": "1",
    "firmwareVersion": "1.0.0",
}


class MemoryFile:
    """An open file of `MemoryFiles`: what is written is there once it is closed."""

    def __init__(self, files, path, mode):
        self._files = files
        self._path = path
        self._mode = mode
        self._data = b"" if mode == "wb" else files.data.get(path, b"")
        self._at = 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._mode != "rb" and self._files is not None and error[0] is None:
            self._files.write(self._path, self._data)
        self._files = None

    def write(self, data):
        if self._mode == "rb":
            raise BenchError("not open for writing")
        self._data += bytes(data)

    def seek(self, offset):
        self._at = offset

    def readline(self, limit):
        end = self._data.find(b"\n", self._at, self._at + limit) + 1
        line = self._data[self._at : end or self._at + limit]
        self._at += len(line)
        return line


class MemoryFiles:
    """A `Files` that outlives the charge point."""

    def __init__(self):
        self.data = {}
        self.folders = set()
        self.writes = 0

    def open(self, path, mode):
        if mode == "rb" and path not in self.data:
            raise OSError(2)
        return MemoryFile(self, path, mode)

    def size(self, path):
        if path in self.folders:
            return 0
        return len(self.data[path]) if path in self.data else None

    def mkdir(self, path):
        self.folders.add(path)

    def read(self, path, limit):
        data = self.data.get(path)
        return data if data is not None and len(data) <= limit else None

    def write(self, path, data):
        if not isinstance(data, (bytes, bytearray)):
            raise BenchError("files hold bytes")
        self.writes += 1
        self.data[path] = bytes(data)

    def remove(self, path):
        self.data.pop(path, None)


class Vehicle:
    """Draws what it is offered, half a second after it was offered."""

    def __init__(self):
        self.plugged = False
        self.wants = True  # closes S2 when it is offered current
        self.has_diode = True
        self.impatient = False  # keeps S2 closed whatever it is offered
        self.lets_go = True  # opens S2 when the PWM goes
        self.shorted = False
        self._offered_ms = 0
        self._s2 = False
        self.wh = 0.0

    def pilot(self, offered_ma):
        """(high, low) plateau in mV after one step, contactor aside."""
        if self.shorted:
            return 0, 0
        self._offered_ms = self._offered_ms + STEP_MS if offered_ma and self.plugged else 0
        if (self._offered_ms >= 500 or self.impatient) and self.plugged and self.wants:
            self._s2 = True
        elif not self.wants or not self.plugged or (not offered_ma and self.lets_go):
            self._s2 = False
        high_mv = 12000
        if self.plugged:
            high_mv = 6000 if self._s2 else 9000
        if not offered_ma:
            return high_mv, high_mv
        return high_mv, -12000 if self.has_diode or not self.plugged else -high_mv

    def draw(self, offered_ma):
        """Energy of one step with the contactor closed."""
        if self._s2 and self.plugged:
            self.wh += offered_ma / 1000 * 230 * STEP_MS / 3600000


class Bench:
    """``central``, ``vehicle``, ``charge_point``, ``evse``; the time only moves when told to."""

    floor_s = 946684800  # what the clock starts from

    def __init__(self, keys=None, connectors=1, start_ms=5000, job=None, files=None):
        self.now_ms = start_ms
        self.elapsed_ms = 0
        self.files = files or MemoryFiles()
        self.lines = []
        self.linked = False
        self.central = Central(self)
        self.vehicle = Vehicle()
        self.feedback = None  # a function of the coil, where the board has that input
        self.keys = keys or {}
        self.max_offered_ma = 0
        self._connectors = connectors
        self._job = job
        self._boots = 0
        self._deliveries = []
        self.power_up()

    def power_up(self, stop_reason="PowerLoss", inhibited=False):
        """Start the charge point anew: after this nothing is left but the files."""
        self._boots += 1
        self.linked = False
        self._deliveries = []
        self.central.link_lost()
        configuration = Configuration(self.files, self.keys)
        self.evse = Evse(16000, self._connectors)
        self.evse.inhibited = inhibited  # a trial
        self.charge_point = ChargePoint(
            BOOT,
            self.evse,
            configuration,
            Clock(self.now_ms, self.floor_s),
            UniqueIds(bytes([self._boots >> 8, self._boots & 255] * 6)),
            self.files,
            self.lines.append,
            self._job,
            stop_reason,
        )

    def wire_time(self):
        """The true time now."""
        return format_iso(START_S + self.elapsed_ms // 1000)

    def connect(self):
        """Open the link."""
        self.linked = True
        self.charge_point.connected(self.now_ms)
        self._exchange()

    def disconnect(self):
        """Lose the link."""
        self.linked = False
        self._deliveries = []
        self.central.link_lost()
        self.charge_point.disconnected(self.now_ms)

    def deliver(self, text):
        """Send ``text`` to the charge point; it arrives with the next step."""
        if not self.linked:
            raise BenchError("no link")
        self._deliveries.append(text)

    def step(self):
        """20 ms of everything."""
        self.now_ms = ticks_add(self.now_ms, STEP_MS)
        self.elapsed_ms += STEP_MS
        evse = self.evse
        vehicle = self.vehicle
        high_mv, low_mv = vehicle.pilot(evse.offered_ma)
        if evse.contactor_on:
            vehicle.draw(evse.offered_ma)
        feedback = None if self.feedback is None else self.feedback(evse.contactor_on)
        evse.tick(self.now_ms, high_mv, low_mv, int(vehicle.wh), feedback)
        for number in range(2, self._connectors + 1):
            evse.tick(self.now_ms, 12000, 12000, 0, None, number)
        self.charge_point.tick(self.now_ms)
        self._exchange()

    def run(self, seconds):
        """Let time pass."""
        for _ in range(int(seconds * 1000) // STEP_MS):
            self.step()

    def run_until(self, condition, within_s=60):
        """Let time pass until ``condition()``; gives the ms it took. Raises BenchError."""
        start_ms = self.elapsed_ms
        while not condition():
            if self.elapsed_ms - start_ms >= within_s * 1000:
                raise BenchError("did not happen within %d s; %s" % (within_s, self.lines[-3:]))
            self.step()
        return self.elapsed_ms - start_ms

    def cold_boot(self):
        """Link up, register, and forget the messages of it."""
        self.connect()
        self.run(1)
        self.central.forget()

    def charge(self, idTag="TAG1"):
        """Plug in, present a card, and charge."""
        self.vehicle.plugged = True
        self.run(1)
        self.charge_point.present_id_tag(idTag, self.now_ms)
        self.run_until(lambda: self.evse.contactor_on, 30)
        self.run(1)

    def since_ms(self, before_ms):
        """Milliseconds of device time since ``before_ms``."""
        return ticks_diff(self.now_ms, before_ms)

    def _exchange(self):
        deliveries = self._deliveries
        self._deliveries = []
        for text in deliveries:
            self.charge_point.receive(text, self.now_ms)
        while self.charge_point.work:
            asyncio.run(self.charge_point.work.pop(0))
        outgoing = self.charge_point.outgoing
        while outgoing:
            if not self.linked:
                raise BenchError("sent without a link")
            answer = self.central.take(outgoing.pop(0))
            if answer is not None:
                # Arrives with the next step.
                self._deliveries.append(answer)
