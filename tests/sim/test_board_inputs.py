"""A whole chip whose board senses more: the cable's rating, a ground fault."""

import asyncio

from ucharge.demo import bench as demo
from ucharge.demo import scenario

GROUND_FAULT, PROXIMITY = 18, 27
SENSES = {
    "proximity_adc_pin": PROXIMITY,
    "proximity_pullup_ohm": 1000,
    "ground_fault_pin": GROUND_FAULT,
}


async def _status(bench, status, since, code="NoError"):
    wanted = {"connectorId": 1, "status": status, "errorCode": code}
    await bench.charger.wait_for("StatusNotification", lambda p: {**p, **wanted} == p, 30, since)


async def _play(folder):
    async with demo.Bench(folder) as bench:
        # The wire to the residual current device is broken yet.
        await _status(bench, "Faulted", 0, "GroundFailure")
        bench.chip.world.set_level(GROUND_FAULT, 0)
        await _status(bench, "Available", 0)
        bench.chip.world.set_adc(PROXIMITY, 65535 * 1500 // 2500)
        await scenario.start_charge(bench)
        offered_ma = bench.vehicle.offered_ma
        since = len(bench.charger.messages)
        bench.chip.world.set_level(GROUND_FAULT, 1)
        await _status(bench, "Faulted", since, "GroundFailure")
        is_closed = bench.vehicle.contactor_closed
        bench.chip.world.set_level(GROUND_FAULT, 0)
        bench.vehicle.unplug()
        await _status(bench, "Available", since)
        return offered_ma, is_closed, bench.vehicle.violations


def test_cable_and_ground_fault(tmp_path, monkeypatch):
    load = demo.load_board
    monkeypatch.setattr(demo, "load_board", lambda name: {**load(name), **SENSES})
    offered_ma, is_closed, violations = asyncio.run(asyncio.wait_for(_play(tmp_path), 90))
    assert 12900 <= offered_ma <= 13000
    assert not is_closed
    assert violations == []
