"""StatusNotification for connector 0 and every connector, on change (OCPP 1.6 section 4.9).

May import: `ticks`.
"""

from micropython import const
from ticks import ticks_add, ticks_diff

# Until a status that was not answered is told again.
_AGAIN_MS = const(60000)


class StatusReporter:
    """Compares what the outlets show with what the central system has heard."""

    def __init__(self, charge_point):
        self._charge_point = charge_point
        count = len(charge_point.evse.connectors) + 1
        # (status, errorCode) told last; (): nobody knows whether it was heard
        self._heard: list = [None] * count
        self._shown: list = [None] * count  # as seen by the last tick
        self._since_ms: list = [None] * count  # None: for long enough

    def forget(self):
        """The central system knows nothing: tell it about all of them, at once."""
        for index in range(len(self._heard)):
            self._heard[index] = None

    def tick(self, now_ms):
        """Tell what has changed and lasted for MinimumStatusDuration."""
        charge_point = self._charge_point
        online = charge_point.online
        least_ms = charge_point.configuration.number("MinimumStatusDuration") * 1000
        for index in range(len(self._heard)):
            outlet = self._outlet(index)
            shown = self._shown[index]
            if shown is None or shown[0] != outlet.status or shown[1] != outlet.errorCode:
                self._shown[index] = shown = (outlet.status, outlet.errorCode)
                self._since_ms[index] = now_ms
                charge_point.log("connector %d: %s %s" % (index, shown[0], shown[1]))
                update = charge_point.job
                if update and shown[1] in update.watched:
                    update.cause = shown[1]
            since_ms = self._since_ms[index]
            if since_ms is not None and ticks_diff(now_ms, since_ms) >= least_ms:
                self._since_ms[index] = since_ms = None
            heard = self._heard[index]
            if online and heard != shown and (heard is None or since_ms is None):
                self._tell(index, now_ms, False)

    def triggered(self, connector_id):
        """Send the status of one connector, or with None of all, now; False where it can't be."""
        sent = False
        for index in range(len(self._heard)):
            if connector_id in (None, index):
                sent = self._tell(index, self._charge_point.now_ms, True) or sent
        return sent

    def _outlet(self, index):
        evse = self._charge_point.evse
        return evse.connectors[index - 1] if index else evse

    def _tell(self, index, now_ms, triggered):
        outlet = self._outlet(index)
        told = (outlet.status, outlet.errorCode)
        self._heard[index] = told

        def on_answer(ok, payload, now_ms):
            # A refusal counts as heard: saying it again would be refused again.
            if ok or self._heard[index] != told:
                return
            if payload == "NotSent":
                self._heard[index] = None
            elif payload == "Timeout":
                self._heard[index] = ()
                self._since_ms[index] = ticks_add(now_ms, _AGAIN_MS)

        payload = {
            "connectorId": index,
            "errorCode": told[1],
            "status": told[0],
            "timestamp": self._charge_point.clock.iso(now_ms),
        }
        return self._charge_point.send("StatusNotification", payload, on_answer, triggered)
