"""DataTransfer from the central system: who answers for which vendor (OCPP 1.6 section 5.6).

May import: its siblings. Loaded for one of them. A vendor's function takes (charge_point,
messageId or None, data or None, now_ms) and gives the status, or (status, data).
"""


def answer(charge_point, payload, now_ms):
    """DataTransfer's answer."""
    for vendor in HOOKS:
        if vendor.lower() == payload["vendorId"].lower():  # a CiString
            hook = HOOKS[vendor]
            given = hook(charge_point, payload.get("messageId"), payload.get("data"), now_ms)
            if isinstance(given, str):
                return {"status": given}
            return {"status": given[0], "data": given[1]}
    return {"status": "UnknownVendorId"}


def _uCharge(charge_point, messageId, data, now_ms):
    """ClearFault: an operator has seen to connector ``data``'s faults ("1" without)."""
    if messageId != "ClearFault":
        return "UnknownMessageId"
    text = data or "1"
    connector = charge_point.evse.connector(int(text)) if text in "123456789" else None
    if connector is None:
        return "Rejected"
    connector.faults.clear("weld")
    return "Accepted"


# vendorId -> function
HOOKS = {"uCharge": _uCharge}
