"""The authorization cache: the latest idTagInfo of each card, in flash (OCPP 1.6 section 3.5.1).

May import: `json`, its siblings. Nothing of it stays in the heap: the file is read for one card,
and written only where that changes something.
"""

import json

from firmware.ocpp16.iso import parse_iso
from micropython import const

PATH = "/state/cache.json"
_SCHEMA = const(1)
_MAX_FILE = const(16384)
_MOST = const(50)
# ConcurrentTx says nothing of the card, only of the moment.
_STATUSES = const(" Accepted Blocked Expired Invalid ")

# The file holds one text, as a table of dicts would not fit beside TLS: for each card, the
# longest unused first, "idTag TAB status TAB seconds it expires at TAB parentIdTag NEWLINE".


def find(files, idTag, now_s):
    """(status, parentIdTag or None) of ``idTag``, or None where it isn't known."""
    text = _load(files)
    start, end = _place(text, idTag)
    if not end:
        return None
    _, status, expires, parentIdTag = text[start : end - 1].split("\t")
    if status == "Accepted" and expires and int(expires) <= now_s:
        status = "Expired"
    return status, parentIdTag or None


def learn(files, idTag, idTagInfo):
    """Keep what the central system said of ``idTag``. Raises OSError."""
    entry = _entry(idTag, idTagInfo)
    if entry is None:
        return
    text = _load(files)
    start, end = _place(text, idTag)
    if end:
        # What is used moves to the end, but not each time: flash wears out.
        if text[start:end] == entry and start >= len(text) // 2:
            return
        text = text[:start] + text[end:]
    elif text.count("\n") > _MOST:
        text = _without_one(text)
    _save(files, text + entry)


def clear(files):
    """Forget every card; True. Raises OSError."""
    files.remove(PATH)
    return True


def _entry(idTag, idTagInfo):
    """The line of the file, or None where this is nothing to keep."""
    status = idTagInfo.get("status")
    parentIdTag = idTagInfo.get("parentIdTag")
    if not isinstance(parentIdTag, str):
        parentIdTag = ""
    if not isinstance(status, str) or " " + status + " " not in _STATUSES:
        return None
    expires = ""
    try:
        expires = str(parse_iso(idTagInfo["expiryDate"]))
    except (KeyError, TypeError, ValueError):
        pass  # for as long as the central system says nothing else
    entry = "\t".join((idTag.lower(), status, expires, parentIdTag)) + "\n"
    # A card whose characters are the table's own is not kept.
    good = entry.count("\t") == 3 and entry.count("\n") == 1 and len(parentIdTag) <= 20
    return entry if good else None


def _place(text, idTag):
    """Where the line of ``idTag`` begins and ends; (0, 0) where there is none."""
    start = text.find("\n" + idTag.lower() + "\t") + 1
    return (start, text.find("\n", start) + 1) if start else (0, 0)


def _without_one(text):
    """Make room: the first of those that may not charge goes, else the longest unused."""
    start = 1
    while start < len(text):
        end = text.find("\n", start) + 1
        if "\tAccepted\t" not in text[start:end]:
            return text[:start] + text[end:]
        start = end
    return "\n" + text[text.find("\n", 1) + 1 :]


def _load(files):
    data = files.read(PATH, _MAX_FILE)
    try:
        text = json.loads(data)["cards"] if data else "\n"
        for line in text[1:-1].split("\n") if len(text) > 1 else ():
            _, _, expires, _ = line.split("\t")
            int(expires or 0)
        good = text[0] == text[-1] == "\n" and text.count("\n") <= _MOST + 1
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "\n"  # unreadable: as after ClearCache
    return text if good else "\n"


def _save(files, text):
    files.write(PATH, json.dumps({"schema": _SCHEMA, "cards": text}).encode())
