"""Whole chips in want of something: of a configuration, of another image, of an answer."""

import asyncio

import pytest

from ucharge.csms.errors import CallRejected
from ucharge.demo import scenario
from ucharge.demo.bench import FIRST_VERSION, Bench
from ucharge.demo.flash import snapshot
from ucharge.device_loader import record as records


class ChangedBench(Bench):
    """A bench whose flash is changed before the first start: path -> bytes, None removes."""

    def __init__(self, folder, changes, **options):
        self._changes = changes
        super().__init__(folder, **options)

    def provision(self, version=FIRST_VERSION):
        super().provision(version)
        files = {path: self.chip.read_file(path) for path in self.chip.list_files()}
        files = {**files, **self._changes}
        self.chip.provision({path: data for path, data in files.items() if data is not None})


def play(folder, changes, story, **config):
    async def inner():
        config_of_all = {"confirm_after_s": 1, **config}
        async with ChangedBench(
            folder, changes, config=config_of_all, watchdog_scale=0.3
        ) as bench:
            return await asyncio.wait_for(story(bench), 60)

    return asyncio.run(inner())


@pytest.mark.parametrize("data", [None, b"{", b'{"identity": 7}'])
def test_without_a_configuration_it_waits_and_blames_no_image(tmp_path, data):
    async def story(bench):
        await bench.chip.wait_console("/config.json")
        await asyncio.sleep(4)
        return [reset.kind for reset in bench.chip.resets], snapshot(bench.chip).record

    resets, record = play(tmp_path, {"/config.json": data}, story)
    assert resets == []
    assert (record.home, record.unhealthy) == ("a", 0)


ONLY_IMAGE = {"/slots/rec0": None, "/slots/a.ok": None}


def test_the_only_image_is_not_rejected_while_nobody_answers(tmp_path):
    async def story(bench):
        await bench.central.stop()
        seen = len(bench.chip.console)
        await bench.chip.kill()
        await bench.chip.start()
        await bench.chip.wait_console("on trial", start=seen)
        await asyncio.sleep(4)
        resets = [reset.kind for reset in bench.chip.resets]
        await bench.central.start()
        await bench.chip.wait_console("is confirmed")
        return resets, snapshot(bench.chip).record.state

    resets, state = play(tmp_path, ONLY_IMAGE, story, trial_deadline_s=1)
    assert resets == ["cut"]
    assert state == records.CONFIRMED


def test_an_update_asked_for_in_a_trial_without_a_job_is_refused(tmp_path):
    async def story(bench):
        await scenario.wait_ready(bench)
        with pytest.raises(CallRejected) as caught:
            await scenario.request_update(bench, "x.ucup", b"")
        return str(caught.value), bench.chip.resets

    refusal, resets = play(tmp_path, ONLY_IMAGE, story, confirm_after_s=30)
    assert "InternalError" in refusal
    assert resets == []


def test_a_request_right_after_a_roll_back_does_not_lose_the_outcome(tmp_path):
    async def story(bench):
        await scenario.wait_ready(bench)
        since = await scenario.request_update(bench, "bad.ucup", bench.build((1, 1, 0), _raise))
        await scenario.wait_status(bench, "Installing", since)
        await bench.chip.wait_console("trial, attempts used up", 30)
        await bench.charger.wait_connected(20)
        good = bench.build((1, 2, 0))
        await bench.charger.wait_for("BootNotification", None, 20, since)
        await scenario.request_update(bench, "good.ucup", good)
        await scenario.wait_status(bench, "Installed", since)
        return [p["status"] for p in bench.charger.calls("FirmwareStatusNotification", since)]

    steps = ["Downloading", "Downloaded", "Installing"]
    assert play(tmp_path, {}, story) == [*steps, "InstallationFailed", *steps, "Installed"]


def _raise(tree):
    return {**tree, "firmware/app.py": b'"""Broken."""\n\n\ndef main(_):\n    raise ValueError\n'}
