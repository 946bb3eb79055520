"""The demo's judges: each wrong outcome must be called wrong, whatever the charger claims."""

import json
from types import SimpleNamespace

import pytest

from ucharge.build import image, updatefile
from ucharge.build.device import device_files
from ucharge.csms.charger import Charger
from ucharge.csms.transactions import Transactions
from ucharge.demo import judge
from ucharge.demo.flash import Flash
from ucharge.device_loader import record as records
from ucharge.device_loader import slots
from ucharge.sim.provision import make_image

pytestmark = pytest.mark.violations  # the books are written by hand

GOOD = "Downloading Downloaded Installing Installed"
FAILED = "Downloading Downloaded Installing InstallationFailed"


def _update(version):
    tree = {
        "firmware/version.py": b"VERSION = (%d, %d, %d)\nSTATE_SCHEMA = 1\n" % version,
        "firmware/app.py": b"def main(ctx):\n    pass\n",
    }
    data = image.build_update(["sim_rp2"], tree=tree, built=1)
    return data, updatefile.parse(data)


OLD_DATA, OLD = _update((1, 0, 0))
NEW_DATA, NEW = _update((1, 1, 0))


def _flash(state, reason="confirm", proven=("a", "b"), active="b", change=None):
    """Slot a holds OLD, slot b NEW; ``change(files)`` does the damage."""
    files = device_files({"name": "sim_rp2"}, {}, None, OLD_DATA)
    record = records.Record(state, active, "a", reason)
    record.sequence = 1
    record.version, record.digest = tuple(NEW.manifest["version"]), NEW.header.digest
    files["/slots/rec1"] = record.pack()
    files["/slots/b.rom"] = NEW.payload
    files["/slots/b.mf"] = bytes(NEW.header.data)
    if "b" in proven:
        files["/slots/b.ok"] = slots.proven_mark(NEW.header.digest, (0, 0, 0))
    if "a" not in proven:
        del files["/slots/a.ok"]
    if change:
        change(files)
    return Flash(make_image(files))


class Story:
    """A charger's book, written by hand."""

    def __init__(self):
        self.charger = Charger("CP001", Transactions(), lambda entry: None)
        self._number = 0

    def says(self, action, **payload):
        self._number += 1
        self.charger.note("charger", json.dumps([2, str(self._number), action, payload]))
        self.charger.note("central", json.dumps([3, str(self._number), {}]))
        return self

    def reports(self, statuses):
        for status in statuses.split():
            if status == "Installed" or status == "InstallationFailed":
                continue
            self.says("FirmwareStatusNotification", status=status)
        return self

    def boots(self, version):
        payload = {"chargePointVendor": "v", "chargePointModel": "m", "firmwareVersion": version}
        return self.says("BootNotification", **payload)

    def ends(self, status):
        return self.says("FirmwareStatusNotification", status=status)


def _installed_story(version="1.1.0"):
    return Story().reports(GOOD).boots(version).ends("Installed").charger


def test_a_good_update_is_expected():
    outcome = judge.judge_installed(_installed_story(), _flash(records.CONFIRMED), 0, NEW)
    assert outcome.is_expected, outcome.found


@pytest.mark.parametrize(
    ("charger", "flash", "wrong"),
    [
        (Story().reports(GOOD).ends("Installed").charger, _flash(records.CONFIRMED), "booted"),
        (_installed_story("1.0.0"), _flash(records.CONFIRMED), "booted"),
        (Story().boots("1.1.0").ends("Installed").charger, _flash(records.CONFIRMED), "statuses"),
        (_installed_story(), _flash(records.TRIAL, "install"), "record"),
        (_installed_story(), _flash(records.REJECTED, "watchdog"), "record"),
        (_installed_story(), _flash(records.CONFIRMED, proven="a"), "slot b"),
        (
            _installed_story(),
            _flash(records.CONFIRMED, change=lambda f: f.update({"/slots/b.rom": bytes(99)})),
            "slot b",
        ),
    ],
)
def test_a_claimed_update_is_not_enough(charger, flash, wrong):
    outcome = judge.judge_installed(charger, flash, 0, NEW)
    assert not outcome.is_expected
    assert outcome.found.startswith(f"WRONG {wrong}"), outcome.found


def test_an_update_that_did_not_wait():
    story = Story().reports("Downloading").says("StopTransaction", transactionId=1)
    story.reports("Downloaded Installing").boots("1.1.0").ends("Installed")
    outcome = judge.judge_installed(story.charger, _flash(records.CONFIRMED), 0, NEW, True)
    assert outcome.found == "WRONG waited: for the transaction's end"


