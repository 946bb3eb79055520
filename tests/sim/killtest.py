"""Kill the charger at random moments of a good update; see that nothing is ever lost.

``killtest.py --runs 100`` prints ``killtest: 100 kills, 0 failures`` last. Each run: request an
update, cut the power at a random moment, switch it on again; the update must end installed
or cleanly failed, and be reported so; then the next update, undisturbed, must succeed.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from rich.progress import Progress

from ucharge.csms.errors import CsmsError
from ucharge.demo import scenario
from ucharge.demo.bench import Bench
from ucharge.demo.flash import snapshot
from ucharge.errors import UserError
from ucharge.keys import ensure

_OUTCOME_S = 90
_JOBS = 3
# Gone once its last report was answered. A report that was killed before its answer is sent again,
# after the kill, and might be taken for one of the update that is asked for next.
_JOB = "/state/job.json"
_IMAGES = ((1, 1, 0), (1, 2, 0))


class KillFailed(Exception):
    """An update was lost, contradicted itself, or left the charger unable to update."""


class Victim:
    """One charger and the two update files it goes back and forth between."""

    def __init__(self, bench, files, rng):
        self._bench = bench
        self._files = files  # version -> update file
        self._rng = rng
        self._target = 0
        self._duration_s = 0.0

    async def warm_up(self):
        """An undisturbed update: how long one takes."""
        await scenario.wait_ready(self._bench)
        started_s = time.monotonic()
        await self._update()
        self._duration_s = time.monotonic() - started_s

    async def run(self):
        """One kill and the update after it; what happened, as text. Raises KillFailed."""
        moment_s = self._rng.uniform(0, self._duration_s * 1.1)
        outcome = await self._update(moment_s)
        await self._update()
        return f"killed after {moment_s:.2f} s: {outcome}"

    async def _update(self, kill_after_s=None):
        bench, chip = self._bench, self._bench.chip
        version = _IMAGES[self._target]
        name = f"ucharge-{'.'.join(map(str, version))}.ucup"
        await self._all_told()
        since = await scenario.request_update(bench, name, self._files[version])
        if kill_after_s is not None:
            await asyncio.sleep(kill_after_s)
            killed_at = len(bench.charger.messages)
            await chip.kill()
            await chip.start()
            await scenario.wait_ready(bench, killed_at)
        outcome = await scenario.wait_outcome(bench, since, _OUTCOME_S)
        outcomes = {
            payload["status"]
            for payload in bench.charger.calls("FirmwareStatusNotification", since)
            if payload["status"] in scenario.FINAL
        }
        flash = snapshot(chip)
        runs = flash.slot(flash.record.home).version()
        if len(outcomes) != 1:
            raise KillFailed(f"reported {outcomes}")
        if (outcome == "Installed") != (runs == version):
            raise KillFailed(f"reported {outcome}, but {runs} runs")
        if kill_after_s is None and outcome != "Installed":
            raise KillFailed(f"an undisturbed update ended in {outcome}")
        if not flash.slot(flash.record.home).proven():
            raise KillFailed("the slot that runs is not proven")
        if outcome == "Installed":
            self._target ^= 1
        return outcome

    async def _all_told(self):
        """Wait until no report of the update before is left; see `_JOB`."""
        chip = self._bench.chip
        await chip.wait_until(
            lambda: _JOB not in snapshot(chip).sizes, _OUTCOME_S, "all reports answered"
        )


async def campaign(runs, seed, jobs=_JOBS, report=print):
    """``runs`` kills over ``jobs`` chargers at once; the number of failures."""
    left = list(range(runs))
    failures = 0

    async def worker(number, folder, keys):
        nonlocal failures
        rng = random.Random(seed * 1000 + number)
        config = {"confirm_after_s": 1}
        async with Bench(folder, keys=keys, config=config, identity=f"KILL{number}") as bench:
            victim = Victim(bench, {v: bench.build(v) for v in _IMAGES}, rng)
            await victim.warm_up()
            while left:
                run = left.pop()
                try:
                    report(f"{run}: {await victim.run()}")
                except (KillFailed, CsmsError, UserError) as error:
                    failures += 1
                    report(f"{run}: FAILED: {error}")
                    report("\n".join(bench.chip.console[-40:]))
                    return

    with tempfile.TemporaryDirectory(prefix="ucharge-kill-") as folder:
        keys = ensure(Path(folder) / "keys")
        await asyncio.gather(
            *(worker(n, Path(folder) / str(n), keys) for n in range(min(jobs, runs)))
        )
    return failures + len(left)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="how many kills (100)")
    parser.add_argument("--seed", type=int, default=0, help="0: a new one, printed")
    parser.add_argument("--jobs", type=int, default=_JOBS, help="chargers at once")
    options = parser.parse_args()
    seed = options.seed or random.randrange(1, 1 << 30)
    print(f"killtest: seed {seed}")
    with Progress() as progress:
        bar = progress.add_task("kills", total=options.runs)

        def report(text):
            progress.console.print(text, highlight=False, markup=False)
            progress.advance(bar)

        failures = asyncio.run(campaign(options.runs, seed, options.jobs, report))
    print(f"killtest: {options.runs} kills, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
