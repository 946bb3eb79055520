"""The run of `make emulator`: provisioned over the console, a charge, an update, a roll-back.

The judges are the demonstration's; the heap is printed at each step.
"""

import asyncio
import asyncio.constants
import functools
import tempfile
import time
from pathlib import Path

from rich import box
from rich.table import Table

from ucharge.build import image, updatefile, variants
from ucharge.build.stage import stage
from ucharge.csms.errors import CsmsError
from ucharge.demo import judge, scenario
from ucharge.demo.bench import Bench
from ucharge.demo.flash import snapshot
from ucharge.emulator import heap
from ucharge.emulator.chip import EmulatedChip
from ucharge.errors import UserError
from ucharge.timeline import Timeline

# A chip that computes takes 15 to 20 s of ours for one of its own.
_PATIENCE_S = 2400
# A TLS handshake of the chip's takes longer than servers have patience for: 10 and 60 s.
_HANDSHAKE_S = 900.0
_LATE_OPENING_S = 30.0
_ENERGY_SCALE = 4.0
_ENERGY_WH = 12
_TAIL_LINES = 25
# Any name: the emulated network resolves all of them to this computer.
_NAME = "csms.example.org"
_CONFIG = {
    "wifi": {"ssid": "RP2040PY-GUEST", "password": "any password", "country": "DE"},
    "keys": {
        "HeartbeatInterval": "60",
        "MeterValueSampleInterval": "10",
        "MinimumStatusDuration": "0",
        "RestartDelayMax": "0",
        "AllowPlainUpdateFirmware": "true",
    },
}


class _ProbedBench(Bench):
    """Its images have the heap probe in them."""

    def build(self, version, change=None):
        tree = stage(version)
        tree = change(tree) if change else tree
        return image.build_for(self.board, tree=heap.with_probe(tree), signer=self.signer)


