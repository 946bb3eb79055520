"""The link of a whole chip: lost and found again, plain ws and http where allowed, power cuts."""

import asyncio

import pytest

from ucharge.csms import CentralSystem, FirmwareHost
from ucharge.demo import scenario
from ucharge.demo.bench import Bench
from ucharge.demo.flash import snapshot


def play(folder, story, **options):
    async def inner():
        async with Bench(folder, config={"confirm_after_s": 1}, **options) as bench:
            await scenario.wait_ready(bench)
            return await asyncio.wait_for(story(bench), 100)

    return asyncio.run(inner())


@pytest.mark.parametrize("is_abrupt", [False, True])
def test_a_lost_link_comes_back_without_a_boot_notification(tmp_path, is_abrupt):
    async def story(bench):
        since = len(bench.charger.messages)
        await bench.charger.disconnect(is_abrupt)
        await bench.chip.wait_until(
            lambda: not bench.charger.is_connected or len(bench.charger.messages) > since,
            10,
            "the loss",
        )
        await bench.charger.wait_connected(15)
        # The link works both ways again.
        await bench.charger.call("TriggerMessage", {"requestedMessage": "Heartbeat"})
        await bench.charger.wait_for("Heartbeat", None, 10, since)
        return bench.charger.calls("BootNotification", since)

    assert play(tmp_path, story) == []


def test_losing_the_link_does_not_stop_a_charge_and_its_messages_arrive_later(tmp_path):
    async def story(bench):
        await scenario.start_charge(bench)
        await bench.central.stop()
        drawn_wh = bench.vehicle.energy_wh
        await bench.chip.wait_until(
            lambda: bench.vehicle.energy_wh > drawn_wh + 100, 20, "energy while offline"
        )
        bench.vehicle.unplug()
        await bench.chip.wait_until(
            lambda: not bench.vehicle.contactor_closed, 10, "the contactor to open"
        )
        await bench.central.start()
        stop = await bench.charger.wait_for("StopTransaction", None, 60)
        return stop.payload["meterStop"], bench.vehicle.energy_wh, bench.vehicle.violations

    metered_wh, drawn_wh, violations = play(tmp_path, story)
    assert abs(metered_wh - drawn_wh) <= 2
    assert violations == []


def test_power_cut_at_a_flash_operation_of_a_whole_chip(tmp_path):
    async def story(bench):
        data = bench.build((1, 1, 0))
        since = await scenario.request_update(bench, "x.ucup", data)
        return await scenario.wait_outcome(bench, since)

    outcome = play(tmp_path, story, cut_at=150, torn=True)
    assert outcome == "Installed"


def test_plain_http_and_ws_where_the_configuration_allows_it(tmp_path):
    async def inner():
        async with CentralSystem() as central, FirmwareHost() as files:
            bench = Bench(tmp_path, config={"confirm_after_s": 1, "allow_http": True})
            bench.central, bench.files = central, files
            bench.provision()
            async with bench.chip:
                await scenario.wait_ready(bench)
                assert central.url.startswith("ws://")
                data = bench.build((1, 1, 0))
                since = await scenario.request_update(bench, "x.ucup", data)
                assert files.url("x.ucup").startswith("http://")
                return await scenario.wait_outcome(bench, since), snapshot(bench.chip)

    outcome, flash = asyncio.run(inner())
    assert outcome == "Installed"
    assert flash.slot("b").version() == (1, 1, 0)
