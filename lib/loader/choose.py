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
        record.write(files, decision.record)  # an attempt is counted before it is made
        held = decision.record
    if decision.action == RUN:
        verdict.complete(held, slots)
    return held, decision
