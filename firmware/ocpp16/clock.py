"""Wall clock: Unix seconds carried by wrapping milliseconds, set by the central system.

May import: `firmware.ocpp16.iso8601`, `ticks`.
"""

from firmware.ocpp16 import iso8601
from ticks import ticks_add, ticks_diff


class Clock:
    """Starts at ``floor_s`` (Unix seconds: the image's build time, say) until it is set.

    Must be asked once in a few days, else the milliseconds wrap unseen. What happens before the
    clock is set is stamped with the seconds since the start, and resolved when it is sent.
    """

    def __init__(self, now_ms, floor_s=946684800):
        self.is_set = False
        self._s = floor_s
        self._start_s = floor_s
        self._at_ms = now_ms

    def set(self, text, now_ms):
        """Take the time from ISO 8601 ``text``. Raises iso8601.TimeError."""
        seconds = iso8601.parse(text)
        jump_s = seconds - self.now_s(now_ms)
        if not self.is_set:
            self._start_s += jump_s
        elif -2 < jump_s < 2:
            return  # whole seconds and the way here: readings keep their exact spacing
        self._s = seconds
        self._at_ms = now_ms
        self.is_set = True

    def now_s(self, now_ms):
        """Unix seconds at ``now_ms``."""
        passed_ms = ticks_diff(now_ms, self._at_ms)
        if passed_ms >= 1000:
            passed_s = passed_ms // 1000
            self._s += passed_s
            self._at_ms = ticks_add(self._at_ms, passed_s * 1000)
        return self._s

    def iso(self, now_ms):
        """The time at ``now_ms`` as it goes on the wire."""
        return iso8601.format(self.now_s(now_ms))

    def stamp(self, now_ms):
        """`iso`, or "+seconds" since the start while the clock isn't set."""
        if self.is_set:
            return self.iso(now_ms)
        return "+%d" % (self.now_s(now_ms) - self._start_s)

    def resolve(self, stamp):
        """A `stamp` of this run as it goes on the wire."""
        if stamp[:1] != "+":
            return stamp
        return iso8601.format(self._start_s + int(stamp[1:]))
