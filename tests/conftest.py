"""Portable tests on both interpreters.

Files in tests/unit and tests/scenario are collected by pytest as usual, for CPython. Each also
gives one item more, which runs the whole file in a MicroPython process of its own. It fails with
the process, and also when the process is too quiet to be trusted: no closing line, no test run,
fewer or more tests than CPython found.

Whatever a charge point sends to the bench's or to the test central system, in any test and on
either interpreter, must hold against the official schemas of OCPP 1.6, or the test fails.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sent_check import VARIABLE, SentCheck

PORTABLE = ("tests/unit", "tests/scenario")
MICROPYPATH = ".:lib:tests/micropython:tests/support:.frozen"
RESULT = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?")
PROPERTY = "micropython"
MESSAGES = "messages"  # held against the schemas
CASES = "cases"  # (of what, how many): of tests that are generated


class SchemaError(Exception):
    """A charge point has sent what the specification forbids."""


class MicropythonError(Exception):
    """A portable test file did not pass on MicroPython; the text is the whole story."""


def pytest_addoption(parser):
    parser.addini("micropython_heap", "heap of the MicroPython process, as for -X heapsize=")
    parser.addini("micropython_timeout_s", "seconds one file may take on MicroPython")


def pytest_collect_file(file_path, parent):
    """Add the MicroPython run of a portable test file."""
    folder = file_path.parent.relative_to(parent.config.rootpath).as_posix()
    in_portable = any(folder == place or folder.startswith(place + "/") for place in PORTABLE)
    if in_portable and file_path.match("test_*.py"):
        return MicropythonFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Tell each MicroPython item how many tests CPython found, before -k deselects any."""
    if any("::" in argument for argument in config.args):
        return  # single tests were asked for: the count would be too small
    for item in items:
        if isinstance(item, MicropythonItem):
            item.expected = sum(
                1 for other in items if other.path == item.path and other is not item
            )


def pytest_configure(config):
    config.addinivalue_line("markers", "violations: this test makes a charger break the rules")


@pytest.fixture(autouse=True)
def every_message_is_valid(request, monkeypatch):
    """Fails the test where a charge point broke the rules, as the schemas have them."""
    received = []  # (what the test central system has against it, the book's entry)
    if "ucharge.csms.charger" in sys.modules:
        listen_to_chargers(monkeypatch, received)
    yield
    check = SentCheck()
    wrong = check.take()
    for found, entry in received:
        if found:
            wrong.append(f"{entry.identity}: {entry.kind} of {entry.action}: {found}: {entry.raw}")
    count = check.count + len(received)
    if count:
        request.node.user_properties.append((MESSAGES, count))
    if wrong and not request.node.get_closest_marker("violations"):
        raise SchemaError("\n".join(wrong))


def listen_to_chargers(monkeypatch, received):
    """Have all that any test central system receives appended to ``received``."""
    charger = sys.modules["ucharge.csms.charger"]
    violation_of = charger.violation_of

    def judge(entry):
        found = violation_of(entry)
        received.append((found, entry))
        return found

    monkeypatch.setattr(charger, "violation_of", judge)


def pytest_terminal_summary(terminalreporter):
    """One line a portable file and a grand total; what was held against the schemas; cases."""
    properties = [
        found
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "teardown"
        for found in report.user_properties
    ]
    lines = sorted(value for key, value in properties if key == PROPERTY)
    cases = sorted(value for key, value in properties if key == CASES)
    messages = sum(value for key, value in properties if key == MESSAGES)
    if lines or cases or messages:
        terminalreporter.section("MicroPython, schemas, cases")
    for name, counts in lines:
        terminalreporter.write_line(f"micropython {name}: {format_counts(counts)}")
    if lines:
        total = [sum(column) for column in zip(*(counts for _, counts in lines), strict=True)]
        terminalreporter.write_line(f"micropython total: {format_counts(total)}")
    if messages:
        terminalreporter.write_line(f"schemas of OCPP 1.6: {messages} messages held against them")
    for what, count in cases:
        terminalreporter.write_line(f"cases {what}: {count}")


def format_counts(counts):
    """The closing line for (passed, failed, skipped)."""
    passed, failed, skipped = counts
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


def parse_counts(output):
    """(passed, failed, skipped) of the output's last line, or None if it is no closing line."""
    lines = output.strip().splitlines()
    match = RESULT.fullmatch(lines[-1].strip()) if lines else None
    return tuple(int(group or 0) for group in match.groups()) if match else None


def find_micropython():
    """Path of the MicroPython installed beside this Python."""
    path = shutil.which("micropython", path=str(Path(sys.executable).parent))
    if path is None:
        raise MicropythonError("no micropython beside this Python: run the tests with `make test`")
    return path


def run_micropython(path, root, heap, timeout_s, sent):
    """Run one test file; (exit status, or None after a time-out; its output).

    ``sent``: the file to write what charge points send to.
    """
    process = subprocess.Popen(
        [find_micropython(), "-X", f"heapsize={heap}", path],
        cwd=root,
        env={**os.environ, "MICROPYPATH": MICROPYPATH, VARIABLE: sent},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=timeout_s)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        kill_group(process)
        output, _ = process.communicate()
        return None, output
    except BaseException:
        kill_group(process)
        process.wait()
        raise


def kill_group(process):
    """Kill a process with all it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def judge(status, counts, expected):
    """Why a finished run can't count as passed, or None."""
    if status is None:
        return "timed out"
    if counts is None:
        return f"no closing line `N passed, N failed` (exit status {status})"
    passed, failed, skipped = counts
    if failed or status != 0:
        return f"{failed} failed (exit status {status})"
    if passed == 0:
        return "no test ran"
    if expected is not None and expected != passed + skipped:
        return f"{passed + skipped} tests here, {expected} on CPython: only TestCase is portable"
    return None


class MicropythonFile(pytest.File):
    """A portable test file, seen as one run on MicroPython."""

    def collect(self):
        yield MicropythonItem.from_parent(self, name="micropython")


class MicropythonItem(pytest.Item):
    """Runs the file; ``expected`` is the number of tests CPython found in it, if known."""

    expected: int | None = None

    def runtest(self):
        name = self.path.relative_to(self.config.rootpath).as_posix()
        check = SentCheck()
        with tempfile.NamedTemporaryFile("r", suffix=".sent") as sent:
            status, output = run_micropython(
                name,
                self.config.rootpath,
                self.config.getini("micropython_heap"),
                float(self.config.getini("micropython_timeout_s")),
                sent.name,
            )
            wrong = check.judge_lines(sent)
        if check.count:
            self.user_properties.append((MESSAGES, check.count))
        counts = parse_counts(output)
        problem = judge(status, counts, self.expected)
        passed, failed, skipped = counts or (0, 0, 0)
        if problem:
            failed = max(failed, 1)
        self.user_properties.append((PROPERTY, (name, (passed, failed, skipped))))
        if problem:
            raise MicropythonError(f"{name} on MicroPython: {problem}\n{output}")
        if wrong:
            raise SchemaError("on MicroPython: " + "\n".join(wrong))

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, MicropythonError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, f"{self.nodeid}"
