"""Who may charge: a card at the reader, or a RemoteStartTransaction (OCPP 1.6 section 4.1).

May import: nothing. Without a cache or a list the central system is asked each time; offline
only AllowOfflineTxForUnknownId lets somebody charge.
"""


class Authorization:
    """``charge_point`` gives `send`, `online`, `evse` and `configuration`."""

    def __init__(self, charge_point):
        self._charge_point = charge_point

    def present(self, idTag, now_ms, connector_id):
        """A card: stops the transaction it started, else starts one where it can."""
        evse = self._charge_point.evse
        for connector in evse.connectors:
            transaction = connector.transaction
            if transaction is not None and transaction.idTag == idTag:
                if connector_id in (None, connector.connector_id):
                    connector.stop("Local", idTag)
                    return
        connector = self.free_connector(connector_id)
        if connector is None:
            self._charge_point.log("card refused: no connector can start")
        else:
            self.authorize(idTag, connector, now_ms)

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
        """Ask the central system whether ``idTag`` may charge at ``connector``."""

        def on_answer(ok, payload, now_ms):
            if ok:
                info = payload.get("idTagInfo")
                allowed = isinstance(info, dict) and info.get("status") == "Accepted"
            else:
                # A CALLERROR is a refusal; only where nobody answered the charger decides.
                allowed = payload in ("NotSent", "Timeout") and self._unknown_may()
            if not allowed:
                self._charge_point.log("not authorized")
            elif not connector.authorize(idTag, now_ms):
                self._charge_point.log("authorized too late to start")

        self._charge_point.send("Authorize", {"idTag": idTag}, on_answer)

    def _unknown_may(self):
        return self._charge_point.configuration.flag("AllowOfflineTxForUnknownId")
