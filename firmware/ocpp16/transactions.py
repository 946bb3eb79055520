"""StartTransaction and StopTransaction: what the outlets did, told in order (OCPP 1.6 4.8, 4.10).

May import: its siblings, `loader.modules`.
"""

from firmware.ocpp16.outbox import BEGIN_END
from loader.modules import forget


class Transactions:
    """Turns the events of ``charge_point.evse`` into messages of ``outbox``.

    A transaction's number within the outbox is its ``reference``. ``stop_reason``: of those
    that the last run left open.
    """

    def __init__(self, charge_point, outbox, stop_reason):
        self._charge_point = charge_point
        self.outbox = outbox
        self.stop_reason = stop_reason
        self.interrupted = None  # whoever decides about those

    def id_at(self, connector):
        """The transactionId of what runs at ``connector``; None: nothing, or not yet known."""
        transaction = connector.transaction
        if transaction is None or transaction.reference is None:
            return None
        return self.outbox.transaction_id(transaction.reference)

    def tick(self, now_ms):
        """Report what has started and stopped."""
        charge_point = self._charge_point
        evse = charge_point.evse
        outbox = self.outbox
        if outbox.left_open or (outbox.held and not evse.inhibited):
            from firmware.ocpp16.interrupted import go_on

            self.interrupted = go_on(self, charge_point, outbox, now_ms)
            if self.interrupted is None:
                forget("firmware.ocpp16.interrupted", *BEGIN_END)
        while evse.events:
            from firmware.ocpp16 import begin_end

            kind, transaction = evse.events.pop(0)  # "started" or "stopped"
            stamp = charge_point.clock.stamp(now_ms)
            begin_end.__dict__[kind](charge_point, outbox, transaction, stamp, now_ms)
            forget(*BEGIN_END)

    def on_answer(self, action, number, idTag):
        """What the CALL of an outbox message is to be answered to."""

        def answered(ok, payload, now_ms):
            outbox = self.outbox
            if not ok:
                if payload == "NotSent":
                    outbox.interrupted()
                else:
                    # A late answer is as good.
                    return not outbox.failed(now_ms, payload != "Timeout")
            elif action == "MeterValues":
                outbox.delivered(now_ms)
            else:
                from firmware.ocpp16.begin_end import take_answer

                take_answer(self._charge_point, outbox, action, number, idTag, payload, now_ms)
                forget(*BEGIN_END)

        return answered
