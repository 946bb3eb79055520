"""The steps of an update that change the boot record: arm, confirm, reject.

Each is safe to cut anywhere: the record is one atomic write, and what follows it is made
good at the next boot. May import: ``loader.record``.
"""

from loader import record as records
from loader.record import other


def arm(files, current, slots, version, request_kind=0, request_id=records.NO_REQUEST):
    """Put the staged slot on trial from the next reset on; returns its Record.

    ``current`` is the record in force, ``slots`` maps names to slots. The target is the
    slot that is not home. Raises OSError, RecordError.
    """
    target = other(current.home)
    trial = records.Record(records.TRIAL, target, current.home, "install")
    trial.version = version
    trial.floor = current.floor
    trial.digest = slots[target].digest()
    trial.request_kind, trial.request_id = request_kind, request_id
    records.write(files, trial)
    return trial


def confirm(files, trial, slots, floor):
    """The trial passed: its slot runs for good and the version floor rises to ``floor``.

    Returns the new Record. Raises OSError, RecordError.
    """
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
    """The trial failed by the image's own finding; the caller resets. Returns the Record."""
    record = trial.copy(state=records.REJECTED, reason=reason, attempts=0, unhealthy=0)
    records.write(files, record)
    return record


def complete(record, slots):
    """Make good what a cut between the two writes of ``confirm`` left undone."""
    slot = slots[record.active]
    if record.state == records.CONFIRMED and slot.digest() == record.digest and not slot.marked():
        slot.mark_proven(record.floor)
