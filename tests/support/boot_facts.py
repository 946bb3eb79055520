"""Slots and records in few words, for tests of the boot decision."""

from loader import decide as d
from loader.record import Record
from loader.resets import HARD


class Slot:
    """A slot as the table sees it."""

    def __init__(self, verifies=True, proven=False, version=(1, 0, 0), floor=(0, 0, 0)):
        self._verifies = verifies
        self._proven = proven
        self._version = version
        self._floor = floor

    def verifies(self):
        return self._verifies

    def proven(self):
        return self._proven and self._verifies

    def version(self):
        return self._version

    def floor(self):
        return self._floor

    def digest(self):
        return bytes([self._version[1]]) * 32


def good(version=(1, 0, 0), floor=(0, 0, 0)):
    return Slot(True, True, version, floor)


def fresh(version=(1, 1, 0)):
    return Slot(True, False, version)


def broken(proven=True):
    return Slot(False, proven)


def record(state, active="b", previous="a", **changes):
    changes.setdefault("reason", "install")
    return Record(state, active, previous).copy(**changes)


def decide(rec, a, b, cause=HARD, **more):
    return d.decide(d.Facts(rec, cause, {"a": a, "b": b}, **more))
