"""Follows one update through the control interface, with a live progress bar."""

import asyncio
from datetime import datetime, timezone

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.text import Text

from ucharge.errors import UserError

_FINAL = ("Installed", "InstallationFailed", "DownloadFailed")
# After "DownloadFailed" a charger with retries left says "Downloading" again.
_ASK_EVERY_S = 2


async def follow_update(client, identity, name, data, retries, console):
    """Publish ``data``, send UpdateFirmware, and show what happens.

    Returns the final status. Raises UserError: charger unknown, or the request refused.
    """
    await _require(client, identity)
    location = await client.publish(name, data)
    payload = {"location": location, "retrieveDate": _now()}
    if retries is not None:
        payload["retries"] = retries
    async with client.events() as events:
        await client.call(identity, "UpdateFirmware", payload)
        console.print(f"UpdateFirmware sent to {identity}: {location}", soft_wrap=True)
        with _bar(console) as progress:
            follower = _Follower(client, identity, name, len(data), progress)
            waiting = asyncio.create_task(follower.explain_waiting())
            try:
                async for event in events:
                    if follower.take(event, retries or 0):
                        return follower.status
            finally:
                waiting.cancel()
    return follower.status


class _Follower:
    def __init__(self, client, identity, name, size, progress):
        self.status = ""
        self._client = client
        self._identity = identity
        self._name = name
        self._progress = progress
        self._task = progress.add_task("waiting", total=size)
        self._failures = 0

    def take(self, event, retries):
        """Show ``event``; True when the update has come to its end."""
        if event["type"] == "download" and event["name"] == self._name:
            self._progress.update(self._task, completed=event["start"] + event["sent"])
        elif event["type"] == "message" and event["identity"] == self._identity:
            return self._take_message(event, retries)
        return False

    def _take_message(self, event, retries):
        if event["kind"] == "disconnected":
            self._show("charger disconnected")
        if event["side"] != "charger" or event["kind"] != "call":
            return False
        if event["action"] == "BootNotification":
            self._show(f"charger started, firmware {event['payload'].get('firmwareVersion', '?')}")
        if event["action"] != "FirmwareStatusNotification":
            return False
        self.status = event["payload"].get("status", "")
        self._show(self.status)
        if self.status == "DownloadFailed":
            self._failures += 1
            return self._failures > retries
        return self.status in _FINAL

    def _show(self, text):
        self._progress.console.print(f"  {text}")
        self._progress.update(self._task, description=text)

    async def explain_waiting(self):
        """Until the first status: say what the charger may be waiting for."""
        while not self.status:
            await asyncio.sleep(_ASK_EVERY_S)
            known = await _find(self._client, self._identity)
            if known and known["open_transactions"] and not self.status:
                number = known["open_transactions"][0]
                words = f"waiting for transaction {number} to end"
                self._progress.update(self._task, description=words)


async def _find(client, identity):
    for known in await client.chargers():
        if known["identity"] == identity:
            return known
    return None


async def _require(client, identity):
    known = await _find(client, identity)
    if known and known["is_connected"]:
        return
    others = [entry["identity"] for entry in await client.chargers() if entry["is_connected"]]
    raise UserError(
        f"{identity} is not connected",
        f"connected: {', '.join(others)}" if others else "no charger is connected",
    )


class _SpeedColumn(TransferSpeedColumn):
    """Says nothing where no speed is known, as when all came at once."""

    def render(self, task):
        return super().render(task) if task.finished_speed or task.speed else Text()


def _bar(console):
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        _SpeedColumn(),
        console=console,
    )


def _now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
