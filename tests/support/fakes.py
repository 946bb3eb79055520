"""Puts the simulator's hardware fakes in the place of ``machine``, ``network`` and ``rp2``.

Import this first, and the fakes from here; on both interpreters. ``wires`` is their state.
"""

import sys

from sim_board import BOARD  # noqa: F401

_HERE = __file__.replace("\\", "/")
_ROOT = _HERE[: -len("tests/support/fakes.py")]

sys.path.insert(0, _ROOT + "tools/ucharge/sim/chip")
sys.modules.pop("machine", None)  # MicroPython's own, if something had imported it
import machine  # noqa: E402
import network  # noqa: E402
import network_esp32  # noqa: E402, F401
import rp2  # noqa: E402, F401
from wires import IllegalUse, wires  # noqa: E402, F401

_of_rp2 = machine._number, machine.Pin  # pyright: ignore[reportAttributeAccessIssue]
import machine_esp32  # noqa: E402, F401 for its chip alone: the pins stay the RP2's

machine._number, machine.Pin = _of_rp2  # pyright: ignore[reportAttributeAccessIssue]

sys.path.pop(0)


class NoReset(Exception):
    """Raised where the fake chip would end its process."""


def power_on(**settings):
    """The fakes as after power-on; ``settings`` as the runner would send them."""
    wires.reset(settings)
    wires.die = _die
    wlan = network.WLAN()
    wlan.disconnect()
    wlan.active(False)
    machine.RTC._offset_s = None  # pyright: ignore


def _die():
    raise NoReset
