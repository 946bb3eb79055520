"""SignedUpdateFirmware for a whole chip on a `ucharge.demo.bench.Bench`: CPython only."""

import base64

from cryptography.hazmat.primitives.serialization import Encoding

from signers import sign_der

SIGNED, EVENT = "SignedFirmwareStatusNotification", "SecurityEventNotification"
VERIFIED = ["Downloading", "Downloaded", "SignatureVerified"]
REBOOTS = ["Installing", "InstallRebooting"]
TO_INSTALLING = [*VERIFIED, *REBOOTS]
FAILED = ["Downloading", "DownloadFailed"]
NOT_VERIFIED = ["Downloading", "Downloaded", "InstallVerificationFailed"]
INVALID = ["Downloading", "Downloaded", "InvalidSignature"]
CERTIFICATE, SIGNATURE = "InvalidFirmwareSigningCertificate", "InvalidFirmwareSignature"
OUTCOMES = (
    "Installed", "InstallationFailed", "DownloadFailed", "InvalidSignature",
    "InstallVerificationFailed",
)  # fmt: skip
_LONG_AGO = "2020-01-01T00:00:00Z"


def pem_of(certificate):
    """A certificate of PyPI ``cryptography`` as OCPP's messages carry it."""
    return certificate.public_bytes(Encoding.PEM).decode()


def signed_request(bench, request_id, location, data, key=None, pem=None, **firmware):
    """The payload: ``data`` signed by ``key``, which the certificate ``pem`` is said to be of;
    the bench's own by default. ``firmware`` replaces fields of that name."""
    sign = sign_der(key or bench.keys.key("signing"), data)
    fields = {
        "location": location,
        "retrieveDateTime": _LONG_AGO,
        "signingCertificate": pem or pem_of(bench.keys.certificate("signing")),
        "signature": base64.b64encode(sign).decode(),
    }
    return {"requestId": request_id, "retries": 0, "firmware": {**fields, **firmware}}


async def wait_outcome(bench, request_id, since, timeout_s=60):
    """The final status of the request ``request_id``."""

    def ends(payload):
        return payload["status"] in OUTCOMES and payload["requestId"] == request_id

    return await bench.charger.wait_for(SIGNED, ends, timeout_s, since)


def told(entries):
    """What the charger told in ``entries`` of its book, in order: a word each.

    A status with the request's id if it was not 0: "Downloading", "Downloading 8"; an event's
    type, less those of a start; "1 Available" for a connector; "Boot" and what booted.
    """
    words = []
    for entry in entries:
        if entry.side == "charger" and entry.kind == "call":
            payload = entry.payload
            if entry.action == SIGNED:
                number = payload.get("requestId")
                words.append(payload["status"] + (f" {number}" if number else ""))
            elif entry.action == "FirmwareStatusNotification":
                words.append("plain " + payload["status"])
            elif entry.action == EVENT:
                if payload["type"] not in ("ResetOrReboot", "StartupOfTheDevice"):
                    words.append(payload["type"])
            elif entry.action == "StatusNotification":
                words.append(f"{payload['connectorId']} {payload['status']}")
            elif entry.action == "BootNotification":
                words.append("Boot " + payload["firmwareVersion"])
    return words
