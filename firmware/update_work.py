"""What an update makes the edge do: a try at the download, the installation, the judgement of
a signed request. Loaded for each. May import: all of the image.
"""

from firmware.ocpp16.update_policy import is_allowed
from firmware.ocpp16.update_statuses import SIGNED
from loader.modules import forget
from loader.record import other
from micropython import const
from ocppj import NO_MEMORY
from ticks import sleep_ms, ticks_diff, ticks_ms

_POLL_MS = const(100)
_REPORT_WAIT_MS = const(10000)  # how long a report may stay unanswered before what cuts the link
# In the words of what failed, where there was no heap for one TLS session more.
_NO_HEAP = ("TLS can't start", "ALLOC", "ENOMEM", "MEMORY")


async def attempt(edge, job):
    """One try at the download, its outcome told to the job."""
    if await _try(edge, job) or edge.link is None:
        return
    # One TLS session too many: without the one to the central system there is heap for it.
    edge.log("update: the link makes room for the download")
    await _all_told(job)
    await edge.link.hold()
    try:
        if job.phase == "downloading":
            await _try(edge, job, True)
    finally:
        edge.link.release()


async def _try(edge, job, is_alone=False):
    """False where it failed for want of heap and may be tried ``is_alone``, without the link."""
    generation = job.generation
    may_free = edge.link is not None and not is_alone
    try:
        from firmware.download import REFUSALS, Download, HttpError, TransportError
        from firmware.update_trust import BadSignature, Judge
    except NO_MEMORY as error:
        if not may_free:
            job.transport_failed(_text(error), edge.now_s())
        return not may_free
    tell = argument = None
    try:
        signed = job.kind == SIGNED
        judge = Judge(edge, signed, job.credentials() if signed else None)
        slot = edge.slots[other(edge.record().home)]
        argument = await Download(edge, job, slot, judge).run()
        tell = job.staged if argument else None
    except (HttpError, TransportError) + NO_MEMORY as error:
        text = _text(error)
        if may_free and is_heap(error, text):
            return False
        if edge.network_up is None or edge.network_up():
            tell, argument = _transport_failed(edge, job), text
        else:
            tell, argument = job.pause, "the network"
    except BadSignature as error:
        reason, event = str(error), error.event
        tell, argument = lambda text: job.signature_refused(text, event), reason
    except REFUSALS as error:
        tell, argument = job.content_refused, _text(error)
    if tell and edge.update.job is job and job.generation == generation:
        tell(argument)
    return True


def _transport_failed(edge, job):
    return lambda text: job.transport_failed(text, edge.now_s())


def is_heap(error, text):
    """Whether ``error``, of that ``text``, is want of heap."""
    if isinstance(error, NO_MEMORY):
        return True
    for mark in _NO_HEAP:
        if mark in text:
            return True
    return False


async def _all_told(job):
    since_ms = ticks_ms()
    while job.reports and ticks_diff(ticks_ms(), since_ms) < _REPORT_WAIT_MS:
        await sleep_ms(_POLL_MS)


async def check(edge):
    """Read the index that `Update.check` names, and ask for what it offers."""
    update = edge.update
    wanted, update.check = update.check, None
    if update.job is not None:
        return
    try:
        from firmware.update_index import ask_for_newest

        try:
            await ask_for_newest(edge, wanted)
        except NO_MEMORY as error:
            if edge.link is None:
                raise
            edge.log("update check: %r, the link makes room" % error)
            await edge.link.hold()
            try:
                await ask_for_newest(edge, wanted)
            finally:
                edge.link.release()
    finally:
        forget("firmware.ocpp16.update_check", "firmware.update_index")


async def install(edge, job):
    """Wait until "Installing" is answered, then record the trial and reset."""
    await _all_told(job)
    from loader import verdict
    from loader.record import RecordError

    try:
        job.armed()
        verdict.arm(edge.files, edge.record(), edge.slots, job.version, job.kind, job.id)
    except (OSError, RecordError) as error:
        job.install_failed("storage: " + _text(error))
        return
    edge.log("update: trial armed, resetting")
    edge.reset()


async def judge(edge, offer):
    """The status that answers a SignedUpdateFirmware; Accepted means that it is under way."""
    from firmware.update_trust import check_offer

    update = edge.update
    der, reason = await check_offer(edge, offer["certificate"])
    if der is None:
        edge.log("update: signed request refused: " + reason)
        offer["event"]("InvalidFirmwareSigningCertificate", reason[:255])
        return "InvalidCertificate"
    location = offer["ask"][0]
    scheme, _, rest = location.partition("://")
    host = rest.replace("?", "/").split("/")[0].lower().rpartition("@")[2].split(":")[0]
    if not is_allowed(offer["configuration"], scheme.lower(), host):
        edge.log("update: UpdateLocations does not have " + host)
        return "Rejected"
    job = update.job
    if job is not None and job.phase in ("installing", "trial"):
        return "Rejected"
    try:
        is_busy = update.request(*offer["ask"], credentials=(offer["signature"], der))
    except OSError as error:
        edge.log("update: not kept: %r" % error)
        return "Rejected"
    return "AcceptedCanceled" if is_busy else "Accepted"


def _text(error):
    return "%s: %s" % (type(error).__name__, error)
