"""Starts a transaction wherever a car is plugged in, for benches without a card reader."""

import asyncio

from ucharge.csms.errors import CsmsError


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
        charger = self._central.charger(identity)
        if any(
            known.is_open and known.connector_id == connector_id for known in charger.transactions
        ):
            return
        payload = {"idTag": self._id_tag, "connectorId": connector_id}
        try:
            await charger.call("RemoteStartTransaction", payload)
        except CsmsError as error:
            self._tell(identity, str(error))
