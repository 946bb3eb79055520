"""A whole chip with a car at its cable: the contactor after a start, and one that is welded."""

import asyncio
import time

from ucharge.demo import scenario
from ucharge.demo.bench import Bench

RECLOSE_S = 10


async def _status(bench, status, since, timeout_s=30):
    return await bench.charger.wait_for(
        "StatusNotification",
        lambda p: p["connectorId"] == 1 and p["status"] == status,
        timeout_s,
        since,
    )


async def _play(folder):
    found = {}
    async with Bench(folder) as bench:
        started_s = time.monotonic()
        await scenario.wait_ready(bench)
        await scenario.start_charge(bench)
        found["first"] = bench.vehicle.closings[-1] - started_s
        # The power goes, and comes back with the contacts stuck together.
        since = len(bench.charger.messages)
        await bench.chip.kill()
        bench.chip.world.set_weld(1)
        await bench.chip.start()
        await _status(bench, "Faulted", since)
        found["stop"] = await bench.charger.wait_for("StopTransaction", None, 30, since)
        # A second cut, and the contacts come free: the charger remembers.
        since = len(bench.charger.messages)
        await bench.chip.kill()
        bench.chip.world.set_weld(None)
        started_s = time.monotonic()
        await bench.chip.start()
        found["remembered"] = await _status(bench, "Faulted", since)
        await asyncio.sleep(2)
        call = bench.charger.call
        payload = {"idTag": scenario.ID_TAG, "connectorId": 1}
        found["refused"] = await call("RemoteStartTransaction", payload)
        payload = {"vendorId": "uCharge", "messageId": "ClearFault", "data": "1"}
        found["cleared"] = await call("DataTransfer", payload)
        since = len(bench.charger.messages)
        await _status(bench, "Preparing", 0)
        closings = len(bench.vehicle.closings)
        await call("RemoteStartTransaction", {"idTag": scenario.ID_TAG, "connectorId": 1})
        await _status(bench, "Charging", since)
        found["again"] = bench.vehicle.closings[closings] - started_s
        await scenario.stop_charge(bench)
        found["violations"] = bench.vehicle.violations
    return found


def test_after_power_cuts(tmp_path):
    found = asyncio.run(asyncio.wait_for(_play(tmp_path), 120))
    assert found["first"] >= RECLOSE_S
    assert found["again"] >= RECLOSE_S
    assert found["stop"].payload["reason"] == "PowerLoss"
    assert found["remembered"].payload["errorCode"] == "PowerSwitchFailure"
    assert found["refused"]["status"] == "Rejected"
    assert found["cleared"]["status"] == "Accepted"
    assert found["violations"] == []
