"""The control interface of ``ucharge csms``: for its owner alone, and nothing missed."""

import asyncio
import json

import pytest

from csms_client import BOOT, CHARGER_CALLS, client
from ucharge.csms import CentralSystem
from ucharge.csms.control import ControlServer
from ucharge.csms.control_client import connect as connect_control
from ucharge.csms.firmware_host import FirmwareHost
from ucharge.errors import UserError


@pytest.mark.asyncio
async def test_control_lists_calls_publishes_and_streams(tmp_path):
    file = tmp_path / "csms.json"
    async with (
        CentralSystem() as central,
        FirmwareHost() as files,
        ControlServer(central, files, file),
        client(central) as charger,
        connect_control(file) as control,
    ):
        assert file.stat().st_mode & 0o777 == 0o600
        await charger.ask("BootNotification", BOOT)
        await charger.ask("StatusNotification", CHARGER_CALLS["StatusNotification"])
        await charger.ask("StartTransaction", CHARGER_CALLS["StartTransaction"])
        assert await control.chargers() == [
            {
                "identity": "CP001",
                "is_connected": True,
                "firmwareVersion": "1.0.0",
                "connectors": {"1": "Available"},
                "open_transactions": [1],
                "violations": 0,
            }
        ]
        asked = asyncio.create_task(control.call("CP001", "ClearCache", {}))
        unique_id = (await charger.receive())[1]
        await charger.send([3, unique_id, {"status": "Accepted"}])
        assert await asked == {"status": "Accepted"}
        with pytest.raises(UserError, match="CP9 is not connected") as refused:
            await control.call("CP9", "ClearCache", {})
        assert refused.value.hint == "connected: CP001"
        asked = asyncio.create_task(control.call("CP001", "Foo", {}))
        unique_id = (await charger.receive())[1]
        await charger.send([4, unique_id, "NotImplemented", "", {}])
        with pytest.raises(UserError, match="Foo refused: NotImplemented") as refused:
            await asked
        assert "written as in OCPP 1.6" in refused.value.hint
        assert await control.publish("a b.ucup", b"x") == files.url("a b.ucup")
        async with control.events() as events:
            await charger.ask("Heartbeat", {})
            async for event in events:
                assert (event["type"], event["action"]) == ("message", "Heartbeat")
                break
    assert not file.exists()


@pytest.mark.asyncio
async def test_control_refuses_a_wrong_token_and_tells_when_nothing_runs(tmp_path):
    file = tmp_path / "csms.json"
    async with CentralSystem() as central, FirmwareHost() as files:
        async with ControlServer(central, files, file):
            found = json.loads(file.read_text())
            other = tmp_path / "other.json"
            other.write_text(json.dumps({**found, "token": "guess"}))
            async with connect_control(other) as control:
                with pytest.raises(UserError, match="token"):
                    await control.chargers()
            kept = file.read_text()
    with pytest.raises(UserError, match="no central system runs"):
        async with connect_control(file):
            pass
    file.write_text(kept)
    async with connect_control(file) as control:
        with pytest.raises(UserError, match="does not answer"):
            await control.chargers()
