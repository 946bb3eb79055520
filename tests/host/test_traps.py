"""What was measured on real chips and surprises, one test each: the fakes do the same, and the
project's own code does not fall for it.

The fakes are those of the simulated chip. More of them: tests/unit/test_esp32_fake.py.
"""

import calendar
import sys
import time

import pytest

import samples
from esp_bench import Board, app_image, esp32, nor
from esp_device import NEXT, Device
from fakes import machine, power_on, rp2
from firmware.hal import start
from loader import chip as loader_chip
from loader.header import Header
from loader.record import REJECTED
from loader.resets import POWER_ON, SOFT
from ucharge.boards import board_names, load_board
from ucharge.build.image import build_for
from ucharge.build.updatefile import parse
from ucharge.sim.provision import FlashUnreadable, list_files, make_image

IMAGE = app_image.make(samples.payload(9000, 1))
OTHER = app_image.make(samples.payload(9000, 2))
SECTOR = 4096
wires = sys.modules["wires"]  # of the fakes


@pytest.fixture
def board():
    """An ESP32 that runs ota_0."""
    found = Board({"ota_0": IMAGE, "ota_1": OTHER})
    found.reset()
    return found


WRITES = []  # (length, offset) of each


class Recorded(esp32.Partition):
    """A partition that notes how it is written."""

    def writeblocks(self, block, buf, offset=None):
        WRITES.append((len(buf), offset))
        super().writeblocks(block, buf, offset)


@pytest.fixture
def device(monkeypatch):
    """A device on the ESP32 fakes, whose writes to partitions are noted."""
    WRITES.clear()
    monkeypatch.setattr(esp32, "Partition", Recorded)
    found = Device()
    found.setUp()
    return found


def content(partition, count):
    data = bytearray(count)
    partition.readblocks(0, data)
    return bytes(data)


def test_two_arguments_of_writeblocks_erase(board):
    slot = esp32.Partition("ota_1")
    slot.writeblocks(0, b"\x0f" * SECTOR)
    slot.writeblocks(0, b"\x01" * 8, 16)  # three do not: bits only go from 1 to 0
    assert content(slot, 32)[15:25] == b"\x0f" + b"\x01" * 8 + b"\x0f"
    with pytest.raises(nor.NotErasedError):
        slot.writeblocks(0, b"\xf0" * 8, 32)
    slot.writeblocks(0, b"\xf0" * SECTOR)
    assert content(slot, SECTOR) == b"\xf0" * SECTOR


def test_no_write_of_ours_erases_unasked(device):
    device.stage()
    assert WRITES
    assert all(offset is not None for _, offset in WRITES)


def test_a_length_off_4096_is_refused_by_number(board):
    for length in (1, 256, 4095, 4097):
        with pytest.raises(OSError, match="ESP_ERR_INVALID_SIZE") as caught:
            esp32.Partition("ota_1").writeblocks(0, bytes(length))
        assert caught.value.args[0] == -260


def test_every_write_of_ours_has_4096_bytes(device):
    assert len(NEXT[0]) % SECTOR
    device.stage()
    assert {length for length, _ in WRITES} == {SECTOR}


def test_a_length_off_256_programs_what_lies_behind_the_data():
    flash = nor.NorFlash(nor.MemoryCells(16), 16)
    rp2.power_on(flash)
    try:
        part = rp2.Flash(start=2 * SECTOR, len=4 * SECTOR)
        part.ioctl(6, 0)
        part.writeblocks(0, b"\x00" * 300, 0)  # nothing is raised
        data = bytearray(512)
        part.readblocks(0, data)
        assert data[:300] == bytes(300)
        assert data[300:] == rp2.STRAY * 212
        for start_at, size in ((1, SECTOR), (0, 100), (-SECTOR, SECTOR), (0, 17 * SECTOR)):
            with pytest.raises(ValueError):
                rp2.Flash(start=start_at, len=size)
    finally:
        rp2.power_on(None)


def test_on_stock_builds_nobody_writes_raw_flash():
    with pytest.raises(wires.IllegalUse):
        rp2.Flash()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"\xea" + data[1:],
        lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
        lambda data: data[:-40],
        lambda data: app_image.make(samples.payload(9000, 2), chip_id=9),
    ],
    ids=["empty", "magic", "flipped bit", "truncated", "another chip"],
)
def test_set_boot_verifies_the_whole_image(board, spoil):
    board.put("ota_1", b"\xff" * 12 * SECTOR)
    board.put("ota_1", spoil(OTHER))
    before = board.states()
    with pytest.raises(OSError, match="ESP_ERR_OTA_VALIDATE_FAILED") as caught:
        esp32.Partition("ota_1").set_boot()
    assert caught.value.args[0] == -5379
    assert board.states() == before


