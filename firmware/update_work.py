"""What an update makes the edge do besides the download: the check for one, the installation, the
judgement of a signed request. Loaded for each. May import: all of the image.
"""

from firmware.ocpp16.update_policy import is_allowed
from loader.modules import forget
from ocppj import NO_MEMORY


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
        forget("firmware.ocpp16.update_check", "firmware.update_index", "httpc.client")


async def install(edge, job):
    """Wait until "Installing" is answered, then record the trial and reset."""
    from firmware.update_attempt import all_told

    await all_told(job)
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
