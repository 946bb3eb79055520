"""Whether a trial is passed or lost: one decision over what has been shown so far.

Loaded for a trial only. May import: ``ticks``, ``loader``, ``ocppj``, ``firmware``.
"""

from firmware.hal.self_test import self_test
from firmware.version import VERSION
from loader import verdict
from loader.modules import forget
from loader.record import other
from micropython import const
from ocppj import NO_MEMORY
from ticks import ticks_diff

_MOST_FAILURES = const(10)
_LONGEST_S = const(86400)


def deadline_s(configured_s, job):
    """How long a trial may take. A central system that was out of reach for the image before
    this one, too, when it armed the trial (``job``, an UpdateJob or None), says nothing about it.
    """
    if job is not None and job.offline:
        return max(configured_s, _LONGEST_S)
    return configured_s


class Trial:
    """A trial that began at ``start_ms``. Times in seconds as config.json gives them.

    ``floor``: the version floor that holds once it is passed.
    """

    CONFIRM = "confirm"

    def __init__(self, start_ms, confirm_after_s, deadline_s, floor=(0, 0, 0)):
        self.floor = floor
        self._failures = 0  # of the self-test, in a row
        self._at_ms = start_ms
        self._age_ms = 0  # counted up: where a trial can't end, it outlasts the ticks' 6 days
        self._confirm_after_ms = confirm_after_s * 1000
        self._deadline_ms = deadline_s * 1000

    def verdict(self, now_ms, self_test_passed, boot_answered):
        """CONFIRM, a reason of the boot record to reject with, or None: not yet.

        ``boot_answered``: any valid BootNotification answer came in this boot (Pending
        counts: the image has proven that it can talk).
        """
        if self._age_ms < max(self._deadline_ms, self._confirm_after_ms):
            self._age_ms += ticks_diff(now_ms, self._at_ms)
        self._at_ms = now_ms
        self._failures = 0 if self_test_passed else self._failures + 1
        if self._failures:  # one reading out of range is a glitch
            return "selftest" if self._failures >= _MOST_FAILURES else None
        if boot_answered and self._age_ms >= self._confirm_after_ms:
            return self.CONFIRM
        if self._age_ms >= self._deadline_ms:
            return "deadline"
        return None

    def judge(self, now_ms, context, board, charge_point, update, log):
        """Test ``board``, a `Board`, and act on the verdict; True when a reset is due. Confirmed:
        ``context`` is no trial any more, the connectors may serve. Raises OSError."""
        finding = self.verdict(now_ms, self_test(board), charge_point.boot_answered)
        if finding is None:
            return False
        if finding != self.CONFIRM:
            if not context.slots[context.record.previous].verifies():
                return False  # nothing to go back to: go on trying, with the contactor open
            log.lasting("app: trial rejected, %s" % finding)
            context.record = verdict.reject(context.files, context.record, finding)
            return True
        context.record = verdict.confirm(context.files, context.record, context.slots, self.floor)
        log.lasting("app: %d.%d.%d is confirmed" % VERSION)
        update.settle(context.record, context.slots[other(context.record.home)])
        charge_point.evse.inhibited = False
        # FirmwareUpdated, then a status for 0 and for each connector, then Installed (TC_080).
        try:
            if update.job is not None:
                update.job.hand_on_events(charge_point)
        except (OSError,) + NO_MEMORY as error:
            log("app: %r" % error)  # the next turn tries again
        charge_point.status.forget()
        forget("firmware.hal.self_test")
        return False
