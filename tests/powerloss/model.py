"""What the world outside the flash knows, and the five invariants held against it.

The model is told what happened by the bench, never by the device's own state files; so it
also notices a device that lies to itself. "1" to "5" are README's, in its order.
"""

from loader.decide import RUN
from loader.record import CONFIRMED, TRIAL

MAX_TRIALS = 3
MAX_CRASHES = 5


class Violation(Exception):
    """An invariant does not hold; the text begins with its number."""


class Image:
    """One image of a scenario: its update file and how it behaves when it runs."""

    def __init__(
        self, name, payload, file, digest, floor, hangs=False, crashes=False, rejects=False
    ):
        self.name = name
        self.payload = payload
        self.file = file
        self.digest = digest
        self.floor = floor
        self.hangs = hangs
        self.crashes = crashes
        self.rejects = rejects  # finds in its trial that it can't run


class Update:
    """One update asked for, and the statuses it must lead to.

    ``is_eager``: asked for as soon as the fate of the one before is decided, which has its
    outcome still to report; else when all is quiet.
    """

    def __init__(self, image, statuses, is_eager=False):
        self.image = image
        self.statuses = statuses
        self.is_eager = is_eager


class Scenario:
    """Proven images by slot name, the confirmed slot, and what is asked for.

    ``settles_on``: the Image that must run when all is quiet before the first update is
    asked for; None: it is asked for at once.
    """

    def __init__(self, slots, home, updates, settles_on=None):
        self.slots = slots
        self.home = home
        self.updates = updates
        self.settles_on = settles_on


class World:
    """The central system's books and the history of one run of ``scenario``."""

    def __init__(self, scenario):
        home = scenario.slots[scenario.home]
        self.updates = scenario.updates
        images = list(scenario.slots.values()) + [update.image for update in self.updates]
        self.images = {image.digest: image for image in images}
        self.proven = {image.digest for image in scenario.slots.values()}
        self.home = home.digest  # confirmed last, as far as confirm() returned
        self.home_is_settled = True  # no confirm() has begun that did not return
        self.floor = home.floor
        self.trials = {}
        self.crashes = 0  # boots of home in a row, no power cut between, that crashed
        self.may_swap = False  # the loader had reason to make the other slot home
        self.settles_on = scenario.settles_on
        self.current = -1  # index of the update asked for
        self.acknowledged = True
        self.is_decided = False  # its trial is over
        self.expected = []  # statuses since all was quiet last,
        self.statuses = []  # and those reported
        if not self.settles_on:
            self._ask_next()

    def _ask_next(self):
        self.current += 1
        self.is_decided = False
        self.acknowledged = self.current >= len(self.updates)
        if not self.acknowledged:
            self.expected.extend(self.updates[self.current].statuses)

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
        elif digest == self.home:
            if self.crashes >= MAX_CRASHES:
                raise Violation("1: runs again after crash %d in a row" % self.crashes)
            self.may_swap = False  # the cut was before the swap
        elif self.home_is_settled and not self.may_swap:
            raise Violation("3: confirmed %s, runs %s" % (self._name(self.home), decision.slot))
        if record.state == CONFIRMED and digest != self.home:
            self.home, self.home_is_settled = digest, True
            self.may_swap, self.crashes = False, 0
        if record.state != TRIAL and self._asked_image().digest in self.trials:
            self.is_decided = True
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

    def crashed(self):
        """The image that booted ended by an exception."""
        self.crashes += 1
        self.may_swap = self.crashes >= MAX_CRASHES

    def power_cut(self):
        """The power was cut: crashes before it don't count."""
        self.crashes = 0

    def confirming(self, digest):
        """confirm() begins: from now on the image may rightly run as confirmed."""
        self.proven.add(digest)
        self.home_is_settled = False

    def confirmed(self, record):
        """confirm() returned: this may never be lost."""
        self.home = record.digest
        self.home_is_settled = True
        self.is_decided = True
        self.floor = max(self.floor, self.images[record.digest].floor)

    def asked(self):
        """True while the central system wants an update and has no answer."""
        later = self.updates[self.current + 1 :]
        if self.acknowledged and self.is_decided and later and later[0].is_eager:
            self._ask_next()
        return not self.acknowledged

    def acknowledge(self):
        """UpdateFirmware.conf arrived."""
        self.acknowledged = True

    def report(self, status):
        """A FirmwareStatusNotification arrived: invariant 5, no contradiction."""
        if not self.statuses or self.statuses[-1] != status:  # "again" is allowed
            self.statuses.append(status)
        if self.statuses != self.expected[: len(self.statuses)]:
            raise Violation("5: reported %s, expected %s" % (self.statuses, self.expected))

    # -- the end ------------------------------------------------------------------------

    def settle(self, record, running, slots, contents):
        """All is quiet: invariant 5, the outcome is the expected one, home is proven.

        ``contents``: bytes by slot name. True when another update is asked for.
        """
        if not self.acknowledged:
            raise Violation("5: quiet, the request was never taken")
        if self.statuses != self.expected:
            raise Violation("5: quiet after %s, expected %s" % (self.statuses, self.expected))
        if self.current >= 0:
            self._check_outcome(self.updates[self.current], record, running)
        elif running is not self.settles_on:
            raise Violation("1: settled on %s" % running.name)
        home, image = slots[record.home], self.images[self.home]
        if contents[record.home] != image.payload or home.digest() != image.digest:
            raise Violation("3: home does not hold %s" % image.name)
        if not home.marked():
            raise Violation("3: home, %s, is not marked proven" % image.name)
        self.expected, self.statuses = [], []
        self._ask_next()
        return not self.acknowledged

    def _check_outcome(self, update, record, running):
        last = update.statuses[-1]
        installed = last == "Installed"
        if installed != (running is update.image):
            raise Violation("5: reported %s, runs %s" % (last, running.name))
        if installed and record.state != CONFIRMED:
            raise Violation("3: reported Installed, not confirmed")

    def _asked_image(self):
        return self.updates[max(self.current, 0)].image

    def _name(self, digest):
        return self.images[digest].name
