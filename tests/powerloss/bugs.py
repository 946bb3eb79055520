"""Seeded bugs: each breaks one rule of the update; the campaign must notice every one."""

from firmware.ocpp16.update import Update
from firmware.updater import Updater
from loader import record, verdict
from loader.decide import Facts
from loader.otadata import BootLoader
from loader.partition import PartitionSlot
from loader.record import TRIAL, other
from loader.resets import HARD
from loader.slots import FileSlot


def attempt_not_counted():
    """The trial's attempt is not written before the image runs."""
    write = record.write

    def forgetful(files, rec):
        if not (rec.state == TRIAL and rec.attempts):
            write(files, rec)

    record.write = forgetful


def record_erased_first():
    """Both record files are removed before the new one is written."""
    write = record.write

    def careless(files, rec):
        held = record.read(files)
        rec.sequence = held.sequence if held else 0
        files.remove("/slots/rec0")
        files.remove("/slots/rec1")
        write(files, rec)

    record.write = careless


def flip_before_verify():
    """The trial is armed when the download begins instead of when it is checked."""
    step = Updater.step
    updaters = []

    async def noted(self):
        updaters.append(self)
        _on_begin(hasty)
        await step(self)

    def hasty(installer):
        updater = updaters[-1]
        installer._slot.publish(installer.header.data)
        verdict.arm(
            updater.files,
            updater.record(),
            updater.slots,
            installer.version,
            1,
            updater.update.job.id,
        )

    Updater.step = noted


def _on_begin(act):
    """Have the installer, loaded afresh for each download, call ``act`` after the erase."""
    from ota.installer import Installer

    begin = Installer.begin

    def begun(self):
        begin(self)
        act(self)

    Installer.begin = begun


def published_before_written():
    """The header is published with the first sector, the payload follows."""
    step = Updater.step

    async def eager(self):
        _on_begin(lambda i: setattr(i._slot, "eager_header", i.header.data))
        await step(self)

    def patch(slot_class):
        append = slot_class.append

        def append_eagerly(self, view):
            append(self, view)
            header = getattr(self, "eager_header", None)
            if header:
                if getattr(self, "_file", None):
                    self._file.flush()
                self._files.write(self._path + ".mf", header)

        slot_class.append = append_eagerly

    Updater.step = eager
    patch(FileSlot)
    patch(PartitionSlot)


def outcome_forgotten():
    """A report is struck off the list when it is sent instead of when it is answered."""
    begin = Update.begin

    def careless_begin(self):
        job = begin(self)
        kind = type(job)
        if not hasattr(kind, "is_careless"):  # loaded afresh for each job
            next_status = kind.next_status
            answered = kind.status_answered

            def careless(job):
                status = next_status(job)
                if status:
                    answered(job, job.report_number)
                return status

            setattr(kind, "is_careless", True)  # noqa: B010
            setattr(kind, "next_status", careless)  # noqa: B010
            kind.status_answered = lambda self, number: None
        return job

    Update.begin = careless_begin


def confirmed_at_start():
    """The image is confirmed by the loader's own choice, before it has shown anything."""
    write = record.write

    def trusting(files, rec):
        write(files, rec.copy(state=record.CONFIRMED) if rec.attempts else rec)

    record.write = trusting


def completion_forgotten():
    """The mark "proven" that a cut kept from being set is never made good."""
    verdict.complete = lambda record, slots: None


def owed_report_dropped():
    """A new request forgets the outcome that the last update has still to report."""
    request = Update.request

    def careless(self, location, retrieve_s, retries, retry_interval_s):
        if self.job:
            self.job.reports = []
        return request(self, location, retrieve_s, retries, retry_interval_s)

    Update.request = careless


def crashes_not_counted():
    """A confirmed image may crash at start for ever."""
    Facts.unhealthy_boots = lambda self: 0


def rejected_by_set_boot():
    """A trial that rejects itself chooses home, instead of leaving that to a plain reset."""
    reject = verdict.reject
    choosers = []
    start = BootLoader.__init__

    def started(self, partition_class):
        start(self, partition_class)
        choosers[:] = [self]

    def hasty(files, trial, reason):
        choosers[0].partitions[other(trial.active)].set_boot()
        return reject(files, trial, reason)

    BootLoader.__init__ = started
    verdict.reject = hasty


def set_boot_before_record():
    """The image is chosen before the record says that it is on trial."""
    arm = verdict.arm

    def hasty(files, current, slots, *args):
        slots[other(current.home)].start_next()
        return arm(files, current, slots, *args)

    verdict.arm = hasty


def never_marked():
    """The boot loader is never told that a slot is confirmed."""
    PartitionSlot.keep = lambda self: None


def marked_at_start():
    """Every image marks itself valid as soon as it runs."""
    state = PartitionSlot.state

    def trusting(self):
        if state(self) == TRIAL:
            self._boot_loader.confirm()
        return state(self)

    PartitionSlot.state = trusting


def cuts_blamed_on_the_image():
    """A native rollback is a rejection, whatever its reason: power cuts are blamed, too."""
    from loader import choose

    decide = choose.decide

    def harsh(facts):
        if facts.running and facts.record and facts.record.state == TRIAL:
            facts.cause = HARD
        return decide(facts)

    choose.decide = harsh


BOTH = (
    attempt_not_counted,
    flip_before_verify,
    published_before_written,
    outcome_forgotten,
    confirmed_at_start,
    completion_forgotten,
    owed_report_dropped,
    crashes_not_counted,
)
# On the ESP32 it takes more than two power cuts for this to show: one attempt each.
RP2_ONLY = (record_erased_first,)
ESP32_ONLY = (
    rejected_by_set_boot,
    set_boot_before_record,
    never_marked,
    marked_at_start,
    cuts_blamed_on_the_image,
)
BUGS = {bug.__name__: bug for bug in BOTH + RP2_ONLY + ESP32_ONLY}
