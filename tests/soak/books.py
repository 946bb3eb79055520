"""What happened at the outlets against what the central system has in its books.

Portable: judges a day's journal on the PC and a power-cut run within its own process. Nothing
here asks the charge point. The journal's events are lists, times in ms since the start:

    begin|maybe|resumed, ms, connector, idTag, count Wh, drawn mJ     (maybe: cut in that turn)
    end, ms, connector, idTag, count Wh, reason, drawn mJ
    cut, ms, reason, ms it stood still, [[connector, idTag, count Wh, least Wh], ...]
    boot, ms, reason, [[connector, register Wh, count Wh], ...]
    rx, ms, uniqueId, action, payload, fate, transactionId told
    clock, ms, seconds (it is late by)     full, ms (readings thinned)
    interval, ms, seconds (of the readings, from now on)

**Lost**: a begin or an end whose turn was over (Power cut within it: it may, or may not, have
been) that is not in the books, and a reading that was due and is not there. Excused are messages
refused as often as TransactionMessageAttempts says; readings of the last `TAIL_S` seconds before
a cut; readings, never begins or ends, of transactions during which the outbox was full, or the
interval was changed.

**Duplicated**: the same begin, end or reading under a second uniqueId, booked or not.

**Wh off**: the books' meterStart must be the meter's count at the begin, meterStop that at the
end, exactly; so too where a power cut or a watchdog ended the transaction, at the cut, on a meter
that keeps counting. On one that starts from 0 what was counted since the register was saved last
is gone: there meterStop must lie between the count `SAVED_S` seconds before the cut (or at the
begin, or at the last start, whichever is the latest) and the count at the cut, and the register
after the start too; by how much it does not is off.
"""

from entries import Message, Transaction

# The register is saved every 60 s; a turn and the seconds of the meter's history come on top.
SAVED_S = 62
# Readings wait so long in RAM.
TAIL_S = 5

BOOKED = ("ok", "mute", "late", "drop", "bad")