def test_what_set_boot_refuses_arms_no_trial(device):
    slot = device.stage()
    device.board.put("ota_1", b"\x00", 5000)
    with pytest.raises(OSError):
        slot.start_next()
    _, decision = device.boot()
    assert decision.slot == "a"


def test_a_watchdog_can_not_be_stopped():
    power_on()
    dog = machine.WDT(timeout=8388)
    assert not {"deinit", "stop", "disable"} & set(dir(dog))
    with pytest.raises(wires.IllegalUse):
        machine.mem32[0x40058000] = 0
    for too_long in (8389, 60000):
        with pytest.raises(ValueError):
            machine.WDT(timeout=too_long)


def test_a_watchdog_survives_a_soft_reset_and_tells_of_it():
    power_on()
    rp2040 = loader_chip.Chip({"chip": "rp2040"})
    assert rp2040.reset_cause() == POWER_ON
    machine.WDT(timeout=8388)
    with pytest.raises(SystemExit):
        machine.soft_reset()
    assert rp2040.reset_cause() == SOFT  # the port itself still says power-on
    assert machine.reset_cause() == 1


@pytest.mark.parametrize("name", board_names())
def test_no_board_asks_its_watchdog_for_more_than_it_can(name):
    config = load_board(name)
    if config["family"] == "rp2":
        assert config["watchdog_ms"] <= 8388


def test_the_second_reset_rolls_back(board):
    esp32.Partition("ota_1").set_boot()
    assert board.reset() == "ota_1"
    assert board.reset() == "ota_0"
    assert board.reset() == "ota_0"


def test_a_trial_is_over_after_the_second_reset(device):
    device.arm()
    _, decision = device.boot()
    assert decision.slot == "b"
    held, decision = device.boot()
    assert (decision.slot, held.state) == ("a", REJECTED)
    assert held.reason == "reset"


def test_a_smaller_file_system_can_not_be_mounted():
    """Which is why the frozen _boot.py makes it anew: tests/sim/test_chip_start.py."""
    files = {"/boot.py": b"print('here')"}
    small = make_image(files, 100)
    assert list_files(small) == {"/boot.py": 13}
    with pytest.raises(FlashUnreadable):
        list_files(small + b"\xff" * 112 * SECTOR)
    assert list_files(make_image(files, 212)) == {"/boot.py": 13}


def test_the_clock_starts_in_2021_and_never_before_the_image():
    power_on()
    assert machine.RTC().datetime()[:3] == (2021, 1, 1)
    built = parse(build_for(load_board("sim_rp2"))).manifest["built"]
    clock = _Clock()
    kept = start.time, start.chip.time, start.chip.machine
    start.time = start.chip.time = start.chip.machine = clock
    try:
        start.raise_clock(built)
        assert clock.time() == built
        start.raise_clock(built - 1)
        assert clock.time() == built
    finally:
        start.time, start.chip.time, start.chip.machine = kept


class _Clock:
    """`time` and `machine` of a chip whose time.time() goes by its RTC; it stands still."""

    def __init__(self):
        self._rtc = machine.RTC()

    def RTC(self):
        return self._rtc

    def time(self):
        year, month, day, _, hour, minute, second, _ = self._rtc.datetime()
        return calendar.timegm((year, month, day, hour, minute, second))

    @staticmethod
    def gmtime(seconds):
        return time.gmtime(seconds)


def test_bytes_behind_an_image_are_nobodys_business(board):
    """Of set_boot and the boot loader: the ROMFS tail is the loader's to verify."""
    board.put("ota_1", b"\x55" * 100, len(OTHER))
    esp32.Partition("ota_1").set_boot()
    assert board.reset() == "ota_1"


def test_a_flipped_bit_in_the_tail_is_the_loaders_to_find(device):
    slot = device.stage()
    header = Header(NEXT[1])
    assert slot.matches(header)
    device.board.put("ota_1", bytes([NEXT[0][-1] ^ 1]), len(NEXT[0]) - 1)
    esp32.Partition("ota_1").set_boot()  # which takes it
    assert not device.slots()["b"].matches(header)


def test_writing_the_running_partition_aborts_the_chip(board):
    with pytest.raises(esp32.ChipAbort):
        esp32.Partition("ota_0").writeblocks(0, bytes(SECTOR))
    assert not issubclass(esp32.ChipAbort, Exception)
