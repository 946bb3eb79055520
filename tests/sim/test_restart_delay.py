"""After a power loss not all chargers of a street begin at once: RestartDelayMax."""

import asyncio

import pytest

from ucharge.csms.errors import WaitTimeout
from ucharge.demo import scenario
from ucharge.demo.bench import KEYS, Bench


async def _charges_after_power_on(folder, delay_s):
    keys = {**KEYS, "RestartDelayMax": delay_s}
    async with Bench(folder, config={"keys": keys}) as bench:
        await scenario.wait_ready(bench)
        charger, since = bench.charger, len(bench.charger.messages)
        bench.vehicle.plug_in()
        await charger.wait_for(
            "StatusNotification", lambda p: p["status"] == "Preparing", 20, since
        )
        bench.vehicle.request_power()
        await charger.call("RemoteStartTransaction", {"idTag": "TAG", "connectorId": 1})
        await charger.wait_for("StartTransaction", None, 20, since)
        try:  # 10 s of rest are due after any start
            await charger.wait_for(
                "StatusNotification", lambda p: p["status"] == "Charging", 14, since
            )
        except WaitTimeout:
            return False
        return True


@pytest.mark.parametrize(("delay_s", "charges"), [("0", True), ("1800", False)])
def test_contactors_stay_open_after_power_on(tmp_path, delay_s, charges):
    # Of 1800 s the dice would have to show the first few.
    assert asyncio.run(_charges_after_power_on(tmp_path, delay_s)) == charges
