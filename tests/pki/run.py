"""lib/pki against PyPI ``cryptography``, on both interpreters, and what a verification costs.

Prints ``pki: N differential cases, M disagreements`` last. A disagreement: lib/pki takes what
``cryptography`` refuses or reads it otherwise, or refuses what it takes for a reason that
``differences.py`` does not know or that does not hold.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / name) for name in ("tests/support", "tests/cpython", "tools", "lib")]

import certificates_extensions  # noqa: E402
import certificates_library  # noqa: E402
import certificates_pem  # noqa: E402
import certificates_rules  # noqa: E402
import certificates_spoiled  # noqa: E402
import certificates_times  # noqa: E402
import cost  # noqa: E402
import oracle  # noqa: E402
import signatures_ec  # noqa: E402
import signatures_keys  # noqa: E402
import signatures_rsa  # noqa: E402
from differences import explain  # noqa: E402

SOURCES = (
    signatures_rsa,
    signatures_ec,
    signatures_keys,
    certificates_library,
    certificates_rules,
    certificates_extensions,
    certificates_times,
    certificates_spoiled,
    certificates_pem,
)
SHOWN = 40


def start(interpreter, path):
    """A process that judges the cases in ``path``."""
    if interpreter == "micropython":
        program = [str(Path(sys.executable).parent / "micropython"), "-X", "heapsize=1M"]
        added = {"MICROPYPATH": "lib:.frozen"}
    else:
        program = [sys.executable, "-W", "error"]
        added = {"PYTHONPATH": os.pathsep.join(("lib", "tests/cpython"))}
    return subprocess.Popen(
        [*program, "tests/pki/device.py", str(path)],
        cwd=ROOT,
        env={**os.environ, **added},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answers(cases, folder):
    """The answers of each interpreter and of the oracle, in the cases' order."""
    path = folder / "cases"
    with path.open("w") as file:
        for case in cases:
            file.write(json.dumps(case) + "\n")
    processes = {name: start(name, path) for name in ("cpython", "micropython")}
    found = {"oracle": [oracle.judge(case) for case in cases]}
    for name, process in processes.items():
        output = process.communicate()[0]
        found[name] = output.splitlines()
        if process.returncode or len(found[name]) != len(cases):
            done = len(found[name])
            how = f"status {process.returncode}, negative: killed by that signal"
            raise SystemExit(f"pki: {name} stopped after {done} cases ({how}): {output[-2000:]}")
    return found


def disagreement(case, ours, theirs, tally):
    """Why the two answers don't go together, or None."""
    if ours.startswith("good"):
        if ours == theirs:
            tally["both accept"] += 1
            return None
        return "we accept, they don't" if theirs.startswith("refused") else "read otherwise"
    if theirs.startswith("refused"):
        tally["both refuse"] += 1
        return None
    why = explain(case, ours)
    if why is None:
        return "we refuse, they accept, for no known reason"
    tally[f"we refuse, they accept: {why}"] += 1
    return None


def main():
    """Exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one of 20 in the long series")
    arguments = parser.parse_args()
    dense = 20 if arguments.short else 1
    cases = [case for source in SOURCES for case in source.cases(dense)]
    with tempfile.TemporaryDirectory() as name:
        found = answers(cases, Path(name))
    warnings.simplefilter("ignore")  # what the library takes unwillingly it takes
    problems = []
    tally = collections.Counter()
    for number, case in enumerate(cases):
        ours, theirs = found["cpython"][number], found["oracle"][number]
        problem = disagreement(case, ours, theirs, tally)
        if ours != found["micropython"][number]:
            problem = f"MicroPython says {found['micropython'][number]!r}"
        if problem:
            problems.append(f"{case['kind']} {case['label']}: {problem}: {ours!r} {theirs!r}")
    for what, count in sorted(tally.items()):
        print(f"{count:6} {what}")
    for line in problems[:SHOWN]:
        print(line)
    if len(problems) > SHOWN:
        print(f"and {len(problems) - SHOWN} more")
    failed = bool(problems)
    for line, good in cost.measure(arguments.short):
        print(line)
        failed = failed or not good
    print(f"pki: {len(cases)} differential cases, {len(problems)} disagreements")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
