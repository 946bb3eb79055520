"""The charge point of the soak: real LittleFS on NOR flash, virtual time, its outlets watched.

One process, real MicroPython. The power is cut by an exception out of the flash; then the file
system is mounted afresh and a new ChargePoint starts. What really happens at the outlets goes
into ``journal`` (see `books`), by the meter's count and never by the charge point's own word,
once the turn that it happened in is over: until then it is on no flash and nobody knows of it.
"""

import time

from books import SAVED_S
from nor import MemoryCells, PowerCut
from state import Log, heap_and_files

from charge_bench import START_S, Bench
from cut_flash import Flash, make, mount, unmount
from loader.files import Files

ROOT = "/d"
SECTORS = 96
FINE_MS = 20
# The application turns ten times a second, the outlet fifty times.
TURN_MS = 100
# Fine steps so long after anything moved at an outlet.
_HOT_MS = 2500
_HANG_S = 9  # until the watchdog bites


def new_flash():
    """A flash with an empty LittleFS."""
    flash = Flash(MemoryCells(SECTORS), SECTORS)
    make(flash)
    return flash


class Device(Bench):
    """``outlets`` in order; ``journal(list)`` takes what happened; see `day` for the rest."""

    def __init__(self, outlets, keys, journal, flash):
        self.flash = flash
        self._port = None
        self.outlets = outlets
        self.journal = journal
        self.is_off = True
        self.link_allowed = True
        self.link_at_ms = 0
        self.hot_until_ms = 0
        self.inputs = []  # functions for the next step
        self.inbox = []  # (due ms, text), the earliest first
        self.strays = []  # answers that were on the way when the link was lost
        self.next_cuts = []  # (operations later, mode) after the next power-on
        self.on_off = None  # told of each power cut; gives the seconds without power
        self.worst_us = 0
        self.worst_flash = (0, 0)  # operations, erases of one turn
        self._on_at_ms = 0
        self._stop_reason = "PowerLoss"
        self._was_on = False
        self._turn_at_ms = 0
        self._late_s = None  # the clock, once it is set
        self._pending = []  # of this turn, not yet sure
        self._seen: list = [None] * len(outlets)
        self._open: list = [None] * len(outlets)  # idTag of what the books must know
        super().__init__(keys, len(outlets))
        self.lines = Log(self._filled)

    # -- power --------------------------------------------------------------------------

    def power_up(self, stop_reason="PowerLoss", inhibited=False):
        """Mount and start anew; PowerCut may come at any flash operation of it.

        Not from the constructor: the first start is that of the first step.
        """
        if not self.elapsed_ms:
            return
        self.inbox.clear()
        self._seen = [None] * len(self.outlets)
        self._port = mount(self.flash, ROOT, self._port)
        self.files = Files(ROOT)
        self.files.mkdir("/state")
        super().power_up(stop_reason, inhibited)
        self._turn_at_ms = self.elapsed_ms
        self.is_off = False
        if self._was_on:
            self._settle_registers(stop_reason)
        self._was_on = True

    def close(self):
        """Unmount; the device is done with."""
        unmount(self._port, ROOT)

    def fail(self, reason, stood_ms=0):
        """The charge point stops, ``reason``: "PowerLoss" or "Reboot", after it stood still."""
        cut = []
        for outlet in self.outlets:
            index = outlet.connector - 1
            meter = outlet.meter
            before_wh = meter.count_before_wh(SAVED_S + stood_ms // 1000)
            cut.append([outlet.connector, self._open[index], meter.count_wh, before_wh])
        for event in self._pending:
            if event[0] == "begin":
                event[0] = "maybe"
                self.journal(event)
        self._pending.clear()
        self.journal(["cut", self.elapsed_ms, reason, stood_ms, cut])
        self._late_s = None
        if self.linked:
            self.linked = False
            self.central.link_lost()
        self.is_off = self._was_on = True
        self._stop_reason = reason
        wait_s = self.on_off(reason) if self.on_off else 1
        self._on_at_ms = self.elapsed_ms + wait_s * 1000

    def hang(self):
        """The software stands still with the outputs as they are, until the watchdog bites."""
        for _ in range(_HANG_S):
            self.elapsed_ms += 1000
            for outlet in self.outlets:
                connector = self.evse.connectors[outlet.connector - 1]
                outlet.pilot(connector.offered_ma, self.elapsed_ms)
                outlet.draw(connector.contactor.on, 1000, self.elapsed_ms)
        self.fail("Reboot", _HANG_S * 1000)

    def _try_power_up(self):
        flash = self.flash
        if not flash.is_armed:
            later, mode = self.next_cuts.pop(0) if self.next_cuts else (0, None)
            flash.power_on_until(flash.operations + later if later else None, mode)
        for outlet in self.outlets:
            outlet.meter.rebooted()
        self.link_at_ms = self.elapsed_ms + 2000
        self.power_up(self._stop_reason)

    def _settle_registers(self, reason):
        """What each register shows after its first look at the meter, against the count."""
        found = []
        for outlet in self.outlets:
            reading_wh = outlet.meter.reading_wh
            self.evse.tick(self.now_ms, 12000, 12000, reading_wh, None, outlet.connector)
            register_wh = self.evse.connectors[outlet.connector - 1].register.wh
            found.append([outlet.connector, register_wh, outlet.meter.count_wh])
            outlet.meter.lose(outlet.meter.count_wh - register_wh)
        self.journal(["boot", self.elapsed_ms, reason, found])

    # -- time ---------------------------------------------------------------------------

    @property
    def is_hot(self):
        """Whether only fine steps will do."""
        if self.inputs or self.elapsed_ms < self.hot_until_ms:
            return True
        for outlet in self.outlets:
            if outlet.moved:
                return True
        return False

    def step(self, step_ms=FINE_MS):
        """Everything, for ``step_ms``; a power cut within it is dealt with."""
        try:
            self._step(step_ms)
        except PowerCut:
            self.fail("PowerLoss")

    def _step(self, step_ms):
        self.elapsed_ms += step_ms
        self.now_ms += step_ms
        if self.is_off:
            for outlet in self.outlets:
                outlet.pilot(0, self.elapsed_ms)
                outlet.draw(False, step_ms, self.elapsed_ms)
            if self.elapsed_ms >= self._on_at_ms:
                self._try_power_up()
            return
        inputs = self.inputs
        while inputs:
            self._heat()
            inputs.pop(0)()
            if self.is_off:
                return
        self._measure(step_ms)
        if self.elapsed_ms >= self._turn_at_ms:
            self._turn_at_ms = (self.elapsed_ms // TURN_MS + 1) * TURN_MS
            self._turn()
        if not self.is_off:
            self._exchange()

    def _measure(self, step_ms):
        evse = self.evse
        for outlet in self.outlets:
            connector = evse.connectors[outlet.connector - 1]
            high_mv, low_mv = outlet.pilot(connector.offered_ma, self.elapsed_ms)
            outlet.draw(connector.contactor.on, step_ms, self.elapsed_ms)
            status = connector.status
            evse.tick(
                self.now_ms, high_mv, low_mv, outlet.meter.reading_wh, None, outlet.connector
            )
            if outlet.moved or outlet.in_motion or connector.status != status:
                outlet.moved = False
                self._heat()
            if connector.transaction is not self._seen[outlet.connector - 1]:
                self._changed(outlet, connector)

    def _turn(self):
        flash = self.flash
        operations, erases = flash.operations, flash.erases
        began_us = time.ticks_us()
        self.charge_point.tick(self.now_ms)
        took_us = time.ticks_diff(time.ticks_us(), began_us)
        if flash.operations == operations:
            self.worst_us = max(self.worst_us, took_us)
        else:
            used = (flash.operations - operations, flash.erases - erases)
            self.worst_flash = max(self.worst_flash, used)
        for event in self._pending:
            self._open[event[2] - 1] = None if event[0] == "end" else event[3]
            self.journal(event)
        self._pending.clear()
        self._look_at_clock()
        if self.charge_point.ready_to_reset(self.now_ms):
            self.fail("Reboot")

    def _look_at_clock(self):
        clock = self.charge_point.clock
        if clock.is_set:
            late_s = START_S + self.elapsed_ms // 1000 - clock.now_s(self.now_ms)
            if self._late_s is None or abs(late_s - self._late_s) >= 2:
                self._late_s = late_s
                self.journal(["clock", self.elapsed_ms, late_s])

    def _changed(self, outlet, connector):
        """Another transaction than at the last look."""
        index = outlet.connector - 1
        before, now = self._seen[index], connector.transaction
        self._seen[index] = now
        count_wh = outlet.meter.count_wh
        at = [self.elapsed_ms, outlet.connector]
        if before is not None:
            drawn = outlet.drawn_mj
            self._pending.append(["end"] + at + [before.idTag, count_wh, before.reason, drawn])
        if now is not None:
            resumed = now.idTag == self._open[index] and before is None
            self._pending.append(
                ["resumed" if resumed else "begin"] + at + [now.idTag, count_wh, outlet.drawn_mj]
            )

    def _heat(self, ms=_HOT_MS):
        self.hot_until_ms = max(self.hot_until_ms, self.elapsed_ms + ms)

    # -- link ---------------------------------------------------------------------------

    def deliver(self, text, delay_ms=100):
        """``text`` reaches the charge point after ``delay_ms``, if the link is still there."""
        due_ms = self.elapsed_ms + delay_ms
        index = 0
        while index < len(self.inbox) and self.inbox[index][0] <= due_ms:
            index += 1
        self.inbox.insert(index, (due_ms, text))

    def drop_link(self, again_s):
        """The link is lost; what was on its way comes over the next one, or never."""
        self.link_at_ms = self.elapsed_ms + again_s * 1000
        if self.linked:
            self.linked = False
            self.strays = [text for _, text in self.inbox][-2:]
            self.inbox.clear()
            self.central.link_lost()
            self.charge_point.disconnected(self.now_ms)

    def _exchange(self):
        if self.linked and not self.link_allowed:
            self.drop_link(1)
        if not self.linked:
            if not self.link_allowed or self.elapsed_ms < self.link_at_ms:
                return
            self.linked = True
            self.charge_point.connected(self.now_ms)
            for text in self.strays:
                self.deliver(text, 400)
            self.strays = []
        inbox = self.inbox
        while inbox and inbox[0][0] <= self.elapsed_ms:
            self._heat(2 * TURN_MS)
            self.charge_point.receive(inbox.pop(0)[1], self.now_ms)
        outgoing = self.charge_point.outgoing
        while outgoing and self.linked:
            self.central.take(outgoing.pop(0))

    # -- what is measured ---------------------------------------------------------------

    def _filled(self):
        self.journal(["full", self.elapsed_ms])

    def measure(self, kind):
        """Heap in use and the files under /state, into the journal."""
        if kind == "quiet":
            self.central.forget()
        self.journal([kind, self.elapsed_ms] + heap_and_files(ROOT + "/state"))
