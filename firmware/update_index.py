"""The index of updates that a charger reads by itself, and what it asks for then.

Loaded for that alone. ``{"updates": [{"version": [1, 2, 0], "compatible": ["a board"],
"url": "https://..."}]}``; what else is in it is for others. It is not signed, it only says where
to look: the update file's manifest and signature decide. May import: all of the image.
"""

import json

from firmware.ocpp16.update_check import State, put_off
from firmware.ocpp16.update_policy import is_allowed
from firmware.ocpp16.update_statuses import OWN
from firmware.update_attempt import is_heap
from httpc.errors import BadResponse, HttpError
from httpc.url import parse
from micropython import const
from transport import TransportError

_MAX_INDEX = const(4096)
_MAX_URL = const(512)
_LATER_S = const(600)


async def ask_for_newest(edge, wanted):
    """Read the index at ``wanted["url"]`` and ask for its newest update for this board, where
    that is above what runs. Raises MemoryError or ImportError for want of heap."""
    update = edge.update
    if edge.network_up is not None and not edge.network_up():
        put_off(edge.files, edge.now_s() + _LATER_S)
        update.cause = update.cause or "change"
        return
    try:
        found = newest(await _read(edge, wanted["url"]), edge.device(0, (0, 0, 0)).compatible)
    except (HttpError, TransportError, OSError, ValueError) as error:
        text = "%s: %s" % (type(error).__name__, error)
        if is_heap(error, text):
            raise MemoryError(text)
        edge.log("update check: " + text)
        return
    if update.job is not None or update.offer:
        return  # somebody else has asked meanwhile
    if found is None or found[0] <= update.version:
        edge.log("update check: nothing newer")
        return
    version, url = found
    text = "%d.%d.%d" % version
    state = State(edge.files)
    if list(version) in state.refused:
        edge.log("update check: %s was refused before" % text)
        return
    try:
        configuration = wanted["configuration"]
        may_be_plain = "HTTP" in configuration.items("SupportedFileTransferProtocols")
        target = parse(url, "https", may_be_plain and "http")
        if not is_allowed(configuration, target.scheme, target.host):
            edge.log("update check: UpdateLocations does not have " + target.host)
            return
        state.asked = list(version)
        state.save()
        update.request(url, edge.now_s(), 0, 0, OWN)
        edge.log("update check: asks for %s from %s" % (text, target.host))
    except (HttpError, OSError) as error:
        edge.log("update check: %s: %s" % (type(error).__name__, error))


async def _read(edge, url):
    response = await edge.get(url)
    try:
        length = response.length
        if length > _MAX_INDEX:
            raise BadResponse("index of %d bytes" % length)
        data = bytearray(length)
        view = memoryview(data)
        while view:
            count = await response.readinto(view)
            view = view[count:]
        return data
    finally:
        await response.close()


def newest(data, boards):
    """(version, url) of the newest update in the index ``data`` that fits one of ``boards``, or
    None. Entries that make no sense are skipped. Raises ValueError where there are none at all."""
    try:
        entries = json.loads(data)["updates"]
        if not isinstance(entries, list):
            raise ValueError("no list")
    except (ValueError, KeyError, TypeError, RuntimeError) as error:  # RuntimeError: nested deep
        raise ValueError("no index: %r" % error)
    best = None
    for entry in entries:
        found = _update(entry, boards)
        if found and (best is None or found > best):
            best = found
    return best


def _update(entry, boards):
    if not isinstance(entry, dict):
        return None
    version, names, url = entry.get("version"), entry.get("compatible"), entry.get("url")
    if not (isinstance(version, list) and len(version) == 3 and isinstance(names, list)):
        return None
    for part in version:
        if not isinstance(part, int) or isinstance(part, bool) or not 0 <= part < 65536:
            return None
    if not isinstance(url, str) or not 0 < len(url) <= _MAX_URL:
        return None
    for name in names:
        if name in boards:
            return tuple(version), url
    return None
