"""StartTransaction and StopTransaction: what the outlets did, told in order (OCPP 1.6 4.8, 4.10).

May import: its siblings, `ocppj`, `ticks`.
"""

from firmware.ocpp16.validate import validate
from loader.modules import forget
from micropython import const
from ocppj import CallError
from ticks import ticks_diff

_START_ANSWER = const("transactionId i! idTagInfo o!")
# How much energy a power cut may leave out of the books, in time.
_SAVE_MS = const(60000)


class Transactions:
    """Turns the events of ``charge_point.evse`` into messages of ``outbox``.

    A transaction's number within the outbox is its ``reference``. ``stop_reason``: of those
    that the last run left open.
    """

    def __init__(self, charge_point, outbox, stop_reason):
        self._charge_point = charge_point
        self._outbox = outbox
        self._stop_reason = stop_reason
        self._interrupted = None

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
        charge_point = self._charge_point
        evse = charge_point.evse
        outbox = self._outbox
        if outbox.left_open or outbox.held:
            self._settle(now_ms)
        while evse.events:
            kind, transaction = evse.events.pop(0)
            stamp = charge_point.clock.stamp(now_ms)
            if kind == "started":
                self.started(transaction, stamp, now_ms)
            elif kind == "stopped":
                self.stopped(transaction, stamp, now_ms)
        if not evse.in_use:
            outbox.saved_ms = None
        elif outbox.saved_ms is None:
            outbox.saved_ms = now_ms
        elif ticks_diff(now_ms, outbox.saved_ms) >= _SAVE_MS:
            outbox.save(now_ms)

    def on_answer(self, action, number, idTag):
        """What the CALL of an outbox message is to be answered to."""

        def answered(ok, payload, now_ms):
            outbox = self._outbox
            if not ok:
                if payload == "NotSent":
                    outbox.interrupted()
                else:
                    outbox.failed(now_ms)
                return
            transaction_id = None
            if action == "StartTransaction":
                try:
                    validate(_START_ANSWER.split(" "), payload, True)
                    transaction_id = payload["transactionId"]
                except CallError as error:
                    # Asking again would start a second transaction there.
                    self._charge_point.log("StartTransaction's answer: " + error.description)
            outbox.delivered(now_ms, -1 if transaction_id is None else transaction_id)
            info = payload.get("idTagInfo")
            authorization = self._charge_point.authorization
            if transaction_id is not None:
                authorization.start_answered(self._at(number), idTag, info)
            elif idTag is not None:
                authorization.learned(idTag, info)

        return answered

    def started(self, transaction, stamp, now_ms):
        """``transaction`` began at ``stamp``."""
        start = {
            "connectorId": transaction.connector_id,
            "idTag": transaction.idTag,
            "meterStart": transaction.meter_start_wh,
            "timestamp": stamp,
        }
        transaction.reference = self._outbox.add_start(start, now_ms)
        self._charge_point.metering.begin(transaction, stamp)

    def stopped(self, transaction, stamp, now_ms):
        """``transaction`` ended at ``stamp``."""
        stop = {
            "meterStop": transaction.meter_stop_wh,
            "timestamp": stamp,
            "reason": transaction.reason,
        }
        if transaction.stop_idTag is not None:
            stop["idTag"] = transaction.stop_idTag
        readings = self._charge_point.metering.end(transaction, stamp)
        if readings:
            stop["transactionData"] = readings
        self._outbox.add_stop(transaction.reference, stop, now_ms)

    def _settle(self, now_ms):
        """Go on with, or close, what the last run left open."""
        evse = self._charge_point.evse
        if self._outbox.held and not evse.inhibited:
            from firmware.ocpp16.outbox_recovery import take_up

            take_up(self._outbox)
            forget("firmware.ocpp16.outbox_recovery")
        if self._interrupted is None:
            from firmware.ocpp16.interrupted import Interrupted

            self._interrupted = Interrupted(self._charge_point, self._outbox, self._stop_reason)
        if self._interrupted.tick(now_ms):
            self._interrupted = None
            forget("firmware.ocpp16.interrupted")

    def _at(self, number):
        """The connector where the transaction ``number`` runs, or None."""
        for connector in self._charge_point.evse.connectors:
            transaction = connector.transaction
            if transaction is not None and transaction.reference == number:
                return connector
        return None
