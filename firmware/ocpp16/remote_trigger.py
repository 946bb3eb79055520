"""Profile RemoteTrigger: TriggerMessage (OCPP 1.6 section 5.17), and the security extension's
ExtendedTriggerMessage. Loaded for one of them.

May import: its siblings. The answer precedes what was asked for: that is only queued here.
"""

from firmware.ocpp16.meter_values import expand

ACTIONS = (
    "\nTriggerMessage connectorId i0 requestedMessage"
    " eBootNotification|DiagnosticsStatusNotification|FirmwareStatusNotification|Heartbeat"
    "|MeterValues|StatusNotification!\n"
    "ExtendedTriggerMessage connectorId i0 requestedMessage"
    " eBootNotification|FirmwareStatusNotification|Heartbeat|LogStatusNotification"
    "|MeterValues|SignChargePointCertificate|StatusNotification!\n"
)


def TriggerMessage(charge_point, payload, now_ms):
    message = payload["requestedMessage"]
    connector_id = payload.get("connectorId")
    if message == "MeterValues" or message == "StatusNotification":
        if connector_id is not None and connector_id > len(charge_point.evse.connectors):
            return {"status": "Rejected"}
    accepted = True
    if message == "BootNotification":
        charge_point.registration.boot_at_once()
    elif message == "Heartbeat":
        accepted = charge_point.send(
            message, {}, charge_point.registration.heartbeat_answered, True
        )
    elif message == "MeterValues":
        accepted = _meter_values(charge_point, connector_id or None)
    elif message == "StatusNotification":
        accepted = charge_point.status.triggered(connector_id)
    elif message == "FirmwareStatusNotification":
        job = charge_point.job
        status = {"status": job.trigger_status if job else "Idle"}
        accepted = charge_point.send(message, status, None, True)
    else:
        status = _upload_status(charge_point.diagnostics, message)
        accepted = charge_point.send(message, status, None, True)
    return {"status": "Accepted" if accepted else "Rejected"}


def ExtendedTriggerMessage(charge_point, payload, now_ms):
    message = payload["requestedMessage"]
    if message == "SignChargePointCertificate":
        return {"status": "NotImplemented"}
    if message == "FirmwareStatusNotification":
        job = charge_point.job
        status = job.signed_status() if job else {"status": "Idle"}
        if charge_point.send("SignedFirmwareStatusNotification", status, None, True):
            return {"status": "Accepted"}
        return {"status": "Rejected"}
    return TriggerMessage(charge_point, payload, now_ms)


def _upload_status(diagnostics, message):
    """What to say of an upload of the logs: "Idle" unless it was asked for the same way."""
    if diagnostics:
        action, payload = diagnostics.message(diagnostics.trigger_status)
        if action == message:
            return payload
    return {"status": "Idle"}


def _meter_values(charge_point, connector_id):
    """Send a reading of one connector, or with None of all; False where there is none."""
    sent = False
    for connector in charge_point.evse.connectors:
        if connector_id in (None, connector.connector_id):
            metering = charge_point.metering
            reading = metering.reading(
                connector, "T", "MeterValuesSampledData", charge_point.now_ms
            )
            if reading is None:
                continue
            payload = {
                "connectorId": connector.connector_id,
                "meterValue": [expand(reading, charge_point.clock)],
            }
            transaction_id = charge_point.transactions.id_at(connector)
            if transaction_id is not None:
                payload["transactionId"] = transaction_id
            sent = charge_point.send("MeterValues", payload, None, True) or sent
    return sent
