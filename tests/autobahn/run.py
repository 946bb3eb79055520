"""The Autobahn conformance cases, in kosoku's edition, against lib/ws on both interpreters.

``run.py`` runs them all and prints ``autobahn: N/N micropython, N/N cpython`` last; ``run.py
--short`` takes some of each section. A case has passed when behaviour and close are as RFC 6455
demands; where that demands nothing (INFORMATIONAL) the case is named.
"""

import argparse
import asyncio
import os
import re
import sys
from collections import Counter
from pathlib import Path

from kosoku import FailureError, run_fuzzingserver
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = Path(__file__).parents[2]
CLIENT = "tests/autobahn/echo_client.py"
CASES = [f"{section}.*" for section in (1, 2, 3, 4, 5, 6, 7, "9.7", "9.8", 10)]
CASES += ["9.1.1", "9.2.1"]  # 64 KB, as much as the client takes unless told otherwise
SHORT = [f"{section}.1" for section in (1.1, 1.2, 2, 3, 4.1, 5, 6.1, 6.2, 6.4, 7.1, 10.1)]
SHORT += ["2.10", "4.2.5", "5.6", "5.15", "5.19", "6.2.4", "6.3.2", "6.4.2", "6.12.*", "6.22.1"]
SHORT += ["7.1.3", "7.3.*", "7.5.1", "7.7.1", "7.9.1", "9.7.1", "9.8.1"]
NOT_RUN = {
    "9.1.2 to 9.1.6, 9.2.2 to 9.2.6": "one message of 256 KB to 16 MB; ended with 1009",
    "9.3 and 9.4": "one message of 4 MB in fragments of 64 bytes to 4 MB; ended with 1009",
    "9.5 and 9.6": "one message of 1 MB in pieces of 64 to 2048 bytes; ended with 1009",
    "12 and 13": "compression; the client offers no extension, so that none can be agreed on",
}
TIMEOUT_S = 300
LAST_LINES = 20


class Run:
    """All ``cases`` on one interpreter; ``problem`` is None when it got to its end."""

    def __init__(self, agent, command, paths):
        self.agent = agent
        self.results = []
        self.problem = None
        self._command = [*command, CLIENT]
        self._environment = {**os.environ, **paths}

    async def run(self, cases, progress):
        """Serve the cases and run the client through them."""
        async with run_fuzzingserver(cases, host="127.0.0.1", port=0) as server:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                f"ws://{server.address}:{server.port}",
                self.agent,
                cwd=ROOT,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            try:
                self.problem = await asyncio.wait_for(self._follow(process, progress), TIMEOUT_S)
                if not self.problem:
                    self.results = await asyncio.wait_for(server.get_result(), TIMEOUT_S)
            except FailureError as failure:
                self.results = failure.results
            except asyncio.TimeoutError:
                self.problem = f"no end after {TIMEOUT_S} s"
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    async def _follow(self, process, progress):
        bar = progress.add_task(self.agent, total=None)
        lines = []
        async for line in process.stdout:
            lines.append(line.decode(errors="replace").rstrip())
            begun = re.fullmatch(r"case (\d+) of (\d+)", lines[-1])
            if begun:
                progress.update(bar, completed=int(begun[1]), total=int(begun[2]))
        status = await process.wait()
        if status or "leaked 0" not in lines[-1:]:
            return "\n".join([*lines[-LAST_LINES:], f"exit status {status}"])
        return None

    @property
    def failed(self):
        """The results that did not pass."""
        return [result for result in self.results if not is_passed(result)]

    @property
    def score(self):
        """``passed/all``."""
        return f"{len(self.results) - len(self.failed)}/{len(self.results)}"


def verdicts(result):
    """(behaviour, close), in Autobahn's words."""
    return result.behavior.value, result.behavior_close.value


def is_passed(result):
    """Whether behaviour and close are as demanded; NON-STRICT is not enough."""
    return set(verdicts(result)) <= {"OK", "INFORMATIONAL"}


def section(case_id):
    """``9.7`` of ``9.7.3``; otherwise the first number."""
    parts = case_id.split(".")
    return ".".join(parts[:2]) if parts[0] == "9" else parts[0]


def print_table(runs, out):
    """How many passed, by section and interpreter."""
    table = Table("section", box=box.SIMPLE_HEAD)
    for run in runs:
        table.add_column(run.agent, justify="right")
    everything = [Counter(section(r.case_id) for r in run.results) for run in runs]
    failed = [Counter(section(r.case_id) for r in run.failed) for run in runs]
    for name in everything[0]:
        counts = zip(everything, failed, strict=True)
        table.add_row(name, *(f"{a[name] - f[name]}/{a[name]}" for a, f in counts))
    out.print(table)


def print_exceptions(runs):
    """Every case that is not simply passed, and the sections that are not run."""
    for run in runs:
        for result in run.failed:
            behaviour, close = verdicts(result)
            words = f"{result.result} {result.result_close}"
            print(f"FAILED: {run.agent:11} {result.case_id:7} {behaviour:13} {close:16} {words}")
        if run.problem:
            print(f"FAILED: {run.agent} did not get to its end:\n{run.problem}")
    informational = {}
    for run in runs:
        for result in run.results:
            if is_passed(result) and set(verdicts(result)) != {"OK"}:
                informational.setdefault((result.case_id, result.description), []).append(run)
    for (case_id, description), found in informational.items():
        print(f"informational: {case_id} ({', '.join(run.agent for run in found)}): {description}")
    for name, reason in NOT_RUN.items():
        print(f"not run: {name}: {reason}")


async def main(cases):
    """Run ``cases`` on both interpreters at once. Exit status."""
    micropython = Path(sys.executable).with_name("micropython")
    runs = [
        Run(
            "micropython",
            [micropython, "-X", "heapsize=1M"],
            {"MICROPYPATH": "lib:.frozen"},
        ),
        Run(
            "cpython",
            [sys.executable, "-u", "-W", "error"],
            {"PYTHONPATH": os.pathsep.join(("lib", "tests/cpython"))},
        ),
    ]
    with Progress(transient=True) as progress:
        await asyncio.gather(*(run.run(cases, progress) for run in runs))
    print_table(runs, Console())
    print_exceptions(runs)
    is_good = all(run.results and not run.failed and not run.problem for run in runs)
    is_good = is_good and len({len(run.results) for run in runs}) == 1
    print("autobahn: " + ", ".join(f"{run.score} {run.agent}" for run in runs))
    return 0 if is_good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="some cases of each section")
    parser.add_argument("cases", nargs="*", help="cases or globs, such as 6.2.*")
    options = parser.parse_args()
    sys.exit(asyncio.run(main(options.cases or (SHORT if options.short else CASES))))
