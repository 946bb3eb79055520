"""One line a happening, on the console. May import: ``ticks``."""

from ticks import ticks_ms


def log(text):
    """Print ``text`` behind the seconds since the start."""
    now_ms = ticks_ms()
    print("%d.%03d %s" % (now_ms // 1000, now_ms % 1000, text))
