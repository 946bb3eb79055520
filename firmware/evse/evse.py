"""The whole charge point seen from its outlets.

May import: `firmware.evse.connector`. One `tick` per measurement, every 20 ms.
"""

from firmware.evse.connector import Connector


class Evse:
    """``connectors`` in order of their connectorId, which starts at 1.

    ``events`` collects ("started", Transaction) and ("stopped", Transaction) until somebody
    takes them out.

    Here and above, connectors are as many as are wanted; a board has one, which `Outlet`
    ticks, so `contactor_on` and `offered_ma` are its. See there for what a second one needs.
    """

    errorCode = "NoError"  # of the charge point as a whole

    def __init__(self, max_ma, connectors=1):
        self.events = []
        # An image on trial: every contactor stays open and no transaction starts.
        self.inhibited = False
        # No new transactions, for now: an update or a reset is near.
        self.starts_blocked = False
        self.stop_on_unplug = True
        self.connection_timeout_ms = 60000
        # State D is energized only where the installation is declared so.
        self.ventilated = False
        self.operative = True
        self.connectors = []
        for number in range(1, connectors + 1):
            self.connectors.append(Connector(self, number, max_ma))

    def connector(self, connector_id):
        """The connector of that id, or None."""
        if 1 <= connector_id <= len(self.connectors):
            return self.connectors[connector_id - 1]
        return None

    def tick(self, now_ms, high_mv, low_mv, meter_wh, contactor_feedback=None, connector_id=1):
        """One measurement of one connector; see `Connector.tick`."""
        self.connectors[connector_id - 1].tick(
            now_ms, high_mv, low_mv, meter_wh, contactor_feedback
        )

    @property
    def contactor_on(self):
        """Of connector 1."""
        return self.connectors[0].contactor.on

    @property
    def offered_ma(self):
        """Of connector 1."""
        return self.connectors[0].offered_ma

    @property
    def status(self):
        """Of the charge point as a whole, which is connectorId 0."""
        return "Available" if self.operative or self.in_use else "Unavailable"

    @property
    def in_use(self):
        """Whether a transaction runs, or is about to, on any connector."""
        for connector in self.connectors:
            if connector.in_use:
                return True
        return False

    @property
    def welded(self):
        """The connectors whose weld is latched, as bits of an integer."""
        bits = 0
        for connector in self.connectors:
            if "weld" in connector.faults.active:
                bits |= 1 << connector.connector_id
        return bits

    def set_available(self, available, persistent, connector_id=0):
        """Take a connector, or with 0 all, out of service or back.

        ``persistent`` False: the charger's own choice, apart from the operator's. What is in
        use changes afterwards; returns whether all could change at once.
        """
        if connector_id == 0 and persistent:
            self.operative = available
        at_once = True
        for connector in self.connectors:
            if connector_id in (0, connector.connector_id):
                if persistent:
                    connector.operative = available
                else:
                    connector.held = not available
                at_once = at_once and (available or not connector.in_use)
        return at_once

    def hold_open(self, now_ms, delay_ms):
        """Close no contactor for ``delay_ms``; see `Contactor.hold_open`."""
        for connector in self.connectors:
            connector.contactor.hold_open(now_ms, delay_ms)

    def limit(self, source, current_ma):
        """See `Limits.set`, for every connector."""
        for connector in self.connectors:
            connector.limits.set(source, current_ma)

    def stop_all(self, reason):
        """Stop every transaction, unloading first."""
        for connector in self.connectors:
            connector.stop(reason)