class Books:
    """Takes the events by ``add``; `verdict.judge` says what they come to."""

    def __init__(self, attempts, interval_s, keeps):
        self.attempts = attempts
        self.keeps = keeps
        self.transactions = []
        self.intervals = [(0, interval_s)]
        self.full_ms = []
        self.boots = 1
        self._boot_ms, self._knows_ms = 0, None  # since when this run knows the time
        self._starts_ms = [0]
        self._clocks = []  # (run, s, how late the clock is from then on)
        self.lost = 0
        self.duplicated = 0
        self.off_wh = 0
        self.shortfalls = []  # (ms, connector, Wh) of registers after cuts
        self.problems = []
        self._by_card = {}
        self._by_id = {}
        self._of = {}  # uniqueId -> what it stands for
        self._whose = {}  # uniqueId of a reading -> its transaction
        self._order = 0
        self._last_order = 0
        self._cut = {}  # connector -> (count, least) at the cut, until the boot
        self._loose = {}  # readings of no transaction

    def add(self, event):
        """One line of the journal."""
        handler = getattr(self, "on_" + event[0], None)
        if handler:
            handler(event)

    def problem(self, ms, text):
        self.problems.append("%.3f s: %s" % (ms / 1000, text))

    def off(self, ms, wh, text):
        self.off_wh += abs(wh)
        self.problem(ms, "%+d Wh off: %s" % (wh, text))

    # -- what happened --------------------------------------------------------------------

    def on_begin(self, event, is_sure=True):
        transaction = Transaction(event, is_sure)
        self._order += 1
        transaction.order = self._order
        self.transactions.append(transaction)
        self._by_card[transaction.idTag] = transaction

    def on_maybe(self, event):
        self.on_begin(event, False)
        self.transactions[-1].cut = (event[1], event[4], event[4])

    def on_resumed(self, event):
        self._by_card[event[3]].cut = None

    def on_end(self, event):
        transaction = self._by_card[event[3]]
        self._order += 1
        transaction.end_order = self._order
        transaction.end = (event[1], event[4], event[5], event[6])

    def on_cut(self, event):
        _, ms, _, stood_ms, outlets = event
        if self._knows_ms is None:
            self._forget_time(ms)
        for connector, idTag, count_wh, least_wh in outlets:
            self._cut.setdefault(connector, (count_wh, least_wh))
            transaction = self._by_card.get(idTag)
            if transaction and not transaction.end:
                transaction.cuts_s.append((ms - stood_ms) / 1000)
                if not transaction.cut:
                    least_wh = count_wh if self.keeps else max(least_wh, transaction.begin_wh)
                    transaction.cut = (ms, least_wh, count_wh)

    def _forget_time(self, ms):
        """The run ends and never knew the time: what it stamped is told for about before now."""
        for transaction in self.transactions:
            if transaction.begin_ms <= ms and transaction.ends.payload is None:
                if not transaction.end or transaction.end[0] >= self._boot_ms:
                    transaction.is_timeless = True

    def on_clock(self, event):
        if self._knows_ms is None:
            self._knows_ms = event[1]
        self._clocks.append((self.boots, event[1] / 1000, event[2]))

    def true_s(self, told_s):
        """The time that the charge point's clock called ``told_s``, as near as can be known."""
        boot = sum(1 for ms in self._starts_ms if ms / 1000 <= told_s)
        late_s = None
        for number, at_s, by_s in self._clocks:
            if number == boot and (late_s is None or at_s <= told_s):
                late_s = by_s
        return told_s + (late_s or 0)

    def on_boot(self, event):
        self.boots += 1
        self._boot_ms, self._knows_ms = event[1], None
        self._starts_ms.append(event[1])
        for connector, register_wh, count_wh in event[3]:
            cut_wh, least_wh = self._cut.pop(connector)
            short_wh = count_wh - register_wh
            self.shortfalls.append((event[1], connector, short_wh))
            most_wh = 0 if self.keeps else cut_wh - least_wh
            if not 0 <= short_wh <= most_wh:
                self.off(event[1], -short_wh, "register of connector %d" % connector)

    def on_full(self, event):
        self.full_ms.append(event[1])

    def on_interval(self, event):
        self.intervals.append((event[1], event[2]))

    # -- what was told --------------------------------------------------------------------

    def on_rx(self, event):
        _, ms, uid, action, payload, fate, told = event
        if action == "StartTransaction":
            self._told_begin(ms, uid, payload, fate, told)
        elif action == "StopTransaction":
            self._told_end(ms, uid, payload, fate)
        else:
            self._told_reading(ms, uid, payload, fate)

    def _told_begin(self, ms, uid, payload, fate, told):
        transaction = self._by_card.get(payload["idTag"])
        if transaction is None:
            self.duplicated += 1
            self.problem(ms, "a start of nothing: %s" % payload)
            return
        if transaction.begins.uid is None:
            self._in_order(ms, transaction.order, "start of " + transaction.idTag)
            before = self._before(transaction)
            if before and before.ends.uid is None:
                self.problem(ms, "%s began before %s ended" % (transaction.idTag, before.idTag))
        self._note(ms, uid, transaction.begins, payload, fate, transaction.idTag)
        if told is not None:
            transaction.told = told
            self._by_id[told] = transaction
        if fate == "bad" or transaction.begins.refused >= self.attempts:
            transaction.is_unnamed = True

    def _told_end(self, ms, uid, payload, fate):
        connector = max(payload["meterStop"] // 1000000, 1)
        transaction = self._named(ms, uid, payload["transactionId"], connector)
        if transaction is None:
            self.duplicated += 1
            self.problem(ms, "a stop of nothing: %s" % payload)
            return
        if transaction.ends.uid is None:
            if transaction.begins.uid is None:
                self.problem(ms, "%s stops before its start" % transaction.idTag)
            if transaction.end_order:
                self._in_order(ms, transaction.end_order, "stop of " + transaction.idTag)
        self._note(ms, uid, transaction.ends, payload, fate, transaction.idTag)

    def _told_reading(self, ms, uid, payload, fate):
        reading = payload["meterValue"][0]
        value = reading["sampledValue"][0]
        key = "%s %s %s" % (reading["timestamp"], value["context"], value["value"])
        if "transactionId" not in payload:
            key = "%d %s" % (payload["connectorId"], key)
            message = self._loose.setdefault(key, Message())
            self._note(ms, uid, message, payload, fate, key)
            return
        transaction = self._whose.get(uid)
        if transaction is None:
            transaction = self._named(ms, uid, payload["transactionId"], payload["connectorId"])
        if transaction is None:
            self.problem(ms, "a reading of nothing: %s" % payload)
            return
        self._whose[uid] = transaction
        if transaction.is_timeless:
            key = uid  # its time is a guess
        if uid in self._of:
            key = self._of[uid].split(" at ")[-1]
        name = "%s at %s" % (transaction.idTag, key)
        message = transaction.readings.setdefault(key, Message())
        if message.uid is None:
            self._first_reading(ms, transaction, name, int(value["value"]))
        self._note(ms, uid, message, payload, fate, name)

    def _first_reading(self, ms, transaction, name, wh):
        if transaction.ends.uid is not None:
            self.problem(ms, "reading after the stop: " + name)
        if transaction.begins.uid is None:
            self.problem(ms, "reading before the start: " + name)
        if wh < (transaction.last_wh or transaction.begin_wh):
            if self.keeps or not transaction.cuts_s:
                self.problem(ms, "readings fall: " + name)
        transaction.last_wh = wh

    def _note(self, ms, uid, message, payload, fate, name):
        """One transmission of ``message``."""
        if self._of.setdefault(uid, name) != name:
            self.problem(ms, "%s has the uniqueId of %s" % (name, self._of[uid]))
        if message.uid is None:
            message.uid = uid
        elif message.uid != uid:
            self.duplicated += 1
            self.problem(ms, "second uniqueId for %s: %s" % (name, payload))
        if fate in BOOKED:
            # Told again it may have another time: what is booked is booked.
            message.payload = message.payload or payload
        elif fate == "refuse":
            message.refused += 1

    def _named(self, ms, uid, transaction_id, connector):
        """The transaction that a message is about."""
        if transaction_id != -1:
            return self._by_id.get(transaction_id)
        for transaction in self.transactions:
            if transaction.connector != connector or transaction.begins.uid is None:
                continue
            if transaction.ends.uid in (None, uid):
                if not transaction.is_unnamed:
                    self.problem(ms, "-1 for %s, which has a name" % transaction.idTag)
                return transaction
        return None

    def _before(self, transaction):
        """The one before it at its outlet that the books can know of."""
        for other in reversed(self.transactions[: self.transactions.index(transaction)]):
            if other.connector == transaction.connector and (other.is_sure or other.begins.uid):
                return other
        return None

    def _in_order(self, ms, order, name):
        if order < self._last_order:
            self.problem(ms, "out of order: " + name)
        self._last_order = max(self._last_order, order)
