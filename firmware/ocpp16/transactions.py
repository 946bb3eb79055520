"""StartTransaction and StopTransaction: what the outlets did, told in order (OCPP 1.6 4.8, 4.10).

May import: `firmware.ocpp16.open_transactions`, `firmware.ocpp16.validate`, `ocppj`,
`ticks`.
"""

from firmware.ocpp16.open_transactions import OpenTransactions
from firmware.ocpp16.validate import validate
from micropython import const
from ocppj import CallError
from ticks import ticks_diff

_START_ANSWER = const("transactionId i! idTagInfo o!")
# How much energy a power cut may leave out of the books, in time.
_SAVE_MS = const(300000)


class Transactions:
    """Turns the events of ``charge_point.evse`` into messages of ``outbox``.

    A transaction's number within the outbox is its ``reference``.
    """

    def __init__(self, charge_point, outbox, files, stop_reason):
        self._charge_point = charge_point
        self._outbox = outbox
        self._open = OpenTransactions(files, charge_point.log)
        self._records = {}  # number -> its record in `_open`
        self._number = 0
        self._saved_ms = None
        for record in self._open.records:
            self._close(record, stop_reason)

    def find(self, transaction_id):
        """The connector where that transaction runs, or None."""
        for connector in self._charge_point.evse.connectors:
            if self.id_at(connector) == transaction_id:
                return connector
        return None

    def id_at(self, connector):
        """The transactionId of what runs at ``connector``; None: nothing, or not yet known."""
        transaction = connector.transaction
        if transaction is None or transaction.reference is None:
            return None
        return self._outbox.transaction_id(transaction.reference)

    def tick(self, now_ms):
        """Report what has started and stopped."""
        self._outbox.ready(now_ms)  # keeps its time from wrapping, offline too
        evse = self._charge_point.evse
        while evse.events:
            kind, transaction = evse.events.pop(0)
            if kind == "started":
                self._started(transaction, now_ms)
            elif kind == "stopped":
                self._stopped(transaction, now_ms)
        if not evse.in_use:
            self._saved_ms = None
        elif self._saved_ms is None:
            self._saved_ms = now_ms
        elif ticks_diff(now_ms, self._saved_ms) >= _SAVE_MS:
            self._saved_ms = now_ms
            for connector in evse.connectors:
                if connector.transaction is not None:
                    record = self._records[connector.transaction.reference]
                    record["last"] = self._charge_point.clock.stamp(now_ms)
            self._save()

    def on_answer(self, action, number):
        """What the CALL of an outbox message is to be answered to."""

        def answered(ok, payload, now_ms):
            outbox = self._outbox
            if ok:
                if action == "StartTransaction":
                    self._start_answered(number, payload)
                outbox.delivered()
            elif payload == "NotSent":
                outbox.interrupted()
                return
            elif not outbox.failed(now_ms):
                return
            elif action == "StartTransaction":
                self._named(number, -1)
            if action == "StopTransaction":
                self._settled(number)

        return answered

    def _started(self, transaction, now_ms):
        start = {
            "connectorId": transaction.connector_id,
            "idTag": transaction.idTag,
            "meterStart": transaction.meter_start_wh,
            "timestamp": self._charge_point.clock.stamp(now_ms),
        }
        record = {"start": start}
        self._open.records.append(record)
        transaction.reference = self._take_up(record)
        self._save()

    def _stopped(self, transaction, now_ms):
        stop = {
            "meterStop": transaction.meter_stop_wh,
            "timestamp": self._charge_point.clock.stamp(now_ms),
            "reason": transaction.reason,
        }
        if transaction.stop_idTag is not None:
            stop["idTag"] = transaction.stop_idTag
        number = transaction.reference
        self._records[number]["stop"] = stop
        self._outbox.add("StopTransaction", stop, number)
        self._save()

    def _close(self, record, reason):
        """Settle what the last run left open."""
        start = record["start"]
        if "stop" not in record:
            index = start["connectorId"] - 1
            registers_wh = self._open.registers_wh
            wh = registers_wh[index] if 0 <= index < len(registers_wh) else 0
            record["stop"] = {
                "meterStop": max(wh, start["meterStart"]),
                "timestamp": record.get("last", start["timestamp"]),
                "reason": reason,
            }
        for payload in (start, record["stop"]):
            if payload["timestamp"][:1] == "+":
                # That run's clock was never set; all that is known: it was before this one.
                payload["timestamp"] = "+0"
        self._outbox.add("StopTransaction", record["stop"], self._take_up(record))

    def _take_up(self, record):
        """Queue the start of ``record``, where that is still to be said; gives its number."""
        self._number += 1
        number = self._number
        self._records[number] = record
        if "id" in record:
            self._outbox.started(number, record["id"])
        else:
            self._outbox.add("StartTransaction", record["start"], number)
        return number

    def _start_answered(self, number, payload):
        try:
            validate(_START_ANSWER.split(" "), payload, True)
        except CallError as error:
            # Asking again would start a second transaction there.
            self._charge_point.log("StartTransaction's answer is bad: " + error.description)
            self._named(number, -1)
            return
        self._named(number, payload["transactionId"])
        status = payload["idTagInfo"].get("status")
        if status == "Accepted":
            return
        for connector in self._charge_point.evse.connectors:
            transaction = connector.transaction
            if transaction is not None and transaction.reference == number:
                if self._charge_point.configuration.flag("StopTransactionOnInvalidId"):
                    connector.stop("DeAuthorized")
                else:
                    connector.suspended = True

    def _named(self, number, transaction_id):
        self._outbox.started(number, transaction_id)
        self._records[number]["id"] = transaction_id
        self._save()

    def _settled(self, number):
        record = self._records.pop(number)
        if record in self._open.records:
            self._open.records.remove(record)
        self._save()

    def _save(self):
        charge_point = self._charge_point
        self._open.registers_wh = [
            connector.register.wh for connector in charge_point.evse.connectors
        ]
        self._open.save()
