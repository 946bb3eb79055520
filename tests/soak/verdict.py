"""What a day's `books` come to, once all is quiet. Portable."""

from books import TAIL_S

from firmware.ocpp16.iso import parse_iso

_WH_MJ = 3600000
_CUT_REASONS = ("PowerLoss", "Reboot")
_SLACK_S = 2
# The clock is set by answers, and an answer may take so long: so late it can be, never early.
LATE_S = 12


class Totals:
    """Sums over a journal, in Wh: ``meter`` (within transactions), ``books``, ``after_cuts`` (in
    the meter, not in the books, excused); and how many of what."""

    def __init__(self):
        self.meter_wh = self.books_wh = self.after_cuts_wh = self.refused_wh = 0
        self.cut = self.resumed = self.refused = self.readings = self.thinned = 0
        self.below_reading = 0  # stops after a cut that say less than a reading told before


def judge(books, start_s):
    """Close ``books``; gives `Totals`. ``start_s``: Unix time of the journal's start."""
    totals = Totals()
    for transaction in books.transactions:
        if not transaction.is_sure and transaction.begins.uid is None:
            continue  # cut before it was on the flash
        _judge_messages(books, transaction, totals)
        _judge_energy(books, transaction, totals)
        _judge_times(books, transaction, start_s)
        _judge_readings(books, transaction, start_s, totals)
    _judge_outside(books)
    return totals


def _judge_messages(books, transaction, totals):
    for message, name in ((transaction.begins, "start"), (transaction.ends, "stop")):
        if message.payload is None and message.refused < books.attempts:
            books.lost += 1
            books.problem(transaction.begin_ms, "no %s of %s" % (name, transaction.idTag))
        totals.refused += message.payload is None and message.refused >= books.attempts
    if not (transaction.end or transaction.cut):
        books.problem(transaction.begin_ms, "%s is still open" % transaction.idTag)


def _judge_energy(books, transaction, totals):
    start, stop = transaction.begins.payload, transaction.ends.payload
    at_ms, idTag = transaction.begin_ms, transaction.idTag
    if start and start["meterStart"] != transaction.begin_wh:
        books.off(at_ms, start["meterStart"] - transaction.begin_wh, "meterStart of " + idTag)
    if transaction.end:
        end_ms, end_wh, reason, end_mj = transaction.end
        drawn_mj = end_mj - transaction.begin_mj
        meter_wh = end_wh - transaction.begin_wh
        if not transaction.cuts_s and not -_WH_MJ < drawn_mj - meter_wh * _WH_MJ < _WH_MJ:
            books.off(at_ms, meter_wh - drawn_mj // _WH_MJ, "the meter against the car")
        least_wh = most_wh = end_wh
        if stop and stop.get("reason", "Local") != reason:
            books.problem(end_ms, "%s: %s, told %s" % (idTag, reason, stop["reason"]))
    elif transaction.cut:
        totals.cut += 1
        _, least_wh, most_wh = transaction.cut
        meter_wh = most_wh - transaction.begin_wh
    else:
        return
    totals.resumed += bool(transaction.end and transaction.cuts_s)
    totals.meter_wh += meter_wh
    if not stop or not start:
        totals.refused_wh += meter_wh
        return
    told_wh = stop["meterStop"]
    totals.books_wh += told_wh - start["meterStart"]
    totals.after_cuts_wh += max(most_wh - told_wh, 0)
    if not least_wh <= told_wh <= most_wh:
        off_wh = told_wh - (most_wh if told_wh > most_wh else least_wh)
        books.off(at_ms, off_wh, "meterStop of %s, %d to %d" % (idTag, least_wh, most_wh))
    if transaction.last_wh is not None and told_wh < transaction.last_wh:
        totals.below_reading += 1
        if transaction.end:
            books.problem(at_ms, "%s stops below a reading" % idTag)


def _judge_times(books, transaction, start_s):
    start, stop = transaction.begins.payload, transaction.ends.payload
    if transaction.is_timeless:
        if start and stop and parse_iso(start["timestamp"]) > parse_iso(stop["timestamp"]):
            books.problem(transaction.begin_ms, "%s stops before it starts" % transaction.idTag)
        return
    begin_s = start_s + transaction.begin_ms // 1000
    if start and not _is_about(start, begin_s, begin_s):
        books.problem(transaction.begin_ms, "start told for " + start["timestamp"])
    at_ms, first_s = transaction.begin_ms, begin_s
    if transaction.cut:
        at_ms = transaction.cut[0]
    elif transaction.end:
        at_ms = transaction.end[0]
        first_s = start_s + at_ms // 1000
    if not stop:
        return
    if not _is_about(stop, first_s, start_s + at_ms // 1000):
        books.problem(at_ms, "stop told for " + stop["timestamp"])


def _is_about(payload, first_s, last_s):
    return first_s - LATE_S <= parse_iso(payload["timestamp"]) <= last_s + _SLACK_S


def _judge_readings(books, transaction, start_s, totals):
    """Each reading that was due is there, by the gaps between those that are."""
    totals.readings += len(transaction.readings)
    if transaction.begins.payload is None or transaction.is_timeless:
        return
    begin_s = transaction.begin_ms / 1000
    last_s = (transaction.end or transaction.cut or (transaction.begin_ms,))[0] / 1000
    changes = [s for ms, s in books.intervals if begin_s < ms / 1000 <= last_s]
    if changes:
        return
    interval_s = [s for ms, s in books.intervals if ms / 1000 <= begin_s][-1]
    times = [begin_s]
    for message in transaction.readings.values():
        reading = (message.payload or {"meterValue": ()})["meterValue"]
        if reading and reading[0]["sampledValue"][0]["context"] == "Sample.Periodic":
            times.append(books.true_s(parse_iso(reading[0]["timestamp"]) - start_s))
    missing = _missing(times + [last_s], interval_s, transaction.cuts_s)
    if not missing:
        return
    if [ms for ms in books.full_ms if ms / 1000 >= begin_s]:
        totals.thinned += missing
        return
    books.lost += missing
    books.problem(transaction.begin_ms, "%d readings of %s missing" % (missing, transaction.idTag))


def _missing(times, interval_s, cuts_s):
    """How many readings are not there between ``times``, the last of which is the end."""
    missing = 0
    slack_s = max(min(LATE_S, interval_s * 0.45), 1.5)  # whole seconds are told
    times.sort()
    for index in range(1, len(times)):
        before_s, after_s = times[index - 1], times[index]
        for cut_s in cuts_s:
            if before_s - _SLACK_S <= cut_s <= after_s + _SLACK_S:
                after_s = min(after_s, cut_s - TAIL_S)
        missing += max(int((after_s - before_s - slack_s) / interval_s), 0)
    return missing


def _judge_outside(books):
    """No energy but in a transaction: each begins where the one before it ended."""
    last = {}  # connector -> (ms, Wh)
    for transaction in books.transactions:
        connector, begin_ms = transaction.connector, transaction.begin_ms
        if connector in last:
            end_ms, wh = last[connector]
            for ms, where, short_wh in books.shortfalls:
                if where == connector and end_ms <= ms <= begin_ms:
                    wh -= short_wh
            if transaction.begin_wh != wh:
                books.off(begin_ms, transaction.begin_wh - wh, "before " + transaction.idTag)
        if transaction.end:
            last[connector] = transaction.end[:2]
        elif transaction.cut:
            last[connector] = transaction.cut[0], transaction.cut[2]
