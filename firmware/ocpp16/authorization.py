"""Who may charge: a card at the reader, or a RemoteStartTransaction (OCPP 1.6 sections 3.5, 4.1).

May import: its siblings, `loader.modules`, `ocppj`. The rules are in `authorization_rules`,
loaded for one card and dropped again.
"""

from loader.modules import forget
from ocppj import NO_MEMORY


class Authorization:
    """``charge_point`` gives `send`, `online`, `evse`, `files`, `clock` and `configuration`.

    By connectorId: ``pending`` the card that is being asked about for it, ``allowed`` the one
    that was allowed there last.
    """

    def __init__(self, charge_point):
        self._charge_point = charge_point
        self.pending = {}
        self.allowed = {}

    def present(self, idTag, connector_id):
        """A card: stops the transaction that it or its group started, else starts one. One that
        still waits for its cable is withdrawn.

        ``connector_id``: None where the reader is for all of them.
        """
        self._rule("present", idTag, connector_id)

    def authorize(self, idTag, connector):
        """Let ``idTag`` charge at ``connector`` if it may."""
        self._rule("authorize", idTag, connector)

    def check(self, idTag, connector, on_verdict):
        """Find out whether ``idTag`` may charge: ``on_verdict(allowed, parentIdTag or None)``.

        It may be called before this returns. ``connector``: where, for the log. Offline the cache
        decides, and AllowOfflineTxForUnknownId over those that it does not know.
        """
        if self._rule("check", idTag, connector, on_verdict) is False:
            on_verdict(False, None)

    def learned(self, idTag, idTagInfo):
        """The central system's word on ``idTag``, in whichever answer it came."""
        self._rule("learned", idTag, idTagInfo)

    def start_answered(self, connector, idTag, idTagInfo):
        """StartTransaction was answered; ``connector``: where it still runs, or None."""
        self._rule("start_answered", connector, idTag, idTagInfo)

    def clear_cache(self):
        """Forget all cards; the status for ClearCache's answer."""
        return self._rule("clear_cache") or "Rejected"

    def _rule(self, name, *arguments):
        """What the rule gives; False where it could not be loaded."""
        try:
            from firmware.ocpp16 import authorization_rules
        except NO_MEMORY:
            self._charge_point.log("no memory for an authorization")
            return False
        try:
            return authorization_rules.__dict__[name](self._charge_point, *arguments)
        finally:
            # What waits for an answer keeps its own hold on it.
            forget("firmware.ocpp16.authorization_rules")
