"""Begin and end of a transaction: what is queued, sent, and learned from the answer.

May import: its siblings, `json`, `ocppj`. Loaded for one of these moments and dropped.
"""

import json

from firmware.ocpp16.meter_values import expand
from firmware.ocpp16.validate import validate
from micropython import const
from ocppj import CallError

_START_ANSWER = const("transactionId i! idTagInfo o!")


def started(charge_point, outbox, transaction, stamp, now_ms):
    """``transaction`` began at ``stamp``."""
    start = {
        "connectorId": transaction.connector_id,
        "idTag": transaction.idTag,
        "meterStart": transaction.meter_start_wh,
        "timestamp": stamp,
    }
    transaction.reference = outbox.add_start(start, now_ms)
    keep(charge_point, transaction, stamp)


def keep(charge_point, transaction, stamp):
    """Begin to keep the readings of ``transaction``, where StopTransaction is to have them."""
    reading = _bound(charge_point, transaction, stamp, "B", transaction.meter_start_wh)
    kept = [1, 0, reading] if reading else None
    charge_point.metering.kept[transaction.connector_id - 1] = kept


def stopped(charge_point, outbox, transaction, stamp, now_ms):
    """``transaction`` ended at ``stamp``."""
    stop = {
        "meterStop": transaction.meter_stop_wh,
        "timestamp": stamp,
        "reason": transaction.reason,
    }
    if transaction.stop_idTag is not None:
        stop["idTag"] = transaction.stop_idTag
    kept = charge_point.metering.kept
    index = transaction.connector_id - 1
    if 0 <= index < len(kept) and kept[index]:
        reading = _bound(charge_point, transaction, stamp, "E", transaction.meter_stop_wh)
        if reading:
            stop["transactionData"] = kept[index][2:] + [reading]
        kept[index] = None
    outbox.add_stop(transaction.reference, stop, now_ms)


def _bound(charge_point, transaction, stamp, context, wh):
    """The reading at the begin or the end of ``transaction``."""
    key = "StopTxnSampledData"
    if not charge_point.configuration.items(key):
        key = "StopTxnAlignedData"
    connector = charge_point.evse.connector(transaction.connector_id)
    return charge_point.metering.compose(stamp, context, key, wh, connector.offered_ma)


def payload_of(rest, clock, is_own):
    """The payload of a begin or an end as `Segments` keeps it, less the transactionId."""
    payload = json.loads(rest)
    payload["timestamp"] = clock.resolve(payload["timestamp"], is_own)
    data = payload.get("transactionData")
    if data:
        payload["transactionData"] = [expand(text, clock, is_own) for text in data]
    return payload


def take_answer(charge_point, outbox, action, number, idTag, payload, now_ms):
    """``payload`` is the answer to the begin or the end of ``number``, in which ``idTag`` was."""
    info = payload.get("idTagInfo")
    if action == "StartTransaction":
        try:
            validate(_START_ANSWER.split(" "), payload, True)
        except CallError as error:
            # Asking again would start a second transaction there.
            charge_point.log("StartTransaction's answer: " + error.description)
        else:
            outbox.delivered(now_ms, payload["transactionId"])
            connector = _connector_of(charge_point, number)
            charge_point.authorization.start_answered(connector, idTag, info)
            return
    outbox.delivered(now_ms)
    if idTag is not None:
        charge_point.authorization.learned(idTag, info)


def _connector_of(charge_point, number):
    """Where the transaction ``number`` runs, or None."""
    for connector in charge_point.evse.connectors:
        transaction = connector.transaction
        if transaction is not None and transaction.reference == number:
            return connector
    return None


def settle(outbox, kind, number, start, transaction_id):
    """A begin (``kind`` "S", ``start`` its payload) or an end of ``number`` was delivered."""
    outbox.open = [record for record in outbox.open if record.get("n") != number]
    if kind == "S":
        outbox.open.append({"n": number, "id": transaction_id, "start": start})
