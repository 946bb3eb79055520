"""The play: the steps in order, each judged when it is over, the table of outcomes."""

import asyncio
import contextlib
import tempfile
import time

from rich import box
from rich.table import Table

from ucharge.build import damage, updatefile, variants
from ucharge.csms.errors import CsmsError
from ucharge.demo import judge, scenario, watch
from ucharge.demo.bench import BOARD, CONFIRM_AFTER_S, ENERGY_SCALE, Bench
from ucharge.demo.flash import snapshot
from ucharge.errors import UserError
from ucharge.timeline import Timeline

_NAMES = (
    "charging session",
    "good update",
    "charge on the new version",
    "hanging build",
    "power cut in a trial",
    "flipped bit",
    "protocol",
)
# How often a build that hangs is tried: the ESP32's boot loader gives one attempt.
_TRIES = {"rp2": 3, "esp32": 1}
# The car draws at least this before the update arrives, and again before the charge ends.
_ENERGY_WH = 120
# What boards get over HTTPS: 60-250 KB/s.
_TAIL_LINES = 20
_RATE_BYTES_S = 150_000


async def play(console, folder=None, is_verbose=False, board=BOARD):
    """Run all; True when every outcome was the expected one."""
    started_s = time.monotonic()
    outcomes = []
    with contextlib.ExitStack() as stack:
        folder = folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="ucharge-demo-"))
        timeline = Timeline(console)
        try:
            await _play(folder, timeline, outcomes, is_verbose, board)
        except (CsmsError, UserError) as error:
            name = _NAMES[min(len(outcomes), len(_NAMES) - 1)]
            outcomes.append(judge.Outcome(name, "to come to its end"))
            outcomes[-1].expect("came to its end", False, str(error).splitlines()[0])
    _show(console, outcomes, time.monotonic() - started_s)
    right = sum(outcome.is_expected for outcome in outcomes)
    console.print(f"demo: {right} of {len(_NAMES)} outcomes as expected", highlight=False)
    return right == len(_NAMES)


async def _play(folder, timeline, outcomes, is_verbose, board):
    timeline.line("demo", f"building 1.0.0 for {board}, keys, flash", "dim")
    timeline.line(
        "demo",
        f"shortened: a trial is confirmed after {CONFIRM_AFTER_S} s (else 30), "
        f"energy flows {ENERGY_SCALE:.0f} times as fast",
        "dim",
    )
    bench = Bench(
        folder,
        on_entry=timeline.entry,
        on_download=timeline.download,
        on_console=_console_teller(timeline) if is_verbose else None,
        rate_bytes_s=_RATE_BYTES_S,
        board=board,
    )
    async with bench:
        timeline.line("chip", "power on")
        watchers = [
            asyncio.create_task(watch.tell_resets(bench.chip, timeline)),
            asyncio.create_task(watch.tell_records(bench.chip, timeline)),
        ]
        try:
            await scenario.wait_ready(bench)
            good = await _charge_and_update(bench, timeline, outcomes)
            await _charge_again(bench, timeline, outcomes, good)
            await _hang(bench, timeline, outcomes, good)
            good = await _power_cut(bench, timeline, outcomes)
            await _flipped_bit(bench, timeline, outcomes, good)
            outcomes.append(judge.judge_protocol(bench.charger))
        except (CsmsError, UserError):
            if not is_verbose:
                for line in bench.chip.console[-_TAIL_LINES:]:
                    timeline.line("console", line, "dim")
            raise
        finally:
            for watcher in watchers:
                watcher.cancel()


