"""Seeded bugs in the books: each breaks one of their rules; the soak must notice every one."""

from firmware.ocpp16 import outbox as outbox_module
from firmware.ocpp16.outbox import Outbox
from firmware.ocpp16.segments import Segments

_hoard = []


def dropped_when_sent():
    """A message is done with when it is sent instead of when it is answered."""
    Outbox.failed = lambda self, now_ms, is_refused=False: not self.delivered(now_ms)
    Outbox.interrupted = lambda self: self.delivered(None)


def ends_wait_in_ram():
    """An end waits as a reading does, and is on no flash meanwhile."""
    flush = Outbox._flush

    def lazy(self, now_ms):
        waiting = [text for text in self._tail if text[0] == "T"]
        self._tail = [text for text in self._tail if text[0] != "T"]
        if self._tail:
            flush(self, now_ms)
        self._tail += waiting

    Outbox._flush = lazy


def new_id_for_a_retry():
    """What is sent once more has another uniqueId."""
    take = Outbox.take

    def renamed(self):
        action, payload, number, unique_id = take(self)
        return action, payload, number, "%s.%d" % (unique_id, self.attempts)

    Outbox.take = renamed


def new_id_after_a_reboot():
    """What the last run left gets ids of this one."""
    read = Segments._take

    def renamed(self, line):
        read(self, line)
        self.read_prefix = self.prefix

    Segments._take = renamed


def energy_rebased():
    """Each transaction counts from 0."""
    add_start, add_stop = Outbox.add_start, Outbox.add_stop
    bases = {}

    def start(self, payload, now_ms):
        base_wh = payload["meterStart"]
        payload["meterStart"] = 0
        number = add_start(self, payload, now_ms)
        bases[number] = base_wh
        return number

    def stop(self, number, payload, now_ms):
        payload["meterStop"] -= bases.get(number, 0)
        add_stop(self, number, payload, now_ms)

    Outbox.add_start, Outbox.add_stop = start, stop


def register_not_saved():
    """The state file is written without the energy registers."""
    Outbox._registers_wh = lambda self: []


def order_broken():
    """A begin goes to flash behind what comes next."""
    append = Segments.append
    late = []

    def unruly(self, texts, notes=()):
        if texts and texts[0][0] == "S" and not late:
            late.append(texts[0])
            texts = texts[1:]
            if not texts:
                return
        append(self, texts + late, notes)
        late.clear()

    Segments.append = unruly


def thinning_eats_ends():
    """A full outbox makes room with ends as well as with readings."""
    from firmware.ocpp16 import outbox_thinning

    lines = outbox_thinning.lines

    def greedy(files, number):
        for end, text, is_whole in lines(files, number):
            yield end, "" if text[:1] == "T" else text, is_whole

    outbox_thinning.lines = greedy
    outbox_module.forget = lambda *names: None


def open_ones_forgotten():
    """What the last run left open is never stopped."""
    make = Outbox.__init__

    def forgetful(self, configuration, clock, log, files, unique_ids, evse):
        make(self, configuration, clock, log, files, unique_ids, evse)
        self.left_open = []

    Outbox.__init__ = forgetful


def readings_lost_offline():
    """Readings are kept only while the link is up."""
    tick = Outbox.tick

    def careless(self, now_ms, online):
        if not online:
            self._tail = [text for text in self._tail if text[0] != "M"]
        tick(self, now_ms, online)

    Outbox.tick = careless


def heap_leaks():
    """Every transaction leaves a little behind."""
    add_stop = Outbox.add_stop

    def hoarder(self, number, payload, now_ms):
        _hoard.append(dict(payload))
        add_stop(self, number, payload, now_ms)

    Outbox.add_stop = hoarder


# name -> (the bug, the meter of the day that must notice it, that day's hours)
BUGS = {
    "dropped_when_sent": (dropped_when_sent, "keeps", 3),
    "ends_wait_in_ram": (ends_wait_in_ram, "keeps", 3),
    "new_id_for_a_retry": (new_id_for_a_retry, "keeps", 3),
    "new_id_after_a_reboot": (new_id_after_a_reboot, "keeps", 3),
    "energy_rebased": (energy_rebased, "keeps", 3),
    "register_not_saved": (register_not_saved, "pulses", 3),
    "order_broken": (order_broken, "pulses", 3),
    "thinning_eats_ends": (thinning_eats_ends, "keeps", 4),
    "open_ones_forgotten": (open_ones_forgotten, "pulses", 3),
    "readings_lost_offline": (readings_lost_offline, "pulses", 3),
    "heap_leaks": (heap_leaks, "keeps", 12),
}
# Those that the power-cut campaign must notice too.
CUT_BUGS = (
    "dropped_when_sent",
    "ends_wait_in_ram",
    "new_id_after_a_reboot",
    "register_not_saved",
    "order_broken",
    "open_ones_forgotten",
)
