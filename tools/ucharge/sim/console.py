"""The chip's console: what its process prints, line by line, with the time."""

import time


class Line(str):
    """A line of the console; ``at_s`` is its time.monotonic()."""

    at_s = 0.0


async def read_lines(stream, on_line):
    """Call ``on_line(Line)`` until the process has closed ``stream``."""
    while True:
        try:
            data = await stream.readline()
        except ValueError:  # a line without end: what was read of it is dropped
            continue
        if not data:
            return
        line = Line(data.decode(errors="replace").rstrip("\r\n"))
        line.at_s = time.monotonic()
        on_line(line)
