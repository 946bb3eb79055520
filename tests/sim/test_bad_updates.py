"""Whatever is wrong with an update: the right statuses, a log line that says why, same slot.

Judged from what the central system received and from the flash. One charger takes all of it
in turn, so each case also shows that the one before left it sound; the last update is good.
"""

import asyncio

import pytest

from ucharge.build import damage, variants
from ucharge.csms.errors import CallRejected
from ucharge.csms.firmware_host import Fault
from ucharge.demo import scenario
from ucharge.demo.bench import Bench
from ucharge.demo.flash import snapshot

TRANSPORT = ["Downloading", "DownloadFailed"]
CONTENT = ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
INSTALLED = ["Downloading", "Downloaded", "Installing", "Installed"]
_SLOT_BYTES = 900_000  # more than the whole file system

# name -> (how to break a good file, fault of the host, location, statuses, words of the log)
CASES = {
    "unreachable host": (None, None, "https://127.0.0.1:1/x", TRANSPORT, "ConnectError"),
    "not found": (None, Fault(status=404), None, TRANSPORT, "404"),
    # Over TLS the end may be noticed only by the time-out : MicroPython can lose close_notify.
    "truncated body": (None, Fault(truncate_at=20000), None, TRANSPORT, "download failed"),
    "unknown scheme": (None, None, "ftp://127.0.0.1/x", TRANSPORT, "UrlError"),
    "plain http": (None, None, "http://127.0.0.1:1/x", TRANSPORT, "UrlError"),
    "no url": (None, None, "nonsense", TRANSPORT, "UrlError"),
    "wrong digest": (damage.flip_bit, None, None, CONTENT, "damaged"),
    "file cut short": (damage.truncate, None, None, CONTENT, "file of"),
    "wrong board": (damage.wrong_board, None, None, CONTENT, "another_board"),
    "older mpy version": (damage.older_mpy, None, None, CONTENT, "mpy version 5"),
    "larger than the slot": (
        lambda data: damage.too_large(data, _SLOT_BYTES), None, None, CONTENT, "slot holds",
    ),
    "manifest garbage": (damage.garbage_manifest, None, None, CONTENT, "manifest"),
    "not an update file": (lambda data: b"<html>" * 500, None, None, CONTENT, "not an update"),
    "empty file": (lambda data: b"", None, None, CONTENT, "ends early"),
}  # fmt: skip


class Found:
    """What one case left behind."""

    def __init__(self, statuses, console, runs_before, runs_after, resets):
        self.statuses = statuses
        self.console = console
        self.runs_before = runs_before
        self.runs_after = runs_after
        self.resets = resets


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Every case played on one charger: name -> Found."""
    return asyncio.run(_play(tmp_path_factory.mktemp("bad")))


async def _play(folder):
    results = {}
    async with Bench(folder, config={"confirm_after_s": 1}) as bench:
        await scenario.wait_ready(bench)
        good = bench.build((1, 1, 0))
        for name, (spoil, fault, location, _, _) in CASES.items():
            data = spoil(good) if spoil else good
            results[name] = await _update(bench, data, fault, location)
        results["replaced"] = await _replace(bench, good)
        results["selftest"] = await _update(bench, bench.build((1, 4, 0), variants.bad_selftest))
        results["raising"] = await _update(bench, bench.build((1, 5, 0), variants.raising))
        results["refused while installing"] = await _refuse(bench, bench.build((1, 2, 0)))
        await scenario.wait_available(bench, 0)
        results["violations"] = bench.charger.violations
    return results


async def _update(bench, data, fault=None, location=None):
    console, resets = len(bench.chip.console), len(bench.chip.resets)
    before = _running(bench)
    if location is None:
        bench.files.publish("case.ucup", data, fault)
        location = bench.files.url("case.ucup")
    since = await _request(bench, location)
    await scenario.wait_outcome(bench, since)
    return _found(bench, since, console, before, resets)


async def _request(bench, location):
    since = len(bench.charger.messages)
    payload = {"location": location, "retrieveDate": "2020-01-01T00:00:00Z", "retries": 0}
    await bench.charger.call("UpdateFirmware", payload)
    return since


async def _replace(bench, good):
    """A second request while the first one downloads: only the second's outcome comes."""
    console, resets = len(bench.chip.console), len(bench.chip.resets)
    before = _running(bench)
    bench.files.publish("slow.ucup", good, Fault(stall_at=40000))
    since = await _request(bench, bench.files.url("slow.ucup"))
    await scenario.wait_status(bench, "Downloading", since)
    bench.files.publish("wrong.ucup", damage.wrong_board(good))
    since = await _request(bench, bench.files.url("wrong.ucup"))
    await scenario.wait_outcome(bench, since)
    return _found(bench, since, console, before, resets)


async def _refuse(bench, good):
    """A second request between Installing and confirm is answered InternalError."""
    console, resets = len(bench.chip.console), len(bench.chip.resets)
    before = _running(bench)
    bench.files.publish("good.ucup", good)
    since = await _request(bench, bench.files.url("good.ucup"))
    await scenario.wait_status(bench, "Installing", since)
    await bench.charger.wait_for("BootNotification", None, 60, since)
    with pytest.raises(CallRejected) as caught:
        await _request(bench, bench.files.url("good.ucup"))
    assert "InternalError" in str(caught.value)
    await scenario.wait_outcome(bench, since)
    return _found(bench, since, console, before, resets)


def _running(bench):
    flash = snapshot(bench.chip)
    return flash.record.home, flash.payload_digest(flash.record.home)


def _found(bench, since, console, before, resets):
    statuses = [p["status"] for p in bench.charger.calls("FirmwareStatusNotification", since)]
    return Found(
        statuses,
        "\n".join(bench.chip.console[console:]),
        before,
        _running(bench),
        [reset.kind for reset in bench.chip.resets[resets:]],
    )


@pytest.mark.parametrize("name", CASES)
def test_refused_with_the_right_statuses(found, name):
    assert found[name].statuses == CASES[name][3]


@pytest.mark.parametrize("name", CASES)
def test_a_clear_log_line_and_no_crash(found, name):
    assert CASES[name][4] in found[name].console
    assert "Traceback" not in found[name].console
    assert found[name].resets == []


@pytest.mark.parametrize("name", CASES)
def test_the_same_slot_runs_unchanged(found, name):
    assert found[name].runs_after == found[name].runs_before


def test_a_second_request_replaces_the_first_while_it_downloads(found):
    assert found["replaced"].statuses == CONTENT
    assert "replaced by a newer request" in found["replaced"].console
    assert found["replaced"].runs_after == found["replaced"].runs_before


def test_a_second_request_is_refused_from_installing_to_confirm(found):
    assert found["refused while installing"].statuses == INSTALLED
    assert found["refused while installing"].runs_after != found["selftest"].runs_before


def test_a_trial_whose_self_test_fails_is_rejected_by_itself(found):
    assert found["selftest"].statuses == INSTALLED[:3] + ["InstallationFailed"]
    assert found["selftest"].resets == ["reset", "reset"]
    assert found["selftest"].runs_after == found["selftest"].runs_before


def test_a_trial_that_raises_is_tried_three_times(found):
    assert found["raising"].statuses == INSTALLED[:3] + ["InstallationFailed"]
    assert found["raising"].resets == ["reset"] * 4
    assert found["raising"].runs_after == found["raising"].runs_before


def test_the_central_system_saw_no_violation(found):
    assert found["violations"] == []
