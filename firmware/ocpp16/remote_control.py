"""Profile Core: the commands that switch power, or lead to it (OCPP 1.6 5.11, 5.12, 5.14).

May import: its sibling. Loaded for one of them.
"""

# Name, then each field and what it holds (see `validate`); "-": no fields.
# A good chargingProfile is ignored, as section 5.11 wants without SmartCharging.
ACTIONS = """
RemoteStartTransaction connectorId i1 idTag s20! chargingProfile o
RemoteStopTransaction transactionId il!
Reset type eHard|Soft!
"""


def RemoteStartTransaction(charge_point, payload, now_ms):
    if "chargingProfile" in payload:
        from firmware.ocpp16.charging_profile import check

        check(payload["chargingProfile"])
    authorization = charge_point.authorization
    from firmware.ocpp16.authorization_rules import free_connector

    connector = free_connector(charge_point, payload.get("connectorId"))
    idTag = payload["idTag"]
    if connector is None or not idTag or not charge_point.registered:
        return {"status": "Rejected"}
    if charge_point.configuration.flag("AuthorizeRemoteTxRequests"):
        authorization.authorize(idTag, connector)
    elif connector.authorize(idTag, now_ms):
        authorization.allowed[connector.connector_id] = idTag
    return {"status": "Accepted"}


def RemoteStopTransaction(charge_point, payload, now_ms):
    done = charge_point.registered and _stop(charge_point, payload["transactionId"])
    return {"status": "Accepted" if done else "Rejected"}


def _stop(charge_point, transaction_id):
    """Stop that transaction, also where it waits to go on; False: there is none."""
    transactions = charge_point.transactions
    for connector in charge_point.evse.connectors:
        if transactions.id_at(connector) == transaction_id:
            connector.stop("Remote")
            return True
    outbox = transactions.outbox
    for record in outbox.left_open:
        if outbox.transaction_id(record["n"]) == transaction_id:
            record["reason"] = "Remote"
            return True
    return False


def Reset(charge_point, payload, now_ms):
    charge_point.request_reset(payload["type"], now_ms)
    return {"status": "Accepted"}
