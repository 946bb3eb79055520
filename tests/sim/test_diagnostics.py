"""GetDiagnostics on a whole chip: the file that arrives, refusals, retries, resets, a charge.

One charger takes all of it in turn; judged from what the host and the central system received.
"""

import asyncio
import re

import pytest

from ucharge.build import damage
from ucharge.csms.firmware_host import Fault
from ucharge.demo import scenario
from ucharge.demo.bench import Bench

STATUSES = ("Uploaded", "UploadFailed")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Everything in one run: name -> what was found."""
    return asyncio.run(_play(tmp_path_factory.mktemp("diagnostics")))


async def _play(folder):
    found = {}
    async with Bench(folder, config={"confirm_after_s": 1}) as bench:
        await scenario.wait_ready(bench)
        since = await scenario.request_update(
            bench, "bad", damage.wrong_board(bench.build((9, 0, 0)))
        )
        await scenario.wait_outcome(bench, since)
        for name, fault, location, more in (
            ("good", None, None, {}),
            ("a range", None, None, {"startTime": "2020-01-01T00:00:00Z",
                                     "stopTime": "2020-01-02T00:00:00Z"}),
            ("refused", Fault(status=404), None, {}),
            ("cut", Fault(truncate_at=100), None, {}),
            ("retried", Fault(status=500, times=2), None, {"retries": 2, "retryInterval": 0}),
            ("ftp", None, "ftp://127.0.0.1/x", {"retries": 3}),
            ("plain http", None, "http://127.0.0.1:1/x", {}),
            ("nobody there", None, "https://127.0.0.1:1/x", {}),
            ("no url", None, "nonsense", {}),
        ):  # fmt: skip
            found[name] = await _get(bench, fault, location, more)
        found["empty range"] = await bench.charger.call(
            "GetDiagnostics",
            {"location": bench.files.url("logs"), "startTime": "2100-01-01T00:00:00Z"},
        )
        found["protocols"] = await bench.charger.call(
            "GetConfiguration", {"key": ["SupportedFileTransferProtocols"]}
        )
        found["charging"] = await _while_charging(bench)
        found["reset"] = await _over_a_reset(bench)
        found["violations"] = bench.charger.violations
    return found


async def _request(bench, location=None, **more):
    payload = {"location": location or bench.files.url("logs"), **more}
    return await bench.charger.call("GetDiagnostics", payload)


async def _outcome(bench, since):
    await bench.charger.wait_for(
        "DiagnosticsStatusNotification", lambda p: p["status"] in STATUSES, 40, since
    )
    return _statuses(bench, since)


def _statuses(bench, since):
    calls = bench.charger.calls("DiagnosticsStatusNotification", since)
    return [payload["status"] for payload in calls]


async def _get(bench, fault, location, more):
    since, taken = len(bench.charger.messages), len(bench.files.uploads.taken)
    bench.files.uploads.fault = fault
    answer = await _request(bench, location, **more)
    statuses = await _outcome(bench, since)
    bench.files.uploads.fault = None
    return answer, statuses, bench.files.uploads.taken[taken:]


async def _while_charging(bench):
    """No new TLS connection while the contactor is closed."""
    await scenario.start_charge(bench)
    since = len(bench.charger.messages)
    await _request(bench)
    await asyncio.sleep(2)
    meanwhile = _statuses(bench, since)
    await scenario.stop_charge(bench)
    return meanwhile, await _outcome(bench, since)


async def _over_a_reset(bench):
    """An attempt that a reset breaks off counts; the next one follows after the boot."""
    since, taken = len(bench.charger.messages), len(bench.files.uploads.taken)
    bench.files.uploads.fault = Fault(stall_at=10, stall_s=60, times=1)
    await _request(bench, retries=1, retryInterval=1)
    await bench.charger.wait_for("DiagnosticsStatusNotification", None, 20, since)
    await bench.charger.call("Reset", {"type": "Hard"})
    await bench.charger.wait_for("BootNotification", None, 60, since)
    statuses = await _outcome(bench, since)
    bench.files.uploads.fault = None
    return statuses, bench.files.uploads.taken[taken:]


def test_the_file_arrives_with_what_it_should_hold(played):
    answer, statuses, taken = played["good"]
    assert statuses == ["Uploading", "Uploaded"]
    assert [upload.name for upload in taken] == ["logs/" + answer["fileName"]]
    text = taken[0].data.decode()
    title, versions, crash, log = re.split("\n-- .*\n", text)
    assert "firmwareVersion=1.0.0" in title
    assert "app: 1.0.0, slot a, confirmed" in versions
    assert re.search("update: request, 1.0.0 -> .*: content_refused, .*another_board", versions)
    assert crash == ""
    lines = log.splitlines()
    assert len(lines) > 5
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \d+\.\d{3} ", line) for line in lines)
    assert lines[0].endswith("app: 1.0.0, slot a, confirmed")
    assert any("BootNotification Accepted" in line for line in lines)


def test_only_the_time_that_was_asked_for(played):
    _, statuses, taken = played["a range"]
    assert statuses == ["Uploading", "Uploaded"]
    assert taken[0].data.decode().endswith("-- log\n")
    assert played["empty range"] == {}


@pytest.mark.parametrize("name", ["refused", "cut", "ftp", "plain http", "nobody there", "no url"])
def test_a_failure_is_told_once(played, name):
    answer, statuses, _ = played[name]
    assert "fileName" in answer
    assert statuses == ["Uploading", "UploadFailed"]


def test_the_protocols_it_tells_are_those_it_takes(played):
    told = {"key": "SupportedFileTransferProtocols", "readonly": True, "value": "HTTPS"}
    assert played["protocols"] == {"configurationKey": [told]}
    assert played["good"][1][-1] == "Uploaded"
    for name in ("ftp", "plain http"):
        assert played[name][1][-1] == "UploadFailed"


def test_as_many_attempts_as_allowed(played):
    _, statuses, taken = played["retried"]
    assert statuses == ["Uploading", "Uploaded"]
    assert [upload.status for upload in taken] == [500, 500, 201]


def test_waits_for_the_contactor_to_open(played):
    assert played["charging"] == ([], ["Uploading", "Uploaded"])


def test_an_attempt_broken_off_by_a_reset_is_followed_by_the_next(played):
    statuses, taken = played["reset"]
    assert statuses == ["Uploading", "Uploaded"]
    assert [upload.status for upload in taken] == [0, 201]
    assert b"app: reset, Hard" in taken[-1].data, "the log is written before a reset"


def test_nothing_the_specification_forbids(played):
    assert played["violations"] == []
