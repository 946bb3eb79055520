"""Two images and the state at its largest fit the smallest board, on its real file system."""

import pytest

from firmware.room import shortage
from samples import folder
from ucharge.boards import load_board
from ucharge.build.device import device_files, make_config
from ucharge.build.image import build_for
from ucharge.build.updatefile import parse
from ucharge.device_loader import slots
from ucharge.sim.provision import FlashFull, make_image

PICO_W_SECTORS = 848 // 4
STATE_BYTES = slots._RESERVE


@pytest.fixture(scope="module")
def files():
    """A provisioned Pico W whose both slots are full."""
    board = load_board("rpi_pico_w")
    update = build_for(board)
    found = device_files(board, make_config("CP001", "wss://h/ocpp", board), b"x" * 1000, update)
    found["/slots/b.rom"] = parse(update).payload
    found["/slots/b.mf"] = found["/slots/a.mf"]
    return found


def state(size):
    """As the outbox and the logs lie there: many files of at most 4 KB."""
    return {f"/state/outbox/{at}": b"x" * 4096 for at in range(size // 4096)}


def test_a_pico_w_holds_two_images_and_the_state(files):
    make_image({**files, **state(STATE_BYTES)}, PICO_W_SECTORS)


def test_half_of_it_does_not(files):
    with pytest.raises(FlashFull):
        make_image({**files, **state(STATE_BYTES)}, PICO_W_SECTORS // 2)


class Roomy:
    """A `Files` with ``free`` bytes left."""

    def __init__(self, free):
        self._files = folder()
        self.free = free

    def free_bytes(self):
        return self.free

    def __getattr__(self, name):
        return getattr(self._files, name)


@pytest.mark.parametrize(
    ("free", "held", "is_short"),
    [
        (STATE_BYTES + 150000, 0, False),
        (STATE_BYTES + 149999, 0, True),
        (STATE_BYTES, 150000, False),
        (0, 150000, True),
    ],
)
def test_the_line(free, held, is_short):
    files = Roomy(free)
    if held:
        files.write("/slots/b.rom", bytes(held))
    line = shortage(files, slots.FileSlot(files, "b"), 150000)
    assert bool(line) is is_short
    if is_short:
        assert line.startswith(
            "storage: too small for updates: an image has 147 KB, there is room"
        )
        assert f"{free // 1024} KB are free" in line
