"""Profile RemoteTrigger: TriggerMessage (OCPP 1.6 section 5.17).

May import: nothing. The answer precedes what was asked for: that is only queued here.
"""

_MESSAGES = (
    "eBootNotification|DiagnosticsStatusNotification|FirmwareStatusNotification|Heartbeat"
    "|MeterValues|StatusNotification!"
)


class RemoteTrigger:
    """Messages of other profiles are found by `ChargePoint.trigger`."""

    def __init__(self, charge_point):
        self._charge_point = charge_point

    def trigger_message(self, payload, now_ms):
        charge_point = self._charge_point
        message = payload["requestedMessage"]
        connector_id = payload.get("connectorId")
        send = charge_point.trigger(message)
        if send is None:
            return {"status": "NotImplemented"}
        if connector_id is not None and message in ("MeterValues", "StatusNotification"):
            if connector_id > len(charge_point.evse.connectors):
                return {"status": "Rejected"}
        send(connector_id)
        return {"status": "Accepted"}

    def trigger_BootNotification(self, connector_id):
        self._charge_point.registration.boot_at_once()

    def trigger_FirmwareStatusNotification(self, connector_id):
        job = self._charge_point.job
        payload = {"status": job.trigger_status if job else "Idle"}
        self._charge_point.send("FirmwareStatusNotification", payload, None, True)

    def trigger_Heartbeat(self, connector_id):
        charge_point = self._charge_point
        charge_point.send("Heartbeat", {}, charge_point.registration.heartbeat_answered, True)

    def trigger_MeterValues(self, connector_id):
        self._charge_point.metering.triggered(connector_id or None)

    def trigger_StatusNotification(self, connector_id):
        self._charge_point.status.triggered(connector_id)

    ACTIONS = {
        "TriggerMessage": ({"requestedMessage": _MESSAGES, "connectorId": "i0"}, trigger_message)
    }