class Play:
    """One run on ``console``; ``run()`` tells whether all was as expected.

    over_console: EmulatedChip's; has_charge: False leaves the charge out; has_https: False takes
    the updates over plain http.
    """

    def __init__(
        self,
        console,
        uf2,
        board,
        is_verbose=False,
        over_console=True,
        has_charge=True,
        has_https=True,
    ):
        self._console = console
        self._timeline = Timeline(console)
        self._uf2 = uf2
        self._board = board
        self._is_verbose = is_verbose
        self._over_console = over_console
        self._has_https = has_https
        self._has_charge = has_charge
        self._heap = heap.Heap()
        self._outcomes = []

    async def run(self):
        """Everything, in order."""
        started_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="ucharge-emulator-") as folder:
            try:
                await self._run(folder)
            except (CsmsError, UserError) as error:
                self._outcomes.append(judge.Outcome("run", "to come to its end"))
                self._outcomes[-1].expect("came to its end", False, str(error))
        return self._show(time.monotonic() - started_s)

    async def _run(self, folder):
        make_chip = functools.partial(
            EmulatedChip,
            uf2=Path(self._uf2).resolve(),
            on_step=self._tell,
            over_console=self._over_console,
        )
        bench = _ProbedBench(
            folder,
            on_entry=self._timeline.entry,
            on_download=self._timeline.download,
            on_console=lambda line: self._printed(bench, line),
            board=self._board,
            name=_NAME,
            make_chip=make_chip,
            config={**_CONFIG, "allow_http": not self._has_https},
            has_https=self._has_https,
            open_timeout_s=_HANDSHAKE_S,
        )
        bench.vehicle.late_opening_s = _LATE_OPENING_S
        bench.vehicle.energy_scale = _ENERGY_SCALE
        how = "provisioned over its console" if self._over_console else "its files in its flash"
        self._act(f"a Pico W with its firmware, {how}")
        async with bench:
            try:
                await self._steps(bench)
            except (CsmsError, UserError):
                for line in bench.chip.console[-_TAIL_LINES:]:
                    self._timeline.line("chip", line, "dim")
                raise

    async def _steps(self, bench):
        self._act("boot, Wi-Fi, wss")
        await scenario.wait_ready(bench, timeout_s=_PATIENCE_S)
        await self._rest(bench, "wss up")
        if self._has_charge:
            await self._charge(bench)
        await self._update(bench)
        await self._roll_back(bench)
        self._outcomes.append(judge.judge_protocol(bench.charger))

    async def _charge(self, bench):
        self._act("a car charges")
        since = await scenario.start_charge(bench, _PATIENCE_S)
        await scenario.charge_for(bench, _ENERGY_WH, _PATIENCE_S)
        await self._rest(bench, "charging")
        await scenario.stop_charge(bench, _PATIENCE_S)
        self._outcomes.append(judge.judge_charge(bench.charger, bench.vehicle, since))

    async def _update(self, bench):
        self._act("update 1.0.0 -> 1.1.0")
        data = bench.build((1, 1, 0))
        self._end_step("between")
        since = await _request(bench, "ucharge-1.1.0.ucup", data)
        await _wait_status(bench, "Downloaded", since)
        self._end_step("downloading")
        await _wait_status(bench, "Installing", since)
        self._end_step("checking the signature")
        await scenario.wait_outcome(bench, since, _PATIENCE_S)
        self._end_step("trial")
        await bench.chip.save()
        flash = snapshot(bench.chip)
        good = updatefile.parse(data)
        self._outcomes.append(judge.judge_installed(bench.charger, flash, since, good))
        self._good = good
        await self._rest(bench, "confirmed")

    async def _roll_back(self, bench):
        self._act("update to 1.2.0, a build that raises at start")
        data = bench.build((1, 2, 0), variants.raising)
        resets = len(bench.chip.resets)
        since = await _request(bench, "ucharge-1.2.0.ucup", data)
        await scenario.wait_outcome(bench, since, _PATIENCE_S)
        await self._rest(bench, "rolled back")
        await bench.chip.save()
        flash, outcome = snapshot(bench.chip), judge.Outcome("roll-back", "tried 3 times, 1.1.0")
        kinds = [reset.kind for reset in bench.chip.resets[resets:]]
        outcome.expect("resets", kinds == ["reset"] * 4, ", ".join(kinds))
        boots = [p["firmwareVersion"] for p in bench.charger.calls("BootNotification", since)]
        outcome.expect("booted", boots == ["1.1.0"], ", ".join(boots))
        record = flash.record
        outcome.expect("record", record is not None and record.reason, record and record.reason)
        held = record and flash.payload_digest(record.home)
        outcome.expect("slot", held == self._good.header.digest, "1.1.0's")
        self._outcomes.append(outcome)

    async def _rest(self, bench, name):
        """A few seconds of the chip's time in which nothing new happens."""
        self._end_step("to " + name)
        until_s = bench.chip.time_s + 4
        await bench.chip.wait_until(lambda: bench.chip.time_s >= until_s, 10, "time")
        self._end_step(name)

    def _printed(self, bench, line):
        self._heap.line(line)
        if self._is_verbose:
            self._timeline.line("chip", f"{bench.chip.time_s:6.1f}  {line}", "dim")

    def _end_step(self, name):
        step = self._heap.end_step(name)
        if step:
            text = f"heap, {name}: {step.used} used, {step.free} free, at least {step.least}"
            self._tell(text)

    def _act(self, text):
        self._timeline.line("demo", f"-- {text} --", "bold")

    def _tell(self, text):
        self._timeline.line("chip", text)

    def _show(self, took_s):
        table = Table("heap: step", "used", "free", "least free", box=box.SIMPLE_HEAD)
        for step in self._heap.steps:
            table.add_row(*map(str, step))
        self._console.print(table)
        table = Table("", "outcome", "expected", "found", box=box.SIMPLE_HEAD)
        for outcome in self._outcomes:
            mark = "[green]ok[/]" if outcome.is_expected else "[red]NO[/]"
            table.add_row(mark, outcome.name, outcome.expected, outcome.found)
        self._console.print(table)
        self._console.print(f"[dim]took {took_s:.0f} s[/]")
        return bool(self._outcomes) and all(one.is_expected for one in self._outcomes)


async def _request(bench, name, data):
    """UpdateFirmware, due long ago by the clock of a chip that lags behind ours."""
    since = len(bench.charger.messages)
    location = bench.files.publish(name, data)
    payload = {"location": location, "retrieveDate": "2024-01-01T00:00:00Z", "retries": 1}
    await bench.charger.call("UpdateFirmware", payload, timeout_s=600)
    return since


async def _wait_status(bench, status, since):
    """FirmwareStatusNotification ``status``, or UserError if the update has failed."""
    wanted = (status, *scenario.FINAL)
    entry = await bench.charger.wait_for(
        "FirmwareStatusNotification", lambda p: p.get("status") in wanted, _PATIENCE_S, since
    )
    if entry.payload["status"] != status:
        raise UserError(f"the update ended with {entry.payload['status']}, before {status}")


def play(console, uf2, board, **options):
    """Run a Play with ``options``; True when all was as expected."""
    asyncio.constants.SSL_HANDSHAKE_TIMEOUT = _HANDSHAKE_S
    return asyncio.run(Play(console, uf2, board, **options).run())
