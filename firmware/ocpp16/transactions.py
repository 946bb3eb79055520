"""StartTransaction and StopTransaction: what the outlets did, told in order (OCPP 1.6 4.8, 4.10).

May import: `firmware.ocpp16.open_transactions`, `firmware.ocpp16.validate`, `ocppj.errors`,
`ticks`.
"""

from firmware.ocpp16.open_transactions import OpenTransactions
from firmware.ocpp16.validate import validate
from ocppj.errors import CallError
from ticks import ticks_diff

_START_ANSWER = {"transactionId": "i!", "idTagInfo": "o!"}
# How much energy a power cut may leave out of the books, in time.
_SAVE_MS = 300000


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
            transaction = connector.transaction
            if transaction is not None and transaction.reference is not None:
                if self._outbox.transaction_id(transaction.reference) == transaction_id:
                    return connector
        return None

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
                    record["lastTime"] = self._charge_point.clock.stamp(now_ms)
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
        record = {
            "connectorId": transaction.connector_id,
            "idTag": transaction.idTag,
            "meterStart": transaction.meter_start_wh,
            "startTime": self._charge_point.clock.stamp(now_ms),
        }
        self._open.records.append(record)
        transaction.reference = self._queue_start(record)
        self._save()

    def _stopped(self, transaction, now_ms):
        record = self._records[transaction.reference]
        record["meterStop"] = transaction.meter_stop_wh
        record["stopTime"] = self._charge_point.clock.stamp(now_ms)
        record["reason"] = transaction.reason
        if transaction.stop_idTag is not None:
            record["stopIdTag"] = transaction.stop_idTag
        self._queue_stop(record, transaction.reference)
        self._save()

    def _close(self, record, reason):
        """Settle what the last run left open."""
        for name in ("startTime", "stopTime", "lastTime"):
            if record.get(name, "")[:1] == "+":
                record[name] = "+0"  # that run's clock was never set: it was before this one
        number = self._queue_start(record)
        if "meterStop" not in record:
            index = record["connectorId"] - 1
            registers_wh = self._open.registers_wh
            wh = registers_wh[index] if 0 <= index < len(registers_wh) else 0
            record["meterStop"] = max(wh, record["meterStart"])
            record["stopTime"] = record.get("lastTime", record["startTime"])
            record["reason"] = reason
        self._queue_stop(record, number)

    def _queue_start(self, record):
        self._number += 1
        number = self._number
        self._records[number] = record
        if "transactionId" in record:
            self._outbox.started(number, record["transactionId"])
        else:
            payload = {
                "connectorId": record["connectorId"],
                "idTag": record["idTag"],
                "meterStart": record["meterStart"],
                "timestamp": record["startTime"],
            }
            self._outbox.add("StartTransaction", payload, number)
        return number

    def _queue_stop(self, record, number):
        payload = {
            "meterStop": record["meterStop"],
            "timestamp": record["stopTime"],
            "reason": record["reason"],
        }
        if "stopIdTag" in record:
            payload["idTag"] = record["stopIdTag"]
        self._outbox.add("StopTransaction", payload, number)

    def _start_answered(self, number, payload):
        try:
            validate(_START_ANSWER, payload, True)
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
        self._records[number]["transactionId"] = transaction_id
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
