"""What the world outside the flash knows, and the five invariants held against it.

The model is told what happened by the bench, never by the device's own state files; so it
also notices a device that lies to itself. Invariants: shared names with DESIGN, "1" to "5".
"""

from loader.decide import RUN
from loader.record import CONFIRMED, TRIAL

MAX_TRIALS = 3
OUTCOMES = ("Installed", "InstallationFailed", "DownloadFailed")


class Violation(Exception):
    """An invariant does not hold; the text begins with its number."""


class Image:
    """One image of a scenario: its update file and how it behaves when it runs."""

    def __init__(self, name, payload, file, digest, floor, hangs=False):
        self.name = name
        self.payload = payload
        self.file = file
        self.digest = digest
        self.floor = floor
        self.hangs = hangs


class World:
    """The central system's books and the history of one run."""

    def __init__(self, factory, updates):
        """``updates``: [(Image, statuses expected)], asked for one after the other."""
        self.images = {image.digest: image for image in [factory] + [u[0] for u in updates]}
        self.updates = updates
        self.current = 0  # index of the update asked for
        self.acknowledged = False
        self.statuses = []
        self.proven = {factory.digest}
        self.home = factory.digest  # confirmed last, as far as confirm() returned
        self.home_is_settled = True  # no confirm() has begun that did not return
        self.floor = (0, 0, 0)
        self.trials = {}

    # -- told by the bench --------------------------------------------------------------

    def booted(self, record, decision, slots, contents):
        """The loader has chosen: invariants 1 to 4. ``contents``: bytes by slot name."""
        if decision.action != RUN:
            raise Violation("1: no slot boots (%s)" % decision.row)
        if decision.row == "trial, does not verify":
            raise Violation("4: a slot was on trial before it was whole")
        digest = slots[decision.slot].digest()
        for name, slot in slots.items():
            if slot.header() and contents[name] != self.images[slot.digest()].payload:
                raise Violation("4: slot %s is published and not whole" % name)
        if digest not in self.proven:
            self._count_trial(record, digest)
        elif digest != self.home and self.home_is_settled:
            raise Violation("3: confirmed %s, runs %s" % (self._name(self.home), decision.slot))
        if record.floor < self.floor:
            raise Violation("3: floor went from %s to %s" % (self.floor, record.floor))
        self.floor = max(self.floor, record.floor)
        return self.images[digest]

    def _count_trial(self, record, digest):
        if record.state != TRIAL:
            raise Violation("2: %s runs unproven as confirmed" % self._name(digest))
        self.trials[digest] = self.trials.get(digest, 0) + 1
        if self.trials[digest] > MAX_TRIALS:
            raise Violation("2: %s has trial %d" % (self._name(digest), self.trials[digest]))

    def confirming(self, digest):
        """confirm() begins: from now on the image may rightly run as confirmed."""
        self.proven.add(digest)
        self.home_is_settled = False

    def confirmed(self, record):
        """confirm() returned: this may never be lost."""
        self.home = record.digest
        self.home_is_settled = True
        self.floor = max(self.floor, self.images[record.digest].floor)

    def asked(self):
        """The update the central system wants now and has no answer for, or None."""
        if self.acknowledged or self.current >= len(self.updates):
            return None
        return self.updates[self.current][0]

    def acknowledge(self):
        """UpdateFirmware.conf arrived."""
        self.acknowledged = True

    def report(self, status):
        """A FirmwareStatusNotification arrived: invariant 5, no contradiction."""
        if not self.statuses or self.statuses[-1] != status:  # "again" is allowed
            self.statuses.append(status)
        want = self.updates[self.current][1]
        if self.statuses != list(want[: len(self.statuses)]):
            raise Violation("5: reported %s, expected %s" % (self.statuses, want))

    # -- the end ------------------------------------------------------------------------

    def settle(self, record, running):
        """All is quiet: invariant 5, and the outcome is the expected one.

        True when another update is asked for.
        """
        image, want = self.updates[self.current]
        if self.statuses != list(want):
            raise Violation("5: quiet after %s, expected %s" % (self.statuses, want))
        installed = want[-1] == "Installed"
        if installed != (running.digest == image.digest):
            raise Violation("5: reported %s, runs %s" % (want[-1], running.name))
        if installed and record.state != CONFIRMED:
            raise Violation("3: reported Installed, not confirmed")
        self.current += 1
        self.acknowledged = False
        self.statuses = []
        return self.current < len(self.updates)

    def _name(self, digest):
        return self.images[digest].name
