"""One attempt to upload the logs. Loaded for it alone.

May import: ``httpc``, ``ocppj``, ``transport``, ``firmware``, ``loader.modules``.
"""

from firmware.log_report import Report
from httpc import OPENING
from httpc.errors import HttpError, StatusError, UrlError
from httpc.upload import upload
from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY
from transport import TransportError

_LOADED = const(
    (
        "firmware.log_files",
        "firmware.log_report",
        "firmware.upload",
        "httpc.upload",
    )
)
_TYPE = (("Content-Type", "text/plain; charset=utf-8"),)


# What GetLog is told of the server's refusals.
_STATUSES = {400: "BadMessage", 401: "PermissionDenied", 403: "PermissionDenied"}


class Cancelled(HttpError):
    """A newer request has taken this one's place."""


class _Source:
    def __init__(self, report, job):
        self._report = report
        self._job = job
        self._generation = job.generation

    def readinto(self, view):
        if self._job.generation != self._generation:
            raise Cancelled("replaced by a newer request")
        return self._report.readinto(view)


async def attempt(app, job, boot):
    """Upload what ``job`` (a Diagnostics, begun) asks for and tell it how that went.

    ``app`` has log, context, now_s() and trust(); ``boot``: BootNotification's payload, for the
    file's first line.
    """
    log, files = app.log, app.context.files
    generation = job.generation
    log.flush()
    log.held = True
    reason = None
    is_final = False
    status = "UploadFailed"
    try:
        title = " ".join("%s=%s" % item for item in sorted(boot.items()))
        report = Report(files, title.encode() + b"\n", job.start_s, job.stop_s, job.what)
        source = _Source(report, job)
        await upload(job.url(), source=source, length=report.length, headers=_TYPE, **app.trust())
    except (HttpError, TransportError, OSError) + NO_MEMORY as error:
        reason = "%s: %s" % (type(error).__name__, error)
        is_final = isinstance(error, UrlError)
        if is_final:
            status = "NotSupportedOperation"
        elif isinstance(error, StatusError) and error.status in _STATUSES:
            status = _STATUSES[error.status]
    finally:
        log.held = False
        forget(*_LOADED, *OPENING)
    if job.generation != generation:
        return  # it is about another upload by now
    if reason is None:
        job.uploaded()
    else:
        job.failed(reason, app.now_s(), is_final, status)
