"""One boot's choice: read the record, decide, write what the decision counts.

Apart from ``loader.start``, which needs a chip, so that power-cut campaigns run this very
code. May import: ``loader``.
"""

from loader import record, verdict
from loader.decide import RUN, SWITCH, Facts, decide


def choose(files, slots, cause, flags, feed):
    """(Record or None, Decision) for this boot; the record is on the flash when it returns.

    ``cause`` and ``flags``: of ``loader.resets``; ``feed()`` feeds the watchdog. After
    SWITCH the slot is set to start at the next reset. Raises OSError, RecordError.
    """
    running = None
    for name in slots:
        if slots[name].state() is not None:
            running = name
    held = record.read(files)
    held = _agree(files, held, slots, running)
    while True:
        decision = decide(
            Facts(
                held,
                cause,
                slots,
                running=running,
                guarded=running is not None and slots[running].state() == record.TRIAL,
                flags=flags,
            )
        )
        feed()
        if decision.record:
            try:
                record.write(files, decision.record)  # an attempt is counted before it is made
            except (OSError, record.RecordError) as error:
                return _without_record(held, decision, slots, running, error)
            held = decision.record
        if decision.action != SWITCH:
            break
        try:
            slots[decision.slot].start_next()
            return held, decision
        except OSError as error:  # the boot loader would not take it: decide without it
            print("loader: slot %s does not start: %r" % (decision.slot, error))
            slots[decision.slot].distrust()
    if decision.action == RUN:
        verdict.complete(held, slots)
        held = _agree(files, held, slots, running)
    return held, decision


def _agree(files, held, slots, running):
    """The boot loader learns that home is confirmed; or we learn that it knows.

    While an image is on trial the boot loader's choice is left as it is: it may be armed.
    """
    if held is None or running is None:
        return held
    slot, is_trial = slots[running], held.state == record.TRIAL
    try:
        if is_trial and held.active == running:
            if slot.state() == record.CONFIRMED:  # a cut between the two marks of confirm
                return verdict.confirm(files, held, slots, slot.version("floor"))
        elif held.home == running and not (is_trial and slot.state() == record.REJECTED):
            slot.keep()
    except (OSError, record.RecordError) as error:
        print("loader: not confirmed: %r" % error)
    return held


def _without_record(held, decision, slots, running, error):
    """The storage takes no record: home may run all the same, an uncounted trial may not."""
    if held is None or not slots[held.home].verifies() or running not in (None, held.home):
        raise error
    print("loader: boot record not written: %r" % error)
    decision.action, decision.slot = RUN, held.home
    if held.state == record.TRIAL:
        held = held.copy(state=record.REJECTED, reason="none")
    return held, decision