def _resets(count, kind="watchdog"):
    return [SimpleNamespace(kind="reset"), *[SimpleNamespace(kind=kind)] * count]


def _rolled_back_story():
    return Story().reports(FAILED).boots("1.0.0").ends("InstallationFailed").charger


def test_a_rollback_is_expected():
    flash = _flash(records.REJECTED, "watchdog", proven="a")
    story = _rolled_back_story()
    outcome = judge.judge_rolled_back(story, flash, 0, NEW, OLD, _resets(3), 3)
    assert outcome.is_expected, outcome.found


@pytest.mark.parametrize(
    ("flash", "resets", "wrong"),
    [
        (_flash(records.REJECTED, "watchdog", proven="a"), _resets(2), "watchdog resets"),
        (_flash(records.REJECTED, "watchdog", proven="a"), _resets(4), "watchdog resets"),
        (_flash(records.REJECTED, "power", proven="a"), _resets(3), "record"),
        (_flash(records.TRIAL, "install", proven="a"), _resets(3), "record"),
        (_flash(records.REJECTED, "watchdog"), _resets(3), "slot b"),
        (_flash(records.REJECTED, "watchdog", proven=()), _resets(3), "slot a"),
    ],
)
def test_a_wrong_rollback(flash, resets, wrong):
    outcome = judge.judge_rolled_back(_rolled_back_story(), flash, 0, NEW, OLD, resets, 3)
    assert not outcome.is_expected
    assert outcome.found.startswith(f"WRONG {wrong}"), outcome.found


def _without_b(files):
    for suffix in ("mf", "ok"):
        files.pop(f"/slots/b.{suffix}", None)
    files["/slots/rec1"] = files["/slots/rec0"]


def test_a_refusal_is_expected_and_a_staged_file_is_not():
    story = Story().reports(FAILED).ends("InstallationFailed").charger
    refused = _flash(records.CONFIRMED, change=_without_b)
    outcome = judge.judge_refused(story, refused, 0, OLD, [])
    assert outcome.is_expected, outcome.found
    assert "resets" in judge.judge_refused(story, refused, 0, OLD, _resets(0)).found
    for flash in (_flash(records.TRIAL, "install"), _flash(records.REJECTED, "watchdog")):
        assert not judge.judge_refused(story, flash, 0, OLD, []).is_expected


def test_the_charge_must_be_one_and_metered_right():
    story = Story()
    story.says("StartTransaction", connectorId=1, idTag="A", meterStart=0, timestamp="t")
    books = story.charger._transactions
    books.start("CP001", 1, "A", 0, "t")
    car = SimpleNamespace(energy_wh=500.4, violations=[])
    assert not judge.judge_charge(story.charger, car, 0).is_expected  # still open
    books.stop(1, {"meter_stop": 500, "timestamp": "t", "reason": "Remote"})
    assert judge.judge_charge(story.charger, car, 0).is_expected
    car.energy_wh = 600
    assert "metered" in judge.judge_charge(story.charger, car, 0).found
    car.energy_wh, car.violations = 500, [SimpleNamespace(text="contactor closed while")]
    assert "contactor" in judge.judge_charge(story.charger, car, 0).found


def test_the_charge_after_the_update_must_be_on_the_new_version_and_metered_apart():
    story = Story().boots("1.0.0").boots("1.1.0")
    books = story.charger._transactions
    books.start("CP001", 1, "A", 0, "t")
    books.stop(1, {"meter_stop": 300, "timestamp": "t", "reason": "Remote"})
    since = len(story.charger.messages)
    car = SimpleNamespace(energy_wh=420, violations=[])

    def judged(version="1.1.0"):
        return judge.judge_charge_on(story.charger, car, since, 300, version)

    assert "StartTransaction" in judged().found  # the first charge does not count again
    story.says("StartTransaction", connectorId=1, idTag="A", meterStart=300, timestamp="u")
    books.start("CP001", 1, "A", 300, "u")
    books.stop(2, {"meter_stop": 420, "timestamp": "u", "reason": "Remote"})
    assert judged().is_expected
    assert "runs" in judged("1.2.0").found
    car.energy_wh = 720
    assert "metered" in judged().found
    story.boots("1.1.0")  # a reset during the charge
    assert "runs" in judged().found


def test_the_protocol_outcome_counts_violations():
    story = Story().boots("1.0.0")
    assert judge.judge_protocol(story.charger).is_expected
    story.says("StatusNotification", connectorId="one")
    assert "violations" in judge.judge_protocol(story.charger).found
    assert not judge.judge_protocol(Story().charger).is_expected
