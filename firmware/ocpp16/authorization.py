"""Who may charge: a card at the reader, or a RemoteStartTransaction (OCPP 1.6 sections 3.5, 4.1).

May import: its siblings, `loader.modules`. The cache lies in flash; its code is loaded for one
card and dropped again.
"""

from loader.modules import forget


class Authorization:
    """``charge_point`` gives `send`, `online`, `evse`, `files`, `clock` and `configuration`."""

    def __init__(self, charge_point):
        self._charge_point = charge_point

    def present(self, idTag, now_ms, connector_id):
        """A card: stops the transaction that it or its group started, else starts one."""
        running = None
        for connector in self._charge_point.evse.connectors:
            transaction = connector.transaction
            if transaction is not None and connector_id in (None, connector.connector_id):
                # Identifiers are case insensitive.
                if transaction.idTag.lower() == idTag.lower():
                    connector.stop("Local", idTag)
                    return
                running = running or connector
        connector = self.free_connector(connector_id)
        if connector is not None:
            self.authorize(idTag, connector, now_ms)
        elif running is not None:
            self._stop_for_group(idTag, running, connector_id)
        else:
            self._charge_point.log("card refused: no connector can start")

    def free_connector(self, connector_id):
        """The connector of that id, or with None the likeliest, that could start; else None."""
        found = None
        for connector in self._charge_point.evse.connectors:
            if connector_id in (None, connector.connector_id) and connector.startable:
                if connector.plugged:
                    return connector
                found = found or connector
        return found

    def authorize(self, idTag, connector, now_ms):
        """Let ``idTag`` charge at ``connector`` if it may."""

        def on_verdict(allowed, parentIdTag):
            if allowed and not connector.authorize(idTag, self._charge_point.now_ms, parentIdTag):
                self._charge_point.log("authorized too late to start")

        self.check(idTag, connector, on_verdict)

    def check(self, idTag, connector, on_verdict):
        """Find out whether ``idTag`` may charge: ``on_verdict(allowed, parentIdTag or None)``.

        It may be called before this returns. ``connector``: where, for the log. Offline the cache
        decides, and AllowOfflineTxForUnknownId over those that it does not know.
        """
        charge_point = self._charge_point

        def decide(allowed, parentIdTag):
            if not allowed:
                charge_point.log("not authorized at connector %d" % connector.connector_id)
            on_verdict(allowed, parentIdTag)

        def on_answer(ok, payload, now_ms):
            if ok:
                info = payload.get("idTagInfo")
                self.learned(idTag, info)
                decide(_accepted(info), _parent(info))
            elif payload == "NotSent" or payload == "Timeout":
                decide(*self._decide_offline(idTag))
            else:
                decide(False, None)  # a CALLERROR is a refusal

        if charge_point.online and charge_point.configuration.flag("LocalPreAuthorize"):
            known = self._cached("find", idTag, charge_point.clock.now_s(charge_point.now_ms))
            if known and known[0] == "Accepted":
                decide(True, known[1])
                return
        charge_point.send("Authorize", {"idTag": idTag}, on_answer)

    def learned(self, idTag, idTagInfo):
        """The central system's word on ``idTag``, in whichever answer it came."""
        if isinstance(idTagInfo, dict):
            self._cached("learn", idTag, idTagInfo)

    def start_answered(self, connector, idTag, idTagInfo):
        """StartTransaction was answered; ``connector``: where it still runs, or None."""
        self.learned(idTag, idTagInfo)
        if connector is None:
            return
        if _accepted(idTagInfo):
            parentIdTag = _parent(idTagInfo)
            if parentIdTag is not None:
                connector.transaction.parentIdTag = parentIdTag
        elif self._charge_point.configuration.flag("StopTransactionOnInvalidId"):
            connector.stop("DeAuthorized")
        else:
            most_wh = self._charge_point.configuration.number("MaxEnergyOnInvalidId")
            connector.energy_limit_wh = most_wh

    def clear_cache(self):
        """Forget all cards; the status for ClearCache's answer."""
        return "Accepted" if self._cached("clear") else "Rejected"

    def _stop_for_group(self, idTag, running, connector_id):
        def on_verdict(allowed, parentIdTag):
            if not allowed or parentIdTag is None:
                return
            for connector in self._charge_point.evse.connectors:
                transaction = connector.transaction
                if transaction is None or connector_id not in (None, connector.connector_id):
                    continue
                if transaction.parentIdTag == parentIdTag:
                    connector.stop("Local", idTag)
                    return

        self.check(idTag, running, on_verdict)

    def _decide_offline(self, idTag):
        charge_point = self._charge_point
        known = self._cached("find", idTag, charge_point.clock.now_s(charge_point.now_ms))
        if known and known[0] != "Accepted":
            return False, None
        flag = charge_point.configuration.flag
        if known and flag("LocalAuthorizeOffline"):
            return True, known[1]
        return flag("AllowOfflineTxForUnknownId"), known and known[1]

    def _cached(self, verb, *arguments):
        """What the function ``verb`` of `authorization_cache` gives; None without a cache."""
        if not self._charge_point.configuration.flag("AuthorizationCacheEnabled"):
            return None
        from firmware.ocpp16 import authorization_cache

        try:
            return authorization_cache.__dict__[verb](self._charge_point.files, *arguments)
        except OSError as error:
            # Charging goes on: what it costs is what this card may do offline.
            self._charge_point.log("authorization cache: %r" % error)
            return None
        finally:
            forget("firmware.ocpp16.authorization_cache")


def _accepted(idTagInfo):
    return isinstance(idTagInfo, dict) and idTagInfo.get("status") == "Accepted"


def _parent(idTagInfo):
    parentIdTag = idTagInfo.get("parentIdTag") if isinstance(idTagInfo, dict) else None
    return parentIdTag if isinstance(parentIdTag, str) else None
