"""One boot's choice: read the record, decide, write what the decision counts.

Apart from ``loader.start``, which needs a chip, so that power-cut campaigns run this very
code. May import: ``loader``.
"""

from loader import chip_flags, record, verdict
from loader.decide import RUN, Facts, decide


def choose(files, slots, cause, flags, feed):
    """(Record or None, Decision) for this boot; the record is on the flash when it returns.

    ``cause``: a reset cause of ``loader.decide``; ``flags``: of ``loader.chip_flags``;
    ``feed()`` feeds the watchdog. Raises OSError, RecordError.
    """
    held = record.read(files)
    decision = decide(
        Facts(
            held,
            cause,
            slots,
            crashed=bool(flags & chip_flags.CRASHED),
            was_healthy=bool(flags & chip_flags.HEALTHY),
        )
    )
    feed()
    if decision.record:
        record.write(files, decision.record)  # an attempt is counted before it is made
        held = decision.record
    if decision.action == RUN:
        verdict.complete(held, slots)
    return held, decision
