"""One boot's choice: read the record, decide, write what the decision counts.

Apart from ``loader.start``, which needs a chip, so that power-cut campaigns run this very
code. May import: ``loader``.
"""

from loader import record, resets, verdict
from loader.decide import RUN, Facts, decide


def choose(files, slots, cause, flags, feed):
    """(Record or None, Decision) for this boot; the record is on the flash when it returns.

    ``cause`` and ``flags``: of ``loader.resets``; ``feed()`` feeds the watchdog. Raises
    OSError, RecordError.
    """
    held = record.read(files)
    decision = decide(
        Facts(
            held,
            cause,
            slots,
            crashed=bool(flags & resets.CRASHED),
            was_healthy=bool(flags & resets.HEALTHY),
        )
    )
    feed()
    if decision.record:
        try:
            record.write(files, decision.record)  # an attempt is counted before it is made
        except (OSError, record.RecordError) as error:
            return _without_record(held, decision, slots, error)
        held = decision.record
    if decision.action == RUN:
        verdict.complete(held, slots)
    return held, decision


def _without_record(held, decision, slots, error):
    """The storage takes no record: home may run all the same, an uncounted trial may not."""
    if held is None or not slots[held.home].verifies():
        raise error
    print("loader: boot record not written: %r" % error)
    decision.action, decision.slot = RUN, held.home
    if held.state == record.TRIAL:
        held = held.copy(state=record.REJECTED, reason="none")
    return held, decision
