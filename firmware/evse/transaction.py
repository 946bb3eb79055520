"""One transaction: from the start that was allowed to the contactor open again.

May import: nothing.
"""


class Transaction:
    """``connector_id``, ``idTag``, ``meter_start_wh``; at its end ``meter_stop_wh``, ``reason``.

    ``stop_idTag`` is the card that stopped it. ``reference`` belongs to whoever reports it.
    """

    def __init__(self, connector_id, idTag, meter_start_wh):
        self.connector_id = connector_id
        self.idTag = idTag
        self.meter_start_wh = meter_start_wh
        self.meter_stop_wh = 0
        self.reason = ""
        self.stop_idTag = None
        self.reference = None
