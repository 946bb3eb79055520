"""Wall clock: Unix seconds carried by wrapping milliseconds, set by the central system.

May import: its siblings, `ticks`, `loader.modules`. Own calendar arithmetic: `time.localtime`
counts from 1970 on one port and from 2000 on another.
"""

from loader.modules import forget
from micropython import const
from ticks import ticks_add, ticks_diff

# No image is older, whatever it says of when it was built; a central system's clock may be so
# far behind; and no board lives longer than that.
_LEAST_S = const(1704067200)
_BEHIND_S = const(86400)
_LIFE_S = const(631152000)


class Clock:
    """Starts at ``floor_s`` (Unix seconds: the image's build time, say) until it is set.

    Must be asked once in a few days, else the milliseconds wrap unseen. What happens before the
    clock is set is stamped with the seconds since the start, and resolved when it is sent.
    """

    def __init__(self, now_ms, floor_s=946684800):
        self.is_set = False
        self._s = floor_s
        self.start_s = floor_s
        self._floor_s = max(floor_s, _LEAST_S)
        self.seen_s = 0  # the last time that an earlier run has noted
        self._at_ms = now_ms

    def set(self, text, now_ms, age_ms=0):
        """Take the time from ISO 8601 ``text``, up to ``age_ms`` old. Raises TimeError, also
        where it is before the image was built or 20 years after. Gives the seconds by which a
        clock that was set before has changed."""
        from firmware.ocpp16 import iso

        seconds = iso.parse_iso(text)
        forget("firmware.ocpp16.iso")
        if not -_BEHIND_S <= seconds - self._floor_s <= _LIFE_S:
            raise iso.TimeError(text)
        jump_s = seconds - self.now_s(now_ms)
        if not self.is_set:
            self.start_s += jump_s
            changed_s = 0
        elif -2 - age_ms // 1000 < jump_s < 2:
            return 0  # whole seconds and the way here: readings keep their order and spacing
        else:
            changed_s = jump_s
        self._s = seconds
        self._at_ms = now_ms
        self.is_set = True
        return changed_s

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
        return format_iso(self.now_s(now_ms))

    def stamp(self, now_ms):
        """`iso`, or "+seconds" since the start while the clock isn't set."""
        if self.is_set:
            return self.iso(now_ms)
        return "+%d" % (self.now_s(now_ms) - self.start_s)

    def resolve(self, stamp, base_s=0):
        """A `stamp` as it goes on the wire. ``base_s``, for those of an earlier run: what they
        count from, as Unix seconds or, not above 0, as seconds after this start. None: nobody
        knows but that it was before this start."""
        if stamp[:1] != "+":
            return stamp
        if base_s is None:
            stamp, base_s = "+0", 0
        return format_iso(int(stamp[1:]) + base_s + (self.start_s if base_s <= 0 else 0))


def format_iso(seconds):
    """``seconds`` since 1970 as ``2026-01-31T12:00:00Z``."""
    days, rest = divmod(seconds, 86400)
    # Civil from days, counted in years that start in March of year 0.
    days += 719468
    era, day_of_era = divmod(days, 146097)
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    year += era * 400 + (month <= 2)
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (
        year, month, day, rest // 3600, rest // 60 % 60, rest % 60,
    )  # fmt: skip
