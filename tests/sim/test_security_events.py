"""Critical security events of a whole chip: none is lost over losses of the link, resets and power
cuts, they come in order and with their times. Judged from what the central system received.
"""

import asyncio
import json

import pytest

from ucharge.demo import scenario
from ucharge.demo.bench import Bench
from ucharge.demo.flash import snapshot

EVENT = "SecurityEventNotification"
START, RESET = "StartupOfTheDevice", "ResetOrReboot"
FILE = "/state/events.json"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Everything in one run: name -> what was found."""
    return asyncio.run(_play(tmp_path_factory.mktemp("events")))


async def _play(folder):
    found = {}
    async with Bench(folder, config={"confirm_after_s": 1}) as bench:
        charger, central, chip = bench.charger, bench.central, bench.chip
        await scenario.wait_ready(bench)
        central.policy.silent.add(EVENT)
        since = len(charger.messages)
        await charger.call("Reset", {"type": "Hard"})
        found["first"] = await _told(bench, since)
        since = len(charger.messages)
        await charger.disconnect(is_abrupt=True)
        found["after a loss"] = await _told(bench, since)
        await chip.kill()
        await central.stop()
        for _ in range(2):  # two runs that reach nobody
            lines = len(chip.console)
            await chip.start()
            await chip.wait_console("can't connect", 20, lines)
            found["kept"] = json.loads(snapshot(chip).read(FILE, 4096))["events"]
            await chip.kill()
        central.policy.silent.clear()
        since = len(charger.messages)
        await central.start()
        await chip.start()
        found["at last"] = await _told(bench, since, 4)
        since = len(charger.messages)
        await chip.wait_until(lambda: snapshot(chip).size(FILE) is None, 10, "the end of the file")
        await chip.kill()
        await chip.start()
        await _told(bench, since)
        await asyncio.sleep(1)  # nothing more comes
        found["then"] = _events(bench, since)
        found["violations"] = charger.violations
    return found


async def _told(bench, since, count=1):
    """The first ``count`` events from entry ``since`` on."""
    await bench.chip.wait_until(
        lambda: len(_events(bench, since)) >= count, 30, f"{count} security events"
    )
    return _events(bench, since)


def _events(bench, since):
    return [(p["type"], p["timestamp"]) for p in bench.charger.calls(EVENT, since)]


def test_one_that_was_not_answered_is_told_again(played):
    assert [kind for kind, _ in played["first"]] == [RESET]
    assert played["after a loss"] == played["first"], "the same time"


def test_they_wait_on_flash(played):
    assert [event[0] for event in played["kept"]] == [RESET, START, START]


def test_all_come_once_and_in_order(played):
    told = played["at last"]
    assert [kind for kind, _ in told] == [RESET, START, START, START]
    times = [at for _, at in told]
    assert times == sorted(times)
    assert told[0] == played["first"][0]


def test_what_was_answered_is_told_no_more(played):
    assert [kind for kind, _ in played["then"]] == [START]


def test_the_central_system_saw_no_violation(played):
    assert played["violations"] == []
