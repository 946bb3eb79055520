"""What became of an update, learnt from the boot record. Loaded for that moment.

May import: its siblings, ``loader.record``.
"""

from firmware.ocpp16.update_job import INSTALLING, READY, STAGED, TRIAL_RUNS
from loader.record import CONFIRMED, REJECTED, TRIAL


def settle(job, record, staged_slot):
    """After a boot or a confirm: learn from the boot ``record`` what became of the job.

    ``staged_slot``: the slot that is not home. A cut between "armed" and the record
    leaves the image staged: it is armed again, or failed when it is no longer whole.
    """
    if job.phase not in (READY, STAGED, INSTALLING, TRIAL_RUNS):
        return
    mine = record.request_kind == job.kind and record.request_id == job.id
    if mine and record.state == CONFIRMED and record.reason == "confirm":
        job.events.append(["FirmwareUpdated", "%d.%d.%d" % job.version])
        job.end("installed", record.reason)
    elif mine and record.state in (CONFIRMED, REJECTED):
        job.install_failed(record.reason)
    elif mine and record.state == TRIAL:
        if job.phase != TRIAL_RUNS:
            job.enter(TRIAL_RUNS)
    elif not staged_slot.verifies():
        job.install_failed("corrupt")
    elif job.phase == TRIAL_RUNS:
        job.enter(INSTALLING)
