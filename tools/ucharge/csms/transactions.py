"""The central system's transactions: numbered at StartTransaction, closed at StopTransaction."""

from dataclasses import dataclass, field


@dataclass
class Transaction:
    """One transaction as the central system knows it; energies are meter readings in Wh."""

    transaction_id: int
    identity: str
    connector_id: int
    id_tag: str
    meter_start_wh: int
    started: str
    meter_stop_wh: int = -1
    stopped: str = ""
    reason: str = ""
    starts: int = 1  # times StartTransaction arrived (more than one: repeated by the charger)
    stops: int = 0
    meter_values: list = field(default_factory=list)

    @property
    def is_open(self):
        """True until StopTransaction came."""
        return self.stops == 0

    @property
    def energy_wh(self):
        """Energy charged, or None while open."""
        return None if self.is_open else self.meter_stop_wh - self.meter_start_wh


class Transactions:
    """All transactions of a central system, by number."""

    def __init__(self, first_id=1):
        self._next_id = first_id
        self.by_id = {}
        self.unknown_stops = []  # StopTransaction payloads for numbers never given

    def of(self, identity):
        """The charger's transactions, oldest first."""
        return [known for known in self.by_id.values() if known.identity == identity]

    def start(self, identity, connector_id, id_tag, meter_start, timestamp):
        """The Transaction of a StartTransaction; a repeated one gets its first number again."""
        for known in self.by_id.values():
            if (known.identity, known.connector_id, known.id_tag) != (
                identity,
                connector_id,
                id_tag,
            ):
                continue
            if (known.meter_start_wh, known.started) == (meter_start, timestamp):
                known.starts += 1
                return known
        started = Transaction(
            self._next_id, identity, connector_id, id_tag, meter_start, timestamp
        )
        self._next_id += 1
        self.by_id[started.transaction_id] = started
        return started

    def stop(self, transaction_id, payload):
        """Close ``transaction_id``; the Transaction, or None where it is unknown."""
        known = self.by_id.get(transaction_id)
        if known is None:
            self.unknown_stops.append(payload)
            return None
        known.stops += 1
        known.meter_stop_wh = payload["meter_stop"]
        known.stopped = payload["timestamp"]
        known.reason = payload.get("reason", "Local")
        return known
