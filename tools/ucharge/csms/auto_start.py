"""Starts a transaction wherever a car is plugged in, for benches without a card reader."""

import asyncio

from ucharge.csms.errors import CsmsError

_AGAIN_S = 5


class AutoStart:
    """A listener for ``CentralSystem.listen``; tells refusals by ``tell(identity, text)``."""

    def __init__(self, central, id_tag, tell):
        self._central = central
        self._id_tag = id_tag
        self._tell = tell
        self._tasks = set()

    def __call__(self, entry):
        if entry.kind != "call" or entry.action != "StatusNotification":
            return
        connector_id = entry.payload.get("connectorId")
        if entry.payload.get("status") == "Preparing" and connector_id:
            task = asyncio.create_task(self._start(entry.identity, connector_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _start(self, identity, connector_id):
        """Ask until it is accepted or the car is gone: a charger on trial says Rejected."""
        charger = self._central.charger(identity)
        payload = {"idTag": self._id_tag, "connectorId": connector_id}
        try:
            while _is_waiting(charger, connector_id):
                answer = await charger.call("RemoteStartTransaction", payload)
                if answer.get("status") == "Accepted":
                    return
                await asyncio.sleep(_AGAIN_S)
        except CsmsError as error:
            self._tell(identity, str(error))


def _is_waiting(charger, connector_id):
    """The connector's newest status is Preparing and no transaction runs on it."""
    for known in charger.transactions:
        if known.is_open and known.connector_id == connector_id:
            return False
    for payload in reversed(charger.calls("StatusNotification")):
        if payload.get("connectorId") == connector_id:
            return payload.get("status") == "Preparing"
    return False
