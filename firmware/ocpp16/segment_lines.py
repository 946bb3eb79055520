"""A whole segment, line by line. Loaded where that is wanted: at the start, or for want of room.

May import: its siblings.
"""

from firmware.ocpp16.segments import SEGMENT, path, unsealed


def lines(files, number):
    """(end, text or "" where it is damaged, whether it has an end) of each line of a segment."""
    with files.open(path(number), "rb") as file:
        end = 0
        while True:
            line = file.readline(SEGMENT)
            if not line:
                return
            end += len(line)
            yield end, unsealed(line), line[-1:] == b"\n"
