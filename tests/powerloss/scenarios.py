"""The scenarios of the power-cut campaign: which updates are asked for, and their ends."""

from model import Image, Scenario, Update

import samples
from loader.header import Header

_INSTALLED = ("Downloading", "Downloaded", "Installing", "Installed")
_REVERTED = ("Downloading", "Downloaded", "Installing", "InstallationFailed")
_SIZE = 40000  # more than one flush of 32 KiB, less than a sector short of whole


def _image(name, seed, version, **behaviour):
    payload = samples.payload(_SIZE + seed * 100, seed)
    file = samples.update_file(payload, version=list(version), floor=list(version))
    head = file[: len(file) - len(payload)]
    return Image(name, payload, file, Header(head).digest, version, **behaviour)


_FACTORY = _image("factory", 1, (1, 0, 0))
_GOOD = _image("good", 2, (1, 1, 0))
_NEXT = _image("next", 3, (1, 2, 0))
_HANG = _image("hang", 4, (1, 1, 0), hangs=True)
_CRASH = _image("crash", 5, (1, 1, 0), crashes=True)


def _from_factory(*updates):
    return Scenario({"a": _FACTORY}, "a", updates)


SCENARIOS = {
    # install, trial, confirm; then the next update, which must find a sound device
    "install": _from_factory(Update(_GOOD, _INSTALLED), Update(_NEXT, _INSTALLED)),
    # a hanging image is tried and rolled back; then a good one
    "revert": _from_factory(Update(_HANG, _REVERTED), Update(_GOOD, _INSTALLED)),
    # as before, the next update always asked for before the last outcome is reported
    "eager": _from_factory(
        Update(_HANG, _REVERTED),
        Update(_GOOD, _INSTALLED, is_eager=True),
        Update(_NEXT, _INSTALLED, is_eager=True),
    ),
    # a confirmed, proven image goes bad: back to the other one, which is updated later
    "crashloop": Scenario(
        {"a": _FACTORY, "b": _CRASH}, "b", (Update(_NEXT, _INSTALLED),), settles_on=_FACTORY
    ),
}
