"""What is reported of an update, and how: one table, event by kind of request.

Loaded while there is an update. May import: its siblings. OCPP 1.6 section 4.5; security
extension (whitepaper, edition 2) L01. A signed update reports by SignedFirmwareStatusNotification;
one of the charger's own is told like a plain one: the connectors' absence wants a reason.
"""

from firmware.ocpp16.table import row
from micropython import const

PLAIN = const(1)  # as the boot record has them
SIGNED = const(2)
OWN = const(3)

# Event; the statuses of a plain, a signed, an own update, oldest first. "-": none.
_EVENTS = """
scheduled - DownloadScheduled -
downloading Downloading Downloading Downloading
paused - DownloadPaused -
download_failed DownloadFailed DownloadFailed DownloadFailed
staged Downloaded Downloaded,SignatureVerified Downloaded
signature_refused Downloaded,Installing,InstallationFailed Downloaded,InvalidSignature\
 Downloaded,Installing,InstallationFailed
content_refused Downloaded,Installing,InstallationFailed Downloaded,InstallVerificationFailed\
 Downloaded,Installing,InstallationFailed
later - InstallScheduled -
installing Installing Installing,InstallRebooting Installing
installed Installed Installed Installed
corrupt InstallationFailed InstallVerificationFailed InstallationFailed
install_failed InstallationFailed InstallationFailed InstallationFailed
"""
# Statuses that end an update: never dropped before they are answered.
OUTCOMES = const(
    "Installed InstallationFailed DownloadFailed InvalidSignature InstallVerificationFailed"
)
# What a plain TriggerMessage is told of a signed update's status.
_PLAIN_FOR = """
DownloadScheduled Idle
DownloadPaused Downloading
SignatureVerified Downloaded
InstallScheduled Downloaded
InstallRebooting Installing
InvalidSignature InstallationFailed
InstallVerificationFailed InstallationFailed
"""


def statuses(event, kind):
    """The statuses that ``event`` leads to in an update of ``kind``, oldest first."""
    found = row(_EVENTS, event)[kind]
    return [] if found == "-" else found.split(",")


def is_status(text):
    """Whether ``text`` is one that is reported."""
    for line in _EVENTS.split("\n"):
        for word in line.split(" ")[1:]:
            if text in word.split(","):
                return True
    return False


def is_outcome(report):
    """Whether ``report`` (see `message`) ends an update."""
    return _status(report) in OUTCOMES.split(" ")


def message(report):
    """(action, payload) of ``report``: a status, or [status, requestId] of a signed update."""
    if isinstance(report, str):
        return "FirmwareStatusNotification", {"status": report}
    return "SignedFirmwareStatusNotification", {"status": report[0], "requestId": report[1]}


def plain(report):
    """``report`` as a status that FirmwareStatusNotification knows."""
    status = _status(report)
    found = row(_PLAIN_FOR, status)
    return found[1] if found else status


def _status(report):
    return report if isinstance(report, str) else report[0]
