"""A readable timeline: one line an event, the side that acted in its colour."""

import json
import time

from rich.text import Text

_COLOURS = {
    "central system": "cyan",
    "charger": "green",
    "firmware host": "magenta",
    "vehicle": "yellow",
    "chip": "blue",
    "flash": "bright_blue",
    "demo": "bold",
}
_WIDTH = 14


class Timeline:
    """Prints on ``console``; times count from when it was made."""

    def __init__(self, console):
        self._console = console
        self._started_s = time.monotonic()
        self._downloads = {}

    def line(self, side, text, style=""):
        """What ``side`` did: one of the names above."""
        row = Text(f"{time.monotonic() - self._started_s:7.2f}  ", style="dim")
        row.append(f"{side:<{_WIDTH}}  ", style=_COLOURS.get(side, ""))
        row.append(text, style=style)
        self._console.print(row, soft_wrap=True)

    def entry(self, entry):
        """A line of a charger's book, unless it says nothing (an empty answer)."""
        text = describe(entry)
        if text:
            side = "charger" if entry.side == "charger" else "central system"
            self.line(side, f"{entry.identity}  {text}")
        if entry.violation:
            self.line("charger", f"{entry.identity}  VIOLATION {entry.violation}", "bold red")

    def download(self, request):
        """A request at the firmware host: its start and its end."""
        key = id(request)
        if key not in self._downloads:
            self._downloads[key] = request
            what = f"from byte {request.start}" if request.start else ""
            self.line("firmware host", f"GET {request.name}: {request.status} {what}".rstrip())
        elif request.is_complete:
            self.line("firmware host", f"{request.name}: {request.sent} bytes sent")
        elif request.is_broken_off:
            self.line("firmware host", f"{request.name}: broken off after {request.sent} bytes")

    def upload(self, upload):
        """What a charger has uploaded to the firmware host, or tried to."""
        size = len(upload.data)
        self.line("firmware host", f"PUT {upload.name}: {upload.status}, {size} bytes")


def describe(entry):
    """One line of text for a book entry, or "" for what is not worth a line."""
    if entry.kind == "connected":
        return f"connected (connection {entry.connection})"
    if entry.kind == "disconnected":
        return "disconnected"
    if entry.kind == "garbage":
        return f"no OCPP message: {entry.raw[:60]!r}"
    if entry.kind == "error":
        return f"{entry.action}: CALLERROR {entry.code} {entry.description}".rstrip()
    if entry.kind == "result":
        return _describe_result(entry)
    teller = _CALLS.get(entry.action)
    try:
        words = teller(entry.payload) if teller else _compact(entry.payload)
    except (KeyError, IndexError, TypeError):
        words = _compact(entry.payload)
    return f"{entry.action}  {words}".rstrip()


def _describe_result(entry):
    """Answers are worth a line when they decide something."""
    payload = entry.payload
    decision = payload.get("status") or payload.get("idTagInfo", {}).get("status", "")
    if entry.action == "StartTransaction":
        return f"{entry.action}: {decision}, transaction {payload.get('transactionId')}"
    return f"{entry.action}: {decision}" if decision else ""


def _meter(payload):
    samples = payload["meterValue"][-1]["sampledValue"]
    return (
        ", ".join(f"{sample['value']} {sample.get('unit', 'Wh')}" for sample in samples)
        + f" at connector {payload['connectorId']}"
    )


_CALLS = {
    "BootNotification": lambda p: (
        f"{p['chargePointVendor']} {p['chargePointModel']}, "
        f"firmware {p.get('firmwareVersion', '?')}"
    ),
    "StatusNotification": lambda p: (
        f"connector {p['connectorId']}: {p['status']}"
        + ("" if p["errorCode"] == "NoError" else f" ({p['errorCode']})")
    ),
    "FirmwareStatusNotification": lambda p: p["status"],
    "DiagnosticsStatusNotification": lambda p: p["status"],
    "StartTransaction": lambda p: (
        f"connector {p['connectorId']}, idTag {p['idTag']}, meter {p['meterStart']} Wh"
    ),
    "StopTransaction": lambda p: (
        f"transaction {p['transactionId']}, meter {p['meterStop']} Wh, {p.get('reason', 'Local')}"
    ),
    "MeterValues": _meter,
    "UpdateFirmware": lambda p: p["location"],
}


def _compact(payload):
    text = json.dumps(payload, separators=(",", ":")) if payload else ""
    return text if len(text) <= 70 else text[:67] + "..."
