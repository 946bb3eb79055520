"""Begin and end of a transaction: what is queued, sent, and learned from the answer.

May import: its siblings, `json`. Loaded for one of these moments and dropped.
"""

import json

from firmware.ocpp16.meter_values import expand
from micropython import const

_STATUSES = const(" Accepted Blocked ConcurrentTx Expired Invalid ")
# Up to here a float is exact on every board.
_EXACT = const(1 << 24)


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
    charge_point.log(
        "transaction begins at connector %d: %d Wh"
        % (transaction.connector_id, transaction.meter_start_wh)
    )


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
            texts = kept[index][2:] + [reading]
            clock = charge_point.clock
            if clock.is_set:  # and has not been, maybe, when some of them were taken
                pairs = [text.split(" ", 1) for text in texts]
                texts = [clock.resolve(then) + " " + rest for then, rest in pairs]
            stop["transactionData"] = texts
        kept[index] = None
    outbox.add_stop(transaction.reference, stop, now_ms)
    charge_point.log(
        "transaction ends at connector %d: %d Wh, %s"
        % (transaction.connector_id, transaction.meter_stop_wh, transaction.reason)
    )


def _bound(charge_point, transaction, stamp, context, wh):
    """The reading at the begin or the end of ``transaction``."""
    key = "StopTxnSampledData"
    if not charge_point.configuration.items(key):
        key = "StopTxnAlignedData"
    connector = charge_point.evse.connector(transaction.connector_id)
    return charge_point.metering.compose(stamp, context, key, wh, connector.offered_ma)


def payload_of(rest, clock, base_s):
    """The payload of a begin or an end as `Segments` keeps it, less the transactionId."""
    payload = json.loads(rest)
    payload["timestamp"] = clock.resolve(payload["timestamp"], base_s)
    data = payload.get("transactionData")
    if data:
        payload["transactionData"] = [expand(text, clock, base_s) for text in data]
    return payload


def take_answer(charge_point, outbox, action, number, idTag, payload, now_ms):
    """``payload`` is the answer to the begin or the end of ``number``, in which ``idTag`` was."""
    info = payload.get("idTagInfo")
    status = info.get("status") if isinstance(info, dict) else None
    is_said = isinstance(status, str) and " " + status + " " in _STATUSES
    if action == "StartTransaction":
        transaction_id = _integer(payload.get("transactionId"))
        if transaction_id is None:
            # Asking again would start a second transaction there.
            charge_point.log("StartTransaction's answer: no transactionId")
            transaction_id = -1
        outbox.delivered(now_ms, transaction_id, is_said and status != "Accepted")
        if is_said:
            connector = _connector_of(charge_point, number)
            charge_point.authorization.start_answered(connector, idTag, info)
        else:
            charge_point.log("StartTransaction's answer: no idTagInfo")
        return
    outbox.delivered(now_ms)
    if idTag is not None and is_said:
        charge_point.authorization.learned(idTag, info)


def _integer(value):
    """``value`` as an integer of 64 bits, also where it came as "7" or 7.0; else None."""
    if isinstance(value, str) and 0 < len(value) < 20:
        digits = value[1:] if value[0] == "-" else value
        for char in digits:
            if not "0" <= char <= "9":
                return None
        value = int(value) if digits else None
    elif isinstance(value, float) and -_EXACT < value < _EXACT and value == int(value):
        value = int(value)
    is_one = isinstance(value, int) and not isinstance(value, bool)
    return value if is_one and -1 << 63 <= value < 1 << 63 else None


def _connector_of(charge_point, number):
    """Where the transaction ``number`` runs, or None."""
    for connector in charge_point.evse.connectors:
        transaction = connector.transaction
        if transaction is not None and transaction.reference == number:
            return connector
    return None


def settle(outbox, kind, number, start, transaction_id, invalid):
    """A begin (``kind`` "S", ``start`` its payload) or an end of ``number`` was delivered."""
    outbox.open = [record for record in outbox.open if record.get("n") != number]
    if kind == "S":
        record = {"n": number, "id": transaction_id, "start": start}
        if invalid:
            record["invalid"] = True
        outbox.open.append(record)
