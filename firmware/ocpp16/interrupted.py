"""Transactions that a power cut or a reboot broke off: stopped, or resumed (OCPP 1.6 4.10).

May import: its siblings, `firmware.evse.transaction`, `ticks`. Loaded for as long as there are
such. With TxResumptionTimeout 0 they are stopped at once; else each goes on if within that time
the car turns out to be still there and its idTag is authorized anew; not where the answer to its
begin refused it, or RemoteStopTransaction has ended it meanwhile.
"""

from firmware.evse.transaction import Transaction
from firmware.ocpp16.begin_end import keep, stopped
from loader.modules import forget
from micropython import const
from ticks import ticks_diff

# The meter is read for the first time once the pilot is known; it is not waited for longer.
_PILOT_MS = const(5000)
# The central system is asked where it can be reached by then; else what is known here decides.
_LINK_MS = const(20000)


def go_on(transactions, charge_point, outbox, now_ms):
    """Decide what can be decided now: who decides the rest, or None where there is none."""
    if outbox.held:
        from firmware.ocpp16.outbox import RARE_MODULES
        from firmware.ocpp16.outbox_recovery import take_up

        take_up(outbox)
        forget(*RARE_MODULES)
    interrupted = transactions.interrupted
    if interrupted is None:
        interrupted = Interrupted(charge_point, outbox, transactions.stop_reason)
    return None if interrupted.tick(now_ms) else interrupted


class Interrupted:
    """Decides about ``outbox.left_open`` and takes out what is decided."""

    def __init__(self, charge_point, outbox, reason):
        self._charge_point = charge_point
        self._outbox = outbox
        self._reason = reason
        self._since_ms = None
        self._asked = []  # numbers

    def tick(self, now_ms):
        """True when nothing is left to decide."""
        if self._since_ms is None:
            self._since_ms = now_ms
        passed_ms = ticks_diff(now_ms, self._since_ms)
        waits_ms = self._charge_point.configuration.number("TxResumptionTimeout") * 1000
        for record in list(self._outbox.left_open):
            self._judge(record, passed_ms, waits_ms, now_ms)
        return not self._outbox.left_open

    def _judge(self, record, passed_ms, waits_ms, now_ms):
        charge_point = self._charge_point
        connector = charge_point.evse.connector(record["start"]["connectorId"])
        if connector is None:
            self._stop(record, now_ms)
            return
        state = connector.pilot.state
        if state is None and passed_ms < _PILOT_MS:
            return
        is_asked = record["n"] in self._asked
        if waits_ms == 0 or connector.in_use or state == "A" or self._may_not(record):
            self._stop(record, now_ms)
        elif connector.plugged and not is_asked:
            if charge_point.online or passed_ms >= min(waits_ms, _LINK_MS):
                self._ask(record, connector)
        elif passed_ms >= waits_ms and not is_asked:
            self._stop(record, now_ms)

    def _ask(self, record, connector):
        def on_verdict(allowed, parentIdTag):
            now_ms = self._charge_point.now_ms
            if record not in self._outbox.left_open:
                return
            may = allowed and not self._may_not(record)
            if may and connector.plugged and not connector.in_use:
                self._resume(record, connector, parentIdTag, now_ms)
            else:
                self._stop(record, now_ms)

        self._asked.append(record["n"])
        self._charge_point.authorization.check(record["start"]["idTag"], connector, on_verdict)

    def _may_not(self, record):
        """Whether it was stopped from afar meanwhile, or its begin was not accepted."""
        if "reason" in record:
            return True
        for known in self._outbox.open:
            if known.get("n") == record["n"]:
                return "invalid" in known
        return False

    def _resume(self, record, connector, parentIdTag, now_ms):
        transaction = _transaction(record)
        transaction.parentIdTag = parentIdTag
        if not connector.resume(transaction):
            self._stop(record, now_ms)
            return
        self._outbox.left_open.remove(record)
        metering = self._charge_point.metering
        keep(self._charge_point, transaction, record["start"]["timestamp"])
        key = "MeterValuesSampledData"
        for reading in (
            metering.compose(record["last"], "I", key, connector.register.wh, 0),
            metering.reading(connector, "J", key, now_ms),
        ):
            if reading:
                self._outbox.add_sample(record["n"], connector.connector_id, reading, now_ms)
        self._charge_point.log("transaction goes on at connector %d" % connector.connector_id)

    def _stop(self, record, now_ms):
        connector = self._charge_point.evse.connector(record["start"]["connectorId"])
        transaction = _transaction(record)
        wh = connector.register.wh if connector else 0
        if connector and connector.transaction:
            wh = connector.transaction.meter_start_wh  # the next one has begun already
        transaction.meter_stop_wh = max(wh, transaction.meter_start_wh)
        transaction.reason = record.get("reason", self._reason)
        stamp = record["last"]
        if "reason" in record:
            stamp = self._charge_point.clock.stamp(now_ms)
        # Out of the list last: until then the state file keeps the old time.
        if connector:
            keep(self._charge_point, transaction, record["start"]["timestamp"])
        stopped(self._charge_point, self._outbox, transaction, stamp, now_ms)
        self._outbox.left_open.remove(record)


def _transaction(record):
    start = record["start"]
    transaction = Transaction(start["connectorId"], start["idTag"], start["meterStart"])
    transaction.reference = record["n"]
    return transaction
