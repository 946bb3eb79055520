"""Whatever breaks a download, over a real link: the right statuses, connectors as before, and
the next good update is installed. As plain and as signed requests.

On whole chips: `tests/sim/test_bad_updates.py`, `tests/sim/test_signed_updates.py`.
"""

import ssl

import pytest

from download_case import FAILED, FILE, INSTALLED, KINDS, OTHER, REFUSED, Case, Stage, digest_of
from net_certificates import old_tls, server_tls
from ucharge.csms.firmware_host import Fault

HEAD = len(FILE) - 60000
CUTS = [10 + number * (len(FILE) - 11) // 19 for number in range(20)]

# name -> (fault of the host, retries, statuses)
FAULTS = {
    "stall": (Fault(stall_at=30000), 0, FAILED),
    "stall within the head of the file": (Fault(stall_at=100), 0, FAILED),
    "stall, then fine": (Fault(stall_at=30000, times=1), 1, INSTALLED),
    "404": (Fault(status=404), 1, FAILED),
    "404, then fine": (Fault(status=404, times=1), 1, INSTALLED),
    "500": (Fault(status=500), 1, FAILED),
    "500, then fine": (Fault(status=500, times=2), 2, INSTALLED),
    "Content-Length too large": (Fault(length_delta=100), 1, REFUSED),
    "Content-Length too small": (Fault(length_delta=-100), 1, REFUSED),
    "redirect loop": (Fault(location="/case"), 0, FAILED),
    "redirect to where there is no TLS": (Fault(location="http://127.0.0.1:1/"), 0, FAILED),
    "slow drip": (Fault(rate_bytes_s=800, chunk_bytes=16), 0, FAILED),
    "slow drip, then fine": (Fault(rate_bytes_s=800, chunk_bytes=16, times=1), 1, INSTALLED),
    # HTTP ends with what was promised: what follows is nobody's.
    "body longer than promised": (Fault(excess=9000), 0, INSTALLED),
}
TLS = ("wrong_ca", "wrong_name", "expired", "not_yet", "self_signed", "old version", "no TLS")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("certificates")) as stage:
        yield stage


@pytest.fixture(params=KINDS)
def case(stage, request):
    with Case(stage, request.param) as case:
        yield case


@pytest.mark.parametrize("name", FAULTS)
def test_fault(case, name):
    fault, retries, statuses = FAULTS[name]
    case.ask(FILE, fault, retries)
    case.see(statuses)
    case.good(OTHER)


def test_connection_cut_at_20_places(case):
    for cut_at in CUTS:
        case.ask(FILE, Fault(truncate_at=cut_at))
        case.see(FAILED)
    case.good()


def test_connection_cut_at_20_places_then_fine(case):
    for number, cut_at in enumerate(CUTS):
        # Never the image that runs, for then nothing would be seen of it.
        data = (FILE, OTHER)[number % 2]
        cut_at = min(cut_at, len(data) - 1)
        since = len(case.host.requests)
        case.ask(data, Fault(truncate_at=cut_at, times=1), 1)
        case.see(INSTALLED)
        assert case.bench.runs() == digest_of(data)
        first, again = case.host.requests[since:]
        assert first.start == 0
        head = int.from_bytes(data[6:8], "little")
        kept = max(0, cut_at - head) // 4096 * 4096
        assert again.start == (head + kept if cut_at >= head else 0), "by whole sectors"


def test_another_file_in_between(case):
    """A plain request takes the new one; what a signed one promised was another."""
    case.ask(FILE, Fault(truncate_at=30000), 1)
    case.bench.wait(lambda: case.bench.job.attempts_left == 1)
    case.host.publish("case", OTHER)
    case.bench.outcome()
    if case.kind == "plain":
        assert case.bench.told() == INSTALLED["plain"]
        assert case.bench.runs() == digest_of(OTHER)
    else:
        assert case.bench.told() == ["Downloading", "Downloaded", "InvalidSignature"]
        assert case.bench.events() == ["InvalidFirmwareSignature"]
    case.bench.central.forget()
    case.good()


def test_another_file_in_between_under_the_same_ETag(case):
    case.ask(FILE, Fault(truncate_at=30000, etag='"same"'), 1)
    case.bench.wait(lambda: case.bench.job.attempts_left == 1)
    case.host.publish("case", FILE[:HEAD] + bytes(60000), Fault(etag='"same"'))
    case.see(REFUSED)
    case.good()


@pytest.mark.parametrize("name", TLS)
def test_TLS_failure(case, stage, name):
    if name == "no TLS":
        tls = None
    elif name == "old version":
        tls = old_tls(ssl.TLSVersion.TLSv1_1)
        tls.load_cert_chain(stage.folder / "good.pem")
    else:
        tls = server_tls(stage.folder, name)
    host = stage.make_host(tls)
    host.publish("case", FILE)
    case.ask(location=f"https://127.0.0.1:{host.port}/case")
    case.see(FAILED)
    case.good()


def tell_time(bench, years):
    """The central system tells a time that is so far off."""
    bench.clock_error_s = years * 365 * 86400
    bench.central.call("TriggerMessage", {"requestedMessage": "Heartbeat"})
    bench.run(2)
    bench.central.forget()


@pytest.mark.parametrize("years", [-1, 10])
def test_clock_wrong(case, years):
    """No certificate is good then, until the clock is mended."""
    bench = case.bench
    tell_time(bench, years)
    if case.kind == "plain":
        bench.ask(location=case.host.publish("case", FILE), retrieveDate="2020-01-01T00:00:00Z")
        bench.outcome()
        assert bench.told() == REFUSED["plain"]
    else:
        answer = bench.request(case.host.publish("case", FILE), b"sign")
        assert answer == {"status": "InvalidCertificate"}
        bench.outcome()
        assert bench.told() == []
    assert bench.events() == ["InvalidFirmwareSigningCertificate"]
    assert bench.central.payloads("StatusNotification") == []
    tell_time(bench, 0)
    case.good()


@pytest.mark.parametrize("years", [-30, 30])
def test_clock_that_can_not_be_right_is_not_believed(case, years):
    tell_time(case.bench, years)
    case.good()


def test_disk_full_from_the_start(case):
    case.bench.files.free_bytes = lambda: 170000
    case.ask()
    case.see(REFUSED)
    del case.bench.files.free_bytes
    case.good()


@pytest.mark.parametrize("left", [0, 3000, 20000, 40000])
def test_disk_full_in_between(case, left):
    """What the slot had counted on is gone; not even the job's own step could be kept."""
    files = case.bench.files
    files.left = left
    case.ask()
    case.see(REFUSED)
    files.limit = None
    case.good()
