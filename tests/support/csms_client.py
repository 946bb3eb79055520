"""A charger of few words for tests of the central system: a plain web socket client."""

import asyncio
import json
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect

BOOT = {"chargePointVendor": "v", "chargePointModel": "m", "firmwareVersion": "1.0.0"}
TIME = "2024-01-01T00:00:00Z"
# What a 1.6 charger sends, the whitepaper's messages included: action -> least payload.
CHARGER_CALLS = {
    "Authorize": {"idTag": "A"},
    "BootNotification": BOOT,
    "DataTransfer": {"vendorId": "v"},
    "DiagnosticsStatusNotification": {"status": "Idle"},
    "FirmwareStatusNotification": {"status": "Idle"},
    "Heartbeat": {},
    "LogStatusNotification": {"status": "Idle"},
    "MeterValues": {
        "connectorId": 1,
        "meterValue": [{"timestamp": TIME, "sampledValue": [{"value": "1"}]}],
    },
    "SecurityEventNotification": {"type": "FirmwareUpdated", "timestamp": TIME},
    "SignCertificate": {"csr": "x"},
    "SignedFirmwareStatusNotification": {"status": "Idle"},
    "StartTransaction": {"connectorId": 1, "idTag": "A", "meterStart": 5, "timestamp": TIME},
    "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
    "StopTransaction": {"transactionId": 1, "meterStop": 9, "timestamp": TIME},
}


class Client:
    """A charger of few words."""

    def __init__(self, socket):
        self.socket = socket
        self._number = 0

    async def ask(self, action, payload, unique_id=None):
        self._number += 1
        unique_id = unique_id or f"id-{id(self.socket)}-{self._number}"
        await self.send([2, unique_id, action, payload])
        return await self.receive()

    async def send(self, message):
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def receive(self):
        return json.loads(await asyncio.wait_for(self.socket.recv(), 5))


@asynccontextmanager
async def client(central, identity="CP001", **options):
    options.setdefault("subprotocols", ["ocpp1.6"])
    async with connect(f"{central.url}/{identity}", **options) as socket:
        yield Client(socket)
