"""A full outbox: samples in its middle make room, begins and ends never. Loaded for that alone.

May import: its siblings. Two neighbouring segments become one, with so few of their samples,
evenly spaced, that it fits. The segments being read and written are left alone. One call merges
one pair, each call the next one, so that all of the middle is thinned alike.
"""

from firmware.ocpp16.segment_lines import lines
from firmware.ocpp16.segments import SCHEMA, SEGMENT, path, sealed
from micropython import const

# So many pairs may turn out to hold nothing but begins and ends; then it is left for next time.
_TRIES = const(4)


def make_room(segments, log):
    """Merge one pair; where that fails nothing has changed."""
    try:
        _thin(segments, log)
    except (OSError, MemoryError) as error:
        log("outbox not thinned: %r" % error)


def _thin(segments, log):
    for _ in range(_TRIES):
        first = segments.thin_from
        if first <= segments.number:
            first = _after(segments, segments.number)
        second = _after(segments, first)
        if second >= segments.last:
            first = _after(segments, segments.number)
            second = _after(segments, first)
            if second >= segments.last:
                return
        until = _after(segments, second) - 1
        segments.thin_from = until + 1
        if _merge(segments, first, second, until, log):
            return


def _after(segments, number):
    """The segment that follows ``number``."""
    for _, text, _ in lines(segments.files, number):
        if text[:1] == "Q":
            return int(text.split(" ")[3]) + 1
        break
    number += 1
    while number < segments.last and segments.files.size(path(number)) is None:
        number += 1
    return number


def _merge(segments, first, second, until, log):
    files = segments.files
    kept = len(sealed("Q %d %d %d %d" % (SCHEMA, first, until, second)))
    samples = size = 0
    for number in (first, second):
        for _, text, _ in lines(files, number):
            line = len(sealed(text))
            if text[:1] == "M":
                samples += 1
                size += line
            elif text and text[0] != "Q":
                kept += line
    if kept > SEGMENT:
        return False
    every = 1
    while samples and kept + (samples + every - 1) // every * (size // samples + 1) > SEGMENT:
        every += 1
    merged = [sealed("Q %d %d %d %d" % (SCHEMA, first, until, second))]
    count = 0
    for number in (first, second):
        for _, text, _ in lines(files, number):
            if text[:1] == "M":
                count += 1
                if count % every:
                    continue
            if text and text[0] != "Q":
                merged.append(sealed(text))
    # Line by line: no room in one piece is wanted for all of it.
    with files.open(path(first), "wb") as file:
        for line in merged:
            file.write(line)
    files.remove(path(second))
    segments.used -= 1
    segments.count -= samples - samples // every
    log("outbox full: %d samples dropped" % (samples - samples // every))
    return True
