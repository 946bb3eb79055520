"""Messages that do not fit: the link may go, the charger stays up and charges on."""

import pytest

from ucharge.csms.errors import CallRejected, CsmsError, NotConnected
from ucharge.demo import scenario
from ucharge.demo.bench import Bench

# 64-bit: what the application takes once it runs, and some 100 KB; a text of 65,000 characters is
# held twice on its way in.
HEAP = "330K"
SIZES = (4000, 16000, 65000)


async def _play(folder):
    async with Bench(folder, heapsize=HEAP) as bench:
        await scenario.wait_ready(bench)
        answers = []
        for size in SIZES:
            try:
                await bench.charger.call("GetConfiguration", {"key": ["x" * size]}, 20)
            except CsmsError as error:
                answers.append(type(error))
            await bench.charger.wait_connected(30)
        status = await bench.charger.call("ClearCache", {}, 20)
        return answers, status, bench.chip.resets, bench.chip.console


@pytest.mark.asyncio
async def test_a_message_too_large_costs_the_link_at_most(tmp_path):
    answers, status, resets, console = await _play(tmp_path)
    assert resets == [], console[-30:]
    assert status == {"status": "Accepted"}
    assert answers == [CallRejected, CallRejected, NotConnected]
    assert any("closed 1009 message too big" in line for line in console)
