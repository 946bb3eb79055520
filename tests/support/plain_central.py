"""Central systems as users write them: PyPI `ocpp`'s own ChargePoint class on `websockets`.

Nothing of `ucharge.csms` is in them. `ocpp` holds every message against its schemas.
"""

import asyncio
import collections
from datetime import datetime, timezone

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, AuthorizationStatus, RegistrationStatus
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

ACCEPTED = {"status": AuthorizationStatus.accepted}


def now():
    return datetime.now(timezone.utc).isoformat()


class BootOnly(ChargePoint):
    """Implements BootNotification; `ocpp` answers all else with NotImplemented."""

    def __init__(self, identity, connection):
        super().__init__(identity, connection)
        self.counts = collections.Counter()  # of the calls received, by action
        self.problems = []  # what `ocpp` says of messages that it can't take

    async def _handle_call(self, msg):
        self.counts[msg.action] += 1
        return await super()._handle_call(msg)

    async def route_message(self, raw_msg):
        try:
            await super().route_message(raw_msg)
        except Exception as error:
            self.problems.append(f"{error!r}: {raw_msg}")
            raise

    @on(Action.boot_notification)
    def on_boot(self, **_):
        return call_result.BootNotification(
            current_time=now(), interval=2, status=RegistrationStatus.accepted
        )


class Core(BootOnly):
    """The messages of a session."""

    def __init__(self, identity, connection):
        super().__init__(identity, connection)
        self.statuses = []  # of connector 1
        self.starts, self.stops, self.readings = [], [], []

    @on(Action.heartbeat)
    def on_heartbeat(self):
        return call_result.Heartbeat(current_time=now())

    @on(Action.status_notification)
    def on_status(self, connector_id, error_code, status, **_):
        if connector_id == 1:
            self.statuses.append(status)
        return call_result.StatusNotification()

    @on(Action.authorize)
    def on_authorize(self, id_tag):
        return call_result.Authorize(id_tag_info=ACCEPTED)

    @on(Action.start_transaction)
    def on_start(self, **payload):
        self.starts.append(payload)
        return call_result.StartTransaction(transaction_id=len(self.starts), id_tag_info=ACCEPTED)

    @on(Action.stop_transaction)
    def on_stop(self, **payload):
        self.stops.append(payload)
        return call_result.StopTransaction(id_tag_info=ACCEPTED)

    @on(Action.meter_values)
    def on_meter_values(self, **payload):
        self.readings.append(payload)
        return call_result.MeterValues()


class PlainCentral:
    """``async with PlainCentral(Core) as central``; ``charge_points``: one a connection."""

    def __init__(self, charge_point_class):
        self._class = charge_point_class
        self._server = None
        self.charge_points = []

    async def __aenter__(self):
        self._server = await serve(self._serve, "127.0.0.1", 0, subprotocols=["ocpp1.6"])
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self):
        """Where chargers connect, less "/identity"."""
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/ocpp"

    async def _serve(self, connection):
        identity = connection.request.path.rpartition("/")[2]
        charge_point = self._class(identity, connection)
        self.charge_points.append(charge_point)
        try:
            await charge_point.start()
        except (ConnectionClosed, asyncio.CancelledError):
            pass