async def _charge_and_update(bench, timeline, outcomes):
    """Outcomes one and two; returns the installed update file, parsed."""
    data = bench.build((1, 1, 0))
    good = updatefile.parse(data)
    _act(timeline, 1, "a car plugs in and charges")
    timeline.line("vehicle", "plugs in, asks for energy")
    charge = await scenario.start_charge(bench)
    await scenario.charge_for(bench, _ENERGY_WH)
    _act(timeline, 2, "update 1.0.0 -> 1.1.0 arrives during the charge and waits for its end")
    since = await scenario.request_update(bench, "ucharge-1.1.0.ucup", data)
    await scenario.charge_for(bench, _ENERGY_WH)
    await scenario.stop_charge(bench)
    timeline.line("vehicle", f"leaves with {bench.vehicle.energy_wh:.0f} Wh")
    outcomes.append(judge.judge_charge(bench.charger, bench.vehicle, charge))
    await scenario.wait_outcome(bench, since)
    flash = snapshot(bench.chip)
    outcomes.append(judge.judge_installed(bench.charger, flash, since, good, True))
    return good


async def _charge_again(bench, timeline, outcomes, good):
    _act(timeline, 3, f"a car charges on {good.version}")
    drawn_wh = bench.vehicle.energy_wh
    timeline.line("vehicle", "plugs in, asks for energy")
    charge = await scenario.start_charge(bench)
    await scenario.charge_for(bench, _ENERGY_WH)
    await scenario.stop_charge(bench)
    timeline.line("vehicle", f"leaves with {bench.vehicle.energy_wh - drawn_wh:.0f} Wh")
    outcomes.append(
        judge.judge_charge_on(bench.charger, bench.vehicle, charge, drawn_wh, good.version)
    )
    await scenario.wait_available(bench, charge)


async def _hang(bench, timeline, outcomes, good):
    _act(timeline, 4, "update to 1.2.0, a build that hangs at start")
    data = bench.build((1, 2, 0), variants.hang)
    resets = len(bench.chip.resets)
    since = await scenario.request_update(bench, "ucharge-1.2.0.ucup", data)
    await scenario.wait_outcome(bench, since, timeout_s=90)
    outcomes.append(
        judge.judge_rolled_back(
            bench.charger,
            snapshot(bench.chip),
            since,
            updatefile.parse(data),
            good,
            bench.chip.resets[resets:],
            _TRIES[bench.board["family"]],
        )
    )


async def _power_cut(bench, timeline, outcomes):
    """Returns the installed update file, parsed."""
    _act(timeline, 5, "update to 1.3.0, the power is cut in its trial")
    data = bench.build((1, 3, 0))
    good = updatefile.parse(data)
    lines = len(bench.chip.console)
    since = await scenario.request_update(bench, "ucharge-1.3.0.ucup", data)
    await bench.chip.wait_console("^.*app: 1.3.0, .* on trial", 60, lines)
    await bench.chip.kill()
    timeline.line("chip", "power cut")
    await bench.chip.start()
    timeline.line("chip", "power on")
    attempts = await scenario.trial_attempts(bench, since)
    outcomes.append(judge.judge_cut(bench.charger, snapshot(bench.chip), since, good, attempts))
    return good


async def _flipped_bit(bench, timeline, outcomes, good):
    _act(timeline, 6, "update to 1.4.0, one bit of the file flipped")
    data = damage.flip_bit(bench.build((1, 4, 0)))
    resets = len(bench.chip.resets)
    since = await scenario.request_update(bench, "ucharge-1.4.0.ucup", data)
    await scenario.wait_outcome(bench, since)
    outcomes.append(
        judge.judge_refused(
            bench.charger, snapshot(bench.chip), since, good, bench.chip.resets[resets:]
        )
    )


def _act(timeline, number, text):
    timeline.line("demo", f"-- {number}. {text} --", "bold")


def _console_teller(timeline):
    return lambda line: timeline.line("console", line, "dim")


def _show(console, outcomes, took_s):
    table = Table("", "outcome", "expected", "found", box=box.SIMPLE_HEAD)
    for outcome in outcomes:
        mark = "[green]ok[/]" if outcome.is_expected else "[red]NO[/]"
        table.add_row(mark, outcome.name, outcome.expected, outcome.found)
    for name in _NAMES[len(outcomes) :]:
        table.add_row("[red]NO[/]", name, "", "not reached")
    console.print(table)
    console.print(f"[dim]took {took_s:.0f} s[/]")
