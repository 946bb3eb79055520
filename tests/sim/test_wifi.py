"""The Wi-Fi of a whole chip on both families: joined, timed, lost beneath a charge, found."""

import asyncio
import time

import pytest

from net_dns import NameServer, says
from time_peer import tells
from ucharge.demo import scenario
from ucharge.demo.bench import Bench

WIFI = {"ssid": "garage", "password": "correct horse", "ntp_server": "time.example"}


@pytest.mark.parametrize("board", ["sim_rp2", "sim_esp32"])
def test_a_charge_outlives_the_network(tmp_path, board):
    async def story(bench):
        chip = bench.chip
        await scenario.wait_ready(bench)
        lines = list(chip.console)
        await scenario.start_charge(bench)
        seen = len(chip.console)
        chip.world.set_wifi("wrong")
        await chip.wait_console("wifi: lost", 20, seen)
        await chip.wait_console("wifi: can't join, wrong password", 20, seen)
        await scenario.charge_for(bench, 100)
        chip.world.set_wifi("up")
        await chip.wait_console("wifi: address 127.0.0.1, -55 dBm", 20, seen)
        await scenario.charge_for(bench, 100)
        bench.vehicle.unplug()
        await bench.charger.wait_for("StopTransaction", None, 60)
        return lines

    async def play():
        now = tells(int(time.time()))
        async with NameServer(says("127.0.0.1")) as names, NameServer(now) as times:
            ports = [(53, names.port), (123, times.port)]
            options = {"board": board, "config": {"wifi": WIFI}, "name_server": ports}
            async with Bench(tmp_path, **options) as bench:
                lines = await asyncio.wait_for(story(bench), 100)
                return lines, bench.chip.resets, bench.vehicle.violations, len(times.questions)

    lines, resets, violations, questions = asyncio.run(play())
    timed, connected = (
        [text in line for line in lines].index(True)
        for text in ("time server time.example: the clock is set", "link: connected")
    )
    assert timed < connected  # nobody connects before the time is known
    assert questions == 1  # the central system's time came soon after
    assert (resets, violations) == ([], [])
