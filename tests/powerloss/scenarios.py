"""The scenarios of the power-cut campaign: which updates are asked for, and their ends."""

from model import Image

import samples
from loader.header import Header

_INSTALLED = ("Downloading", "Downloaded", "Installing", "Installed")
_REVERTED = ("Downloading", "Downloaded", "Installing", "InstallationFailed")
_SIZE = 40000  # more than one flush of 32 KiB, less than a sector short of whole


def _image(name, seed, version, hangs=False):
    payload = samples.payload(_SIZE + seed * 100, seed)
    file = samples.update_file(payload, version=list(version), floor=list(version))
    head = file[: len(file) - len(payload)]
    return Image(name, payload, file, Header(head).digest, version, hangs)


FACTORY = _image("factory", 1, (1, 0, 0))
_GOOD = _image("good", 2, (1, 1, 0))
_NEXT = _image("next", 3, (1, 2, 0))
_HANG = _image("hang", 4, (1, 1, 0), hangs=True)

SCENARIOS = {
    # install, trial, confirm; then the next update, which must find a sound device
    "install": [(_GOOD, _INSTALLED), (_NEXT, _INSTALLED)],
    # a hanging image is tried and rolled back; then a good one
    "revert": [(_HANG, _REVERTED), (_GOOD, _INSTALLED)],
}
