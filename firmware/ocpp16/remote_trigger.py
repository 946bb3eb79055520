"""Profile RemoteTrigger: TriggerMessage (OCPP 1.6 section 5.17). Loaded for one of them.

May import: nothing. The answer precedes what was asked for: that is only queued here.
"""

ACTIONS = (
    "\nTriggerMessage connectorId i0 requestedMessage"
    " eBootNotification|DiagnosticsStatusNotification|FirmwareStatusNotification|Heartbeat"
    "|MeterValues|StatusNotification!\n"
)


def TriggerMessage(charge_point, payload, now_ms):
    message = payload["requestedMessage"]
    connector_id = payload.get("connectorId")
    if message == "MeterValues" or message == "StatusNotification":
        if connector_id is not None and connector_id > len(charge_point.evse.connectors):
            return {"status": "Rejected"}
    if message == "BootNotification":
        charge_point.registration.boot_at_once()
    elif message == "FirmwareStatusNotification":
        job = charge_point.job
        status = {"status": job.trigger_status if job else "Idle"}
        charge_point.send(message, status, None, True)
    elif message == "Heartbeat":
        charge_point.send(message, {}, charge_point.registration.heartbeat_answered, True)
    elif message == "MeterValues":
        _meter_values(charge_point, connector_id or None)
    elif message == "StatusNotification":
        charge_point.status.triggered(connector_id)
    else:
        return {"status": "NotImplemented"}
    return {"status": "Accepted"}


def _meter_values(charge_point, connector_id):
    """Send a reading of one connector, or with None of all."""
    for connector in charge_point.evse.connectors:
        if connector_id in (None, connector.connector_id):
            metering = charge_point.metering
            payload = metering.reading(
                connector, "Trigger", "MeterValuesSampledData", charge_point.now_ms
            )
            if payload is None:
                continue
            transaction_id = charge_point.transactions.id_at(connector)
            if transaction_id is not None:
                payload["transactionId"] = transaction_id
            charge_point.send("MeterValues", payload, None, True)
