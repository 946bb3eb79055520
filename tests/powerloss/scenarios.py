"""The scenarios of the power-cut campaign: which updates are asked for, and their ends."""

from chips import update_file
from model import Image, Scenario, Update

_INSTALLED = ("Downloading", "Downloaded", "Installing", "Installed")
_REVERTED = ("Downloading", "Downloaded", "Installing", "InstallationFailed")
_SIZE = 40000  # more than one flush of 32 KiB, less than a sector short of whole
_SMALL = {"rp2": 500, "esp32": 8900}  # on the ESP32 an application and its ROMFS


def scenarios(family):
    """Name -> Scenario for "rp2" or "esp32"."""

    def image(name, seed, version, size=_SIZE, **behaviour):
        file, payload, digest = update_file(family, size + seed * 100, seed, version)
        return Image(name, payload, file, digest, version, **behaviour)

    factory = image("factory", 1, (1, 0, 0))
    good = image("good", 2, (1, 1, 0))
    later = image("next", 3, (1, 2, 0))
    hang = image("hang", 4, (1, 1, 0), hangs=True)
    small = image("small", 7, (1, 1, 0), _SMALL[family])
    small_hang = image("small hang", 8, (1, 1, 0), _SMALL[family], hangs=True)
    crash = image("crash", 5, (1, 1, 0), crashes=True)
    sick = image("sick", 6, (1, 1, 0), rejects=True)

    def from_factory(*updates):
        return Scenario({"a": factory}, "a", updates)

    return {
        # so short that every pair of cuts can be made
        "brief": from_factory(Update(small, _INSTALLED)),
        "brief_revert": from_factory(Update(small_hang, _REVERTED)),
        # install, trial, confirm; then the next update, which must find a sound device
        "install": from_factory(Update(good, _INSTALLED), Update(later, _INSTALLED)),
        # a hanging image is tried and rolled back; then a good one
        "revert": from_factory(Update(hang, _REVERTED), Update(good, _INSTALLED)),
        # an image rejects itself, and home is the slot that blank otadata does not mean
        "reject": Scenario(
            {"b": factory}, "b", (Update(sick, _REVERTED), Update(good, _INSTALLED))
        ),
        # as before, the next update always asked for before the last outcome is reported
        "eager": from_factory(
            Update(hang, _REVERTED),
            Update(good, _INSTALLED, is_eager=True),
            Update(later, _INSTALLED, is_eager=True),
        ),
        # a confirmed, proven image goes bad: back to the other one, which is updated later
        "crashloop": Scenario(
            {"a": factory, "b": crash}, "b", (Update(later, _INSTALLED),), settles_on=factory
        ),
    }
