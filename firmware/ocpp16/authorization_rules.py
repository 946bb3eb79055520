"""The rules of authorization, one function for each method of `Authorization`; see there.

May import: its siblings, `loader.modules`, `ocppj`. Loaded for one card. The cache lies in flash.
"""

from loader.modules import forget
from ocppj import NO_MEMORY


def free_connector(charge_point, connector_id):
    """The connector of that id, or with None the likeliest, that could start; else None."""
    found = None
    for connector in charge_point.evse.connectors:
        number = connector.connector_id
        if number in charge_point.authorization.pending or connector_id not in (None, number):
            continue
        if connector.startable:
            if connector.plugged:
                return connector
            found = found or connector
    return found


def present(charge_point, idTag, connector_id):
    if not 0 < len(idTag) <= 20:
        charge_point.log("card refused: %d characters" % len(idTag))
        return
    running = None
    for connector in charge_point.evse.connectors:
        if not connector.in_use or connector_id not in (None, connector.connector_id):
            continue
        transaction = connector.transaction
        if transaction is None:
            holder = charge_point.authorization.allowed.get(connector.connector_id)
        else:
            holder = transaction.idTag
            running = running or connector
        if holder is not None and _same(holder, idTag):
            if transaction is None:
                charge_point.log("card withdrawn at connector %d" % connector.connector_id)
            connector.stop("Local", idTag)
            return
    connector = free_connector(charge_point, connector_id)
    if connector is not None:
        authorize(charge_point, idTag, connector)
    elif running is not None:
        _stop_for_group(charge_point, idTag, running, connector_id)
    else:
        charge_point.log("card refused: no connector can start")


def authorize(charge_point, idTag, connector):
    authorization = charge_point.authorization
    number = connector.connector_id

    def on_verdict(allowed, parentIdTag):
        authorization.pending.pop(number, None)
        if not allowed:
            return
        if connector.authorize(idTag, charge_point.now_ms, parentIdTag):
            authorization.allowed[number] = idTag
        else:
            charge_point.log("authorized too late to start")

    authorization.pending[number] = idTag
    try:
        check(charge_point, idTag, connector, on_verdict)
    except NO_MEMORY:
        authorization.pending.pop(number, None)
        raise


def check(charge_point, idTag, connector, on_verdict):
    def decide(allowed, parentIdTag):
        if not allowed:
            charge_point.log("not authorized at connector %d" % connector.connector_id)
        on_verdict(allowed, parentIdTag)

    def on_answer(ok, payload, now_ms):
        # First of all: what follows may want memory.
        charge_point.authorization.pending.pop(connector.connector_id, None)
        if ok:
            info = payload.get("idTagInfo")
            learned(charge_point, idTag, info)
            decide(_accepted(info), _parent(info))
        elif payload == "NotSent" or payload == "Timeout":
            decide(*_decide_offline(charge_point, idTag))
        else:
            decide(False, None)  # a CALLERROR is a refusal

    if charge_point.online and charge_point.configuration.flag("LocalPreAuthorize"):
        known = _find(charge_point, idTag)
        if known and known[0] == "Accepted":
            decide(True, known[1])
            return
    charge_point.send("Authorize", {"idTag": idTag}, on_answer)


def learned(charge_point, idTag, idTagInfo):
    if isinstance(idTagInfo, dict):
        _cached(charge_point, "learn", idTag, idTagInfo)


def start_answered(charge_point, connector, idTag, idTagInfo):
    learned(charge_point, idTag, idTagInfo)
    if connector is None:
        return
    if _accepted(idTagInfo):
        parentIdTag = _parent(idTagInfo)
        if parentIdTag is not None:
            connector.transaction.parentIdTag = parentIdTag
    elif charge_point.configuration.flag("StopTransactionOnInvalidId"):
        connector.stop("DeAuthorized")
    else:
        connector.energy_limit_wh = charge_point.configuration.number("MaxEnergyOnInvalidId")


def clear_cache(charge_point):
    return "Accepted" if _cached(charge_point, "clear") else "Rejected"


def _stop_for_group(charge_point, idTag, running, connector_id):
    def on_verdict(allowed, parentIdTag):
        if not allowed or parentIdTag is None:
            return
        for connector in charge_point.evse.connectors:
            transaction = connector.transaction
            if transaction is None or connector_id not in (None, connector.connector_id):
                continue
            group = transaction.parentIdTag
            if group is not None and _same(group, parentIdTag):
                connector.stop("Local", idTag)
                return

    check(charge_point, idTag, running, on_verdict)


def _decide_offline(charge_point, idTag):
    known = _find(charge_point, idTag)
    if known and known[0] != "Accepted":
        return False, None
    flag = charge_point.configuration.flag
    if known and flag("LocalAuthorizeOffline"):
        return True, known[1]
    return flag("AllowOfflineTxForUnknownId"), known and known[1]


def _find(charge_point, idTag):
    clock = charge_point.clock
    now_s = clock.now_s(charge_point.now_ms)
    if not clock.is_set:
        now_s = max(now_s, clock.seen_s)
    return _cached(charge_point, "find", idTag, now_s)


def _cached(charge_point, verb, *arguments):
    """What the function ``verb`` of `authorization_cache` gives; None without a cache."""
    if not charge_point.configuration.flag("AuthorizationCacheEnabled"):
        return None
    try:
        from firmware.ocpp16 import authorization_cache

        return authorization_cache.__dict__[verb](charge_point.files, *arguments)
    except (OSError,) + NO_MEMORY as error:
        # Charging goes on: what it costs is what this card may do offline.
        charge_point.log("authorization cache: %r" % error)
        return None
    finally:
        forget("firmware.ocpp16.authorization_cache", "firmware.ocpp16.iso")


def _same(one, other):
    return one.lower() == other.lower()  # identifiers are case insensitive


def _accepted(idTagInfo):
    return isinstance(idTagInfo, dict) and idTagInfo.get("status") == "Accepted"


def _parent(idTagInfo):
    parentIdTag = idTagInfo.get("parentIdTag") if isinstance(idTagInfo, dict) else None
    return parentIdTag if isinstance(parentIdTag, str) else None
