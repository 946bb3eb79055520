"""Talks to the control interface of a running ``ucharge csms``."""

import json
import urllib.parse
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from ucharge.errors import UserError

_START_ONE = "start one in this folder with: ucharge csms"


class ControlClient:
    """Use with ``connect``. Every method raises UserError when the central system refuses."""

    def __init__(self, session, url):
        self._session = session
        self._url = url

    async def chargers(self):
        """List of dicts, one a charger (see ``control._summary``)."""
        return await self._ask("GET", "/chargers")

    async def call(self, identity, action, payload, timeout_s=30):
        """Send a CALL to a charger; its answer's payload."""
        path = f"/chargers/{urllib.parse.quote(identity, safe='')}/call"
        body = {"action": action, "payload": payload, "timeout_s": timeout_s}
        return (await self._ask("POST", path, json=body))["payload"]

    async def publish(self, name, data):
        """Put a file on the firmware host; its location."""
        path = f"/firmware/{urllib.parse.quote(name, safe='')}"
        return (await self._ask("PUT", path, data=data))["location"]

    @asynccontextmanager
    async def events(self):
        """An async iterator over events, as dicts, that misses none after it was entered."""
        try:
            async with self._session.get(self._url + "/events") as response:
                await _raise_refusal(response)
                await response.content.readline()
                yield _parse_lines(response.content)
        except aiohttp.ClientError as error:
            raise _gone(error) from error

    async def _ask(self, method, path, **body):
        try:
            async with self._session.request(method, self._url + path, **body) as response:
                await _raise_refusal(response)
                return await response.json()
        except aiohttp.ClientError as error:
            raise _gone(error) from error


@asynccontextmanager
async def connect(control_file):
    """A ControlClient for the central system that wrote ``control_file``. Raises UserError."""
    try:
        found = json.loads(Path(control_file).read_text())
        url, token = found["url"], found["token"]
    except OSError:
        raise UserError(f"no central system runs here (no {control_file})", _START_ONE) from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{control_file} is no control file", _START_ONE) from None
    timeout = aiohttp.ClientTimeout(total=None, connect=5)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield ControlClient(session, url)


async def _parse_lines(content):
    async for line in content:
        yield json.loads(line)
    raise UserError("the central system has stopped", _START_ONE)


async def _raise_refusal(response):
    if response.status < 400:
        return
    hint = ""
    try:
        answer = await response.json()
        text = answer["error"]
        hint = answer.get("hint", "")
    except (ValueError, KeyError, TypeError, aiohttp.ClientError):
        text = f"the central system answered HTTP {response.status}"
    raise UserError(text, hint)


def _gone(error):
    return UserError(f"the central system does not answer: {error}", _START_ONE)
