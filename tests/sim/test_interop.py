"""A whole chip and central systems that are nothing but PyPI `ocpp` and `websockets`."""

import asyncio

from ocpp.v16 import call

from plain_central import BootOnly, Core, PlainCentral
from ucharge.demo.bench import Bench

KEYS = {"MeterValueSampleInterval": "1", "HeartbeatInterval": "2", "RestartDelayMax": "0"}


def play(folder, charge_point_class, story, keys):
    """Run ``story(bench, central)`` with the charger connected."""

    async def inner():
        async with PlainCentral(charge_point_class) as central:
            config = {"confirm_after_s": 1, "allow_http": True, "keys": {**KEYS, **keys}}
            bench = Bench(folder, config=config)
            bench.central = central  # pyright: ignore[reportAttributeAccessIssue]
            bench.provision()
            async with bench.chip:
                await bench.chip.wait_until(
                    lambda: central.charge_points, 30, "a connection of the charger"
                )
                found = await asyncio.wait_for(story(bench, central), 100)
                assert bench.chip.resets == []
                assert bench.chip.boots == 1
                # Now: the end of the chip may cut an answer off.
                assert central.charge_points[0].problems == []
            assert bench.vehicle.violations == []
            assert len(central.charge_points) == 1, "one connection for all of it"
            return found

    return asyncio.run(inner())


async def charge_for(bench, energy_wh):
    goal_wh = bench.vehicle.energy_wh + energy_wh
    await bench.chip.wait_until(lambda: bench.vehicle.energy_wh >= goal_wh, 30, "energy")


def test_session_and_configuration(tmp_path):
    async def story(bench, central):
        wait, charge_point = bench.chip.wait_until, central.charge_points[0]
        await wait(lambda: charge_point.statuses == ["Available"], 10, "Available")

        answer = await charge_point.call(call.GetConfiguration(key=["HeartbeatInterval", "No"]))
        assert answer.configuration_key == [
            {"key": "HeartbeatInterval", "readonly": False, "value": "2"}
        ]
        assert answer.unknown_key == ["No"]
        change = call.ChangeConfiguration(key="MeterValueSampleInterval", value="2")
        assert (await charge_point.call(change)).status == "Accepted"

        bench.vehicle.plug_in()
        bench.vehicle.request_power()
        start = call.RemoteStartTransaction(id_tag="PLAIN", connector_id=1)
        assert (await charge_point.call(start)).status == "Accepted"
        await charge_for(bench, 100)
        await wait(lambda: len(charge_point.readings) >= 2, 20, "two readings")
        stop = call.RemoteStopTransaction(transaction_id=1)
        assert (await charge_point.call(stop)).status == "Accepted"
        await wait(lambda: charge_point.stops, 20, "StopTransaction")
        bench.vehicle.unplug()
        await wait(lambda: charge_point.statuses[-1] == "Available", 10, "Available again")
        await wait(lambda: charge_point.counts["Heartbeat"] >= 2, 10, "heartbeats")
        return charge_point, bench.vehicle.energy_wh

    charge_point, energy_wh = play(tmp_path, Core, story, {})
    started, stopped = charge_point.starts[0], charge_point.stops[0]
    assert (len(charge_point.starts), len(charge_point.stops)) == (1, 1)
    assert (started["id_tag"], started["connector_id"]) == ("PLAIN", 1)
    assert (stopped["transaction_id"], stopped["reason"]) == (1, "Remote")
    assert abs(stopped["meter_stop"] - started["meter_start"] - energy_wh) <= 2
    assert charge_point.counts["BootNotification"] == 1


def test_a_central_system_that_implements_nothing_but_boot_notification(tmp_path):
    async def story(bench, central):
        charge_point = central.charge_points[0]
        await bench.chip.wait_until(
            lambda: charge_point.counts["StatusNotification"] == 2, 10, "two statuses"
        )
        bench.vehicle.plug_in()
        bench.vehicle.request_power()
        start = call.RemoteStartTransaction(id_tag="PLAIN", connector_id=1)
        assert (await charge_point.call(start)).status == "Accepted"
        await charge_for(bench, 200)
        bench.vehicle.unplug()
        await bench.chip.wait_until(
            lambda: charge_point.counts["StopTransaction"], 20, "StopTransaction"
        )
        for _ in range(2):  # still well, and a second car is served as the first was
            before = charge_point.counts.total()
            await asyncio.sleep(5)
            assert charge_point.counts.total() - before <= 8
        bench.vehicle.plug_in()
        bench.vehicle.request_power()
        assert (await charge_point.call(start)).status == "Accepted"
        await charge_for(bench, 200)
        answer = await charge_point.call(call.TriggerMessage(requested_message="Heartbeat"))
        assert answer.status == "Accepted"
        return charge_point.counts

    keys = {
        "AuthorizeRemoteTxRequests": "false", "TransactionMessageAttempts": "2",
        "TransactionMessageRetryInterval": "1", "MeterValueSampleInterval": "0",
    }  # fmt: skip
    counts = play(tmp_path, BootOnly, story, keys)
    assert counts["BootNotification"] == 1
    assert counts["StatusNotification"] <= 12
    assert counts["StartTransaction"] == 4
    assert counts["StopTransaction"] == 2
