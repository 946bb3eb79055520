"""The control interface of ``ucharge csms``: HTTP and JSON on loopback, for other commands.

    GET  /chargers                what is known of each charger
    POST /chargers/ID/call        {"action", "payload", "timeout_s"} -> {"payload"} or an error
    PUT  /firmware/NAME           body = file -> {"location"}
    GET  /events                  JSON lines from now on: messages and downloads

Every request carries the token from the control file (mode 0600), so that no web page and no
other user of this machine can command chargers.
"""

import asyncio
import json
import os
import secrets
from pathlib import Path

from aiohttp import web

from ucharge.csms.errors import CallRejected, CallTimeout, CsmsError, NotConnected

MAX_FILE_BYTES = 16 << 20
_QUEUE = 1000

_PAYLOAD_HINT = "compare PAYLOAD with the fields OCPP 1.6 has for it"
_HINTS = {
    "NotImplemented": "actions are written as in OCPP 1.6, like RemoteStartTransaction",
    "NotSupported": "it belongs to a profile that the charger does not have",
    "FormationViolation": _PAYLOAD_HINT,
    "TypeConstraintViolation": _PAYLOAD_HINT,
    "PropertyConstraintViolation": _PAYLOAD_HINT,
}
_STATUS = {NotConnected: 409, CallRejected: 502, CallTimeout: 504}


class ControlServer:
    """Serves ``central`` and ``firmware_host``; writes where to find it to ``control_file``."""

    def __init__(self, central, firmware_host, control_file, port=0):
        self._central = central
        self._firmware_host = firmware_host
        self._file = Path(control_file)
        self._port = port
        self._token = secrets.token_urlsafe(24)
        self._queues = set()
        self._runner = None

    async def __aenter__(self):
        app = web.Application(client_max_size=MAX_FILE_BYTES, middlewares=[self._guard])
        app.router.add_get("/chargers", self._list)
        app.router.add_post("/chargers/{identity}/call", self._call)
        app.router.add_put("/firmware/{name}", self._publish)
        app.router.add_get("/events", self._events)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._central.listen(lambda entry: self._tell(type="message", **entry.as_json()))
        self._firmware_host.listen(lambda request: self._tell(type="download", **vars(request)))
        self._write_file()
        return self

    async def __aexit__(self, *_):
        self._file.unlink(missing_ok=True)
        for queue in self._queues:
            queue.put_nowait(None)
        await self._runner.cleanup()

    def _write_file(self):
        port = self._runner.addresses[0][1]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.unlink(missing_ok=True)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"url": f"http://127.0.0.1:{port}", "token": self._token}, file)

    def _tell(self, **event):
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()  # a listener that sleeps loses the oldest
            queue.put_nowait(event)

    @web.middleware
    async def _guard(self, request, handler):
        offered = request.headers.get("Authorization", "")
        if not secrets.compare_digest(offered.encode(), f"Bearer {self._token}".encode()):
            return _error(401, "wrong token")
        try:
            return await handler(request)
        except CsmsError as error:
            return _error(_STATUS.get(type(error), 500), str(error), self._hint(error))

    def _hint(self, error):
        """What whoever reads ``error`` may do next, or ""."""
        if isinstance(error, NotConnected):
            known = self._central.chargers.values()
            names = ", ".join(charger.identity for charger in known if charger.is_connected)
            return f"connected: {names}" if names else "no charger is connected"
        if isinstance(error, CallRejected):
            return _HINTS.get(error.code, "the charger's console or log may say more")
        return ""

    async def _list(self, _request):
        return web.json_response([_summary(known) for known in self._central.chargers.values()])

    async def _call(self, request):
        try:
            body = await request.json()
            action, payload = body["action"], body.get("payload", {})
            timeout_s = float(body.get("timeout_s", 30))
        except (ValueError, TypeError, KeyError) as error:
            return _error(400, f"no CALL: {error}")
        identity = request.match_info["identity"]
        charger = self._central.chargers.get(identity)
        if charger is None:
            raise NotConnected(f"{identity} is not connected")
        return web.json_response({"payload": await charger.call(action, payload, timeout_s)})

    async def _publish(self, request):
        data = await request.read()
        location = self._firmware_host.publish(request.match_info["name"], data)
        return web.json_response({"location": location})

    async def _events(self, request):
        response = web.StreamResponse(headers={"Content-Type": "application/jsonl"})
        await response.prepare(request)
        queue = asyncio.Queue(_QUEUE)
        self._queues.add(queue)
        try:
            # the first line tells the client that nothing is missed from here on
            event = {"type": "listening"}
            while event is not None:
                await response.write(json.dumps(event).encode() + b"\n")
                event = await queue.get()
        except ConnectionError:
            pass
        finally:
            self._queues.discard(queue)
        return response


def _summary(charger):
    boots = charger.calls("BootNotification")
    statuses = {
        payload["connectorId"]: payload["status"]
        for payload in charger.calls("StatusNotification")
        if "connectorId" in payload and "status" in payload
    }
    return {
        "identity": charger.identity,
        "is_connected": charger.is_connected,
        "firmwareVersion": boots[-1].get("firmwareVersion", "") if boots else "",
        "connectors": {str(connector): status for connector, status in statuses.items()},
        "open_transactions": [
            known.transaction_id for known in charger.transactions if known.is_open
        ],
        "violations": len(charger.violations),
    }


def _error(status, text, hint=""):
    return web.json_response({"error": text, "hint": hint}, status=status)
