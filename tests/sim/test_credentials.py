"""TC_073, TC_083, TC_084 on a whole chip: new keys, a higher profile, judged by who lets it in."""

import asyncio

import pytest

from ucharge.demo import scenario
from ucharge.demo.bench import IDENTITY, Bench

KEYS = ("00112233445566778899aabbccddeeff", "FFEEDDCCBBAA99887766554433221100", "0f" * 20)
EVENT = "SecurityEventNotification"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Everything in one run: name -> what was found."""
    return asyncio.run(_play(tmp_path_factory.mktemp("credentials")))


async def _play(folder):
    found = {}
    bench = Bench(folder, config={"confirm_after_s": 1, "authorization_key": KEYS[0]})
    bench.central.passwords = {IDENTITY: bytes.fromhex(KEYS[0])}
    async with bench:
        await scenario.wait_ready(bench)
        found["profile"] = await _value(bench, "SecurityProfile")
        for key in KEYS[1:]:
            answer = await _change(bench, "AuthorizationKey", key)
            bench.central.passwords[IDENTITY] = bytes.fromhex(key)
            await _let_in_again(bench)
            found[key] = answer
        found["lower"] = await _change(bench, "SecurityProfile", "1")
        found["no certificate"] = await _change(bench, "SecurityProfile", "3")
        found["key"] = await _value(bench, "AuthorizationKey")
        await bench.chip.kill()
        await bench.chip.start()
        await scenario.wait_ready(bench, len(bench.charger.messages))
        found["after a power cut"] = bench.charger.is_connected
        found["events"] = [payload["type"] for payload in bench.charger.calls(EVENT)]
        found["console"] = "\n".join(map(str, bench.chip.console)).lower()
        found["violations"] = bench.charger.violations
    return found


async def _change(bench, key, value):
    answer = await bench.charger.call("ChangeConfiguration", {"key": key, "value": value})
    return answer["status"]


async def _value(bench, key):
    answer = await bench.charger.call("GetConfiguration", {"key": [key]})
    return answer["configurationKey"][0].get("value")


async def _let_in_again(bench):
    for _ in range(100):
        if not bench.charger.is_connected:
            break
        await asyncio.sleep(0.1)
    await bench.charger.wait_connected(20)
    await asyncio.sleep(3)  # the charger wants to see that it lasts


def test_basic_authentication_with_tls_is_profile_2(played):
    assert played["profile"] == "2"


def test_a_new_key_lets_it_in_twice(played):
    assert [played[key] for key in KEYS[1:]] == ["Accepted", "Accepted"]


def test_the_key_outlives_a_power_cut(played):
    assert played["after a power cut"]


def test_profiles_it_does_not_go_to(played):
    assert played["lower"] == "Rejected"
    assert played["no certificate"] == "Rejected"


def test_no_key_is_told_or_logged(played):
    assert played["key"] is None
    for key in KEYS:
        assert key.lower() not in played["console"]


def test_security_events(played):
    events = ["StartupOfTheDevice"] + ["ReconfigurationOfSecurityParameters"] * 2
    assert played["events"][:3] == events
    assert not played["violations"]
