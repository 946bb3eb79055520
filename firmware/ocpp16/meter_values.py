"""MeterValues: sampled during transactions and aligned to the clock (OCPP 1.6 section 4.7).

May import: `firmware.ocpp16.table`, `ticks`. A reading is one text until it is sent: a
`Clock.stamp`, a letter for the context, a word for each value, which begins with the letter of
its measurand: "2026-01-01T00:00:00Z P E1234 O16.000".
"""

from firmware.ocpp16.table import row
from micropython import const
from ticks import ticks_add, ticks_diff

# Further back a clock that is corrected has been plainly wrong; later than that a reading is not
# aligned any more.
_STEP_S = const(3600)
_LATE_S = const(10)
_CONTEXTS = const(
    "\nB Transaction.Begin\nC Sample.Clock\nE Transaction.End\nI Interruption.Begin"
    "\nJ Interruption.End\nP Sample.Periodic\nT Trigger\n"
)
_MEASURANDS = const("\nE Energy.Active.Import.Register Wh\nO Current.Offered A\n")


def expand(text, clock, base_s=0):
    """The reading ``text`` as it goes on the wire; ``base_s``: see `Clock.resolve`."""
    words = text.split(" ")
    # A later version may have letters that are unknown here.
    context = (row(_CONTEXTS, words[1]) or ("", "Other"))[1]
    values = []
    for word in words[2:]:
        found = row(_MEASURANDS, word[0])
        if found:
            values.append(
                {
                    "value": word[1:],
                    "context": context,
                    "measurand": found[1],
                    "unit": found[2],
                }
            )
    return {"timestamp": clock.resolve(words[0], base_s), "sampledValue": values}


class Metering:
    """Samples go to ``outbox``, where they wait for their transaction's turn; those for
    StopTransaction are kept here, thinned evenly within StopTransactionMaxMeterValues."""

    def __init__(self, charge_point, outbox):
        self._charge_point = charge_point
        self._outbox = outbox
        count = len(charge_point.evse.connectors)
        self._last_ms = [None] * count
        self._interval_ms = 0  # at the last look
        # Of each connector: [keep every so-manieth, how many there were, begin, middle ...]
        self.kept = [None] * count
        self._slot_s = None  # when the clock-aligned interval we are in began

    def tick(self, now_ms):
        """Take the samples that are due."""
        configuration = self._charge_point.configuration
        interval_ms = configuration.number("MeterValueSampleInterval") * 1000
        connectors = self._charge_point.evse.connectors
        for index in range(len(connectors)):
            last_ms = self._last_ms[index]
            if connectors[index].transaction is None:
                self._last_ms[index] = None
            elif last_ms is None or interval_ms == 0:
                self._last_ms[index] = now_ms
            else:
                late_ms = ticks_diff(now_ms, last_ms) - interval_ms
                if late_ms >= 0:
                    # From the due time on, so that the spacing stays exact; not where only a
                    # new interval has made it late.
                    on_time = late_ms < interval_ms == self._interval_ms
                    self._last_ms[index] = ticks_add(last_ms, interval_ms) if on_time else now_ms
                    self._sample(connectors[index], "P", "SampledData", now_ms)
        self._interval_ms = interval_ms
        self._align(configuration.number("ClockAlignedDataInterval"), now_ms)

    def reading(self, connector, context, key, now_ms):
        """What the key ``key`` lists, ``context`` its letter; None where it lists nothing."""
        stamp = self._charge_point.clock.stamp(now_ms)
        return self.compose(stamp, context, key, connector.register.wh, connector.offered_ma)

    def compose(self, stamp, context, key, wh, offered_ma):
        """`reading` of other moments than now."""
        words = [stamp, context]
        for measurand in self._charge_point.configuration.items(key):
            if measurand == "Current.Offered":
                words.append("O%d.%03d" % divmod(offered_ma, 1000))
            else:
                words.append("E%d" % wh)
        return " ".join(words) if len(words) > 2 else None

    def _align(self, interval_s, now_ms):
        clock = self._charge_point.clock
        if interval_s == 0 or not clock.is_set:
            self._slot_s = None
            return
        # Intervals start at 00:00:00; midnight begins a new one whatever their length.
        now_s = clock.now_s(now_ms)
        into_s = now_s % 86400 % interval_s
        slot_s = now_s - into_s
        before_s = self._slot_s
        if before_s is not None:
            if before_s - _STEP_S <= slot_s <= before_s:
                return  # or the clock went back a little: no time comes twice
            # Further in it was the clock that moved on.
            if slot_s > before_s and into_s < _LATE_S:
                for connector in self._charge_point.evse.connectors:
                    self._sample(connector, "C", "AlignedData", now_ms)
        self._slot_s = slot_s

    def _sample(self, connector, context, kind, now_ms):
        transaction = connector.transaction
        reading = self.reading(connector, context, "MeterValues" + kind, now_ms)
        if reading:
            number = transaction.reference if transaction else 0
            self._outbox.add_sample(number, connector.connector_id, reading, now_ms)
        kept = self.kept[connector.connector_id - 1]
        if not transaction or not kept:
            return
        reading = self.reading(connector, context, "StopTxn" + kind, now_ms)
        if not reading:
            return
        kept[1] += 1
        most = self._charge_point.configuration.number("StopTransactionMaxMeterValues")
        if kept[1] % kept[0] == 0 and len(kept) > most:
            kept[0] *= 2
            kept[3:] = kept[4::2]
        if kept[1] % kept[0] == 0 and len(kept) <= most:
            kept.append(reading)
