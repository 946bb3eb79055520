"""The steps of an update that change the boot record: arm, confirm, reject.

Each is safe to cut anywhere: the record is one atomic write, and what follows it is made
good at the next boot. May import: ``loader.record``.
"""

from loader import record as records
from loader.record import other


def arm(files, current, slots, version, request_kind=0, request_id=records.NO_REQUEST):
    """Put the staged slot on trial from the next reset on; returns its Record.

    ``current`` is the record in force, ``slots`` maps names to slots. The target is the
    slot that is not home. Raises OSError (also: the boot loader finds no whole image), and
    then the record is as it was; RecordError.
    """
    target = other(current.home)
    slots[current.home].keep()  # what a boot loader goes back to must be settled before
    trial = records.Record(records.TRIAL, target, current.home, "install")
    trial.version = version
    trial.floor = current.floor
    trial.digest = slots[target].digest()
    trial.request_kind, trial.request_id = request_kind, request_id
    trial.attempts = slots[target].attempts
    records.write(files, trial)
    try:
        slots[target].start_next()
    except OSError:
        records.write(files, current.copy())
        raise
    return trial


def confirm(files, trial, slots, floor):
    """The trial passed: its slot runs for good and the version floor rises to ``floor``.

    A boot loader is told first: a confirmed record whose slot it takes back would be lost.
    Returns the new Record. Raises OSError, RecordError.
    """
    slots[trial.active].keep()
    record = trial.copy(
        state=records.CONFIRMED,
        reason="confirm",
        attempts=0,
        unhealthy=0,
        floor=max(trial.floor, floor),
    )
    records.write(files, record)
    slots[record.active].mark_proven(record.floor)
    return record


def reject(files, trial, reason):
    """The trial failed by the image's own finding; the caller resets. Returns the Record.

    Nothing more: a boot loader goes back by itself, and choosing home would make it unsafe.
    """
    record = trial.copy(state=records.REJECTED, reason=reason, attempts=0, unhealthy=0)
    records.write(files, record)
    return record


def complete(record, slots):
    """Make good what a cut between the two writes of ``confirm`` left undone."""
    slot = slots[record.active]
    if record.state == records.CONFIRMED and slot.digest() == record.digest and not slot.marked():
        slot.mark_proven(record.floor)
