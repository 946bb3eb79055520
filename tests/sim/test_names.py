"""A whole chip whose central system is known by name, and the network's name server."""

import asyncio
import json

from net_dns import NameServer, says, silent, wire_name
from ucharge.demo import scenario
from ucharge.demo.bench import FIRST_VERSION, Bench
from ucharge.keys import ensure

HOST = "csms.example"


class NamedBench(Bench):
    """A bench whose charger is told the central system's name."""

    def __init__(self, folder, names, **options):
        keys = ensure(folder / "keys", ("localhost", HOST))
        wifi = {"ssid": "garage", "password": "correct horse", "ntp_server": ""}
        config = {"wifi": wifi}
        super().__init__(folder, keys=keys, config=config, name_server=names.port, **options)

    def provision(self, version=FIRST_VERSION):
        super().provision(version)
        files = {path: self.chip.read_file(path) for path in self.chip.list_files()}
        config = json.loads(files["/config.json"])
        config["url"] = config["url"].replace("127.0.0.1", HOST).replace("localhost", HOST)
        self.chip.provision({**files, "/config.json": json.dumps(config).encode()})


def play(folder, script, story, **options):
    async def inner():
        async with NameServer(script) as names, NamedBench(folder, names, **options) as bench:
            return await asyncio.wait_for(story(bench, names), 100)

    return asyncio.run(inner())


def test_the_central_system_is_found_by_name(tmp_path):
    async def story(bench, names):
        await scenario.wait_ready(bench)
        return names.questions

    questions = play(tmp_path, says("127.0.0.1"), story)
    assert wire_name(HOST) in questions[0]


def test_a_silent_name_server_stops_neither_the_watchdog_nor_a_charge(tmp_path):
    def script(question):
        return silent(question) if is_silent else says("127.0.0.1")(question)

    is_silent = False

    async def story(bench, names):
        nonlocal is_silent
        await scenario.wait_ready(bench)
        await scenario.start_charge(bench)
        is_silent = True
        asked = len(names.questions)
        await bench.central.stop()
        # All three tries, of two seconds each, and what comes after them.
        await bench.chip.wait_until(lambda: len(names.questions) > asked + 3, 30, "questions")
        await scenario.charge_for(bench, 100)
        bench.vehicle.unplug()
        await bench.chip.wait_until(
            lambda: not bench.vehicle.contactor_closed, 5, "the contactor to open"
        )
        # The address that was good is good again.
        await bench.central.start()
        await bench.charger.wait_for("StopTransaction", None, 60)
        return bench.chip.resets, bench.vehicle.violations

    assert play(tmp_path, script, story, watchdog_scale=0.3) == ([], [])


def test_with_a_name_server_silent_from_the_start_the_charger_stays_up(tmp_path):
    async def story(bench, names):
        line = await bench.chip.wait_console(f"link: no address for {HOST}: no reply", 20)
        bench.vehicle.plug_in()
        await bench.chip.wait_until(lambda: len(names.questions) > 3, 20, "another attempt")
        return line, bench.chip.resets, bench.vehicle.violations

    line, resets, violations = play(tmp_path, silent, story, watchdog_scale=0.3)
    assert "again in" in line
    assert (resets, violations) == ([], [])
