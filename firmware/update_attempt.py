"""One try at the download of an update, and what its end means for the job. Loaded for that.

May import: all of the image.
"""

from firmware.ocpp16.update_statuses import SIGNED
from loader.modules import forget
from loader.record import other
from micropython import const
from ocppj import NO_MEMORY
from ticks import sleep_ms, ticks_diff, ticks_ms

_POLL_MS = const(100)
_REPORT_WAIT_MS = const(10000)  # how long a report may stay unanswered before what cuts the link
_RARE = ("firmware.download", "firmware.image_check", "ota.installer", "ota.manifest")
# In the words of what failed, where there was no heap for one TLS session more.
_NO_HEAP = ("TLS can't start", "ALLOC", "ENOMEM", "MEMORY")


async def attempt(edge, job):
    """One try at the download, its outcome told to the job."""
    try:
        await _attempt(edge, job)
    finally:
        forget(*_RARE)


async def _attempt(edge, job):
    if await _try(edge, job) or edge.link is None:
        return
    # One TLS session too many: without the one to the central system there is heap for it.
    edge.log("update: the link makes room for the download")
    await all_told(job)
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
    except NO_MEMORY as error:
        if may_free:
            return _short(edge, _text(error))
        job.transport_failed(_text(error), edge.now_s())
        return True
    tell = argument = None
    try:
        slot = edge.slots[other(edge.record().home)]
        argument = await Download(edge, job, slot, job.kind == SIGNED).run()
        tell = job.staged if argument else None
    except (HttpError, TransportError) + NO_MEMORY as error:
        text = _text(error)
        if may_free and is_heap(error, text):
            return _short(edge, text)
        if edge.network_up is None or edge.network_up():
            tell, argument = _transport_failed(edge, job), text
        else:
            tell, argument = job.pause, "the network"
    except REFUSALS as error:
        event = getattr(error, "event", None)
        if event:
            tell, argument = lambda text: job.signature_refused(text, event), str(error)
        else:
            tell, argument = job.content_refused, _text(error)
    if tell and edge.update.job is job and job.generation == generation:
        tell(argument)
    return True


def _short(edge, reason):
    edge.log("update: no heap beside the link: " + reason)
    return False


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


async def all_told(job):
    """Wait until the reports of ``job`` are answered, but not for ever."""
    since_ms = ticks_ms()
    while job.reports and ticks_diff(ticks_ms(), since_ms) < _REPORT_WAIT_MS:
        await sleep_ms(_POLL_MS)


def _text(error):
    return "%s: %s" % (type(error).__name__, error)
