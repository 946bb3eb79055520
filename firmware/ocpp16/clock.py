"""Wall clock: Unix seconds carried by wrapping milliseconds, set by the central system; ISO 8601.

May import: `ticks`. Own calendar arithmetic: `time.localtime` counts from 1970 on one port and
from 2000 on another.
"""

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
        self._start_s = floor_s
        self._floor_s = max(floor_s, _LEAST_S)
        self.seen_s = 0  # the last time that an earlier run has noted
        self._at_ms = now_ms

    def set(self, text, now_ms, age_ms=0):
        """Take the time from ISO 8601 ``text``, up to ``age_ms`` old. Raises TimeError, also
        where it is before the image was built or 20 years after."""
        seconds = parse_iso(text)
        if not -_BEHIND_S <= seconds - self._floor_s <= _LIFE_S:
            raise TimeError(text)
        jump_s = seconds - self.now_s(now_ms)
        if not self.is_set:
            self._start_s += jump_s
        elif -2 - age_ms // 1000 < jump_s < 2:
            return  # whole seconds and the way here: readings keep their order and spacing
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
        return format_iso(self.now_s(now_ms))

    def stamp(self, now_ms):
        """`iso`, or "+seconds" since the start while the clock isn't set."""
        if self.is_set:
            return self.iso(now_ms)
        return "+%d" % (self.now_s(now_ms) - self._start_s)

    def resolve(self, stamp, is_own=True):
        """A `stamp` as it goes on the wire. Of another run (not ``is_own``) whose clock never
        was set, all that is known is that it was before this one."""
        if stamp[:1] != "+":
            return stamp
        return format_iso(self._start_s + (int(stamp[1:]) if is_own else 0))


class TimeError(ValueError):
    """A text that is no point in time."""


def parse_iso(text):
    """Unix seconds of ``2026-01-31T12:00:00[.fraction][Z|+01:00]``; no zone means UTC.

    The fraction is dropped. Raises TimeError.
    """
    if len(text) > 40 or len(text) < 19 or text[10] not in "Tt ":
        raise TimeError(text[:40])
    if text[4] + text[7] + text[13] + text[16] != "--::":
        raise TimeError(text)
    year, month, day = _int(text[0:4]), _int(text[5:7]), _int(text[8:10])
    hour, minute, second = _int(text[11:13]), _int(text[14:16]), _int(text[17:19])
    if year < 1970 or not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month):
        raise TimeError(text)
    if hour > 23 or minute > 59 or second > 60:
        raise TimeError(text)
    seconds = _days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    return seconds - _offset_s(_skip_fraction(text, 19))


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


def _days(year, month, day):
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146097 + days - 719468


def _days_in(year, month):
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _int(digits):
    value = 0
    for char in digits:
        if not "0" <= char <= "9":
            raise TimeError(digits)
        value = value * 10 + ord(char) - 48
    return value


def _skip_fraction(text, at):
    if text[at : at + 1] in (".", ","):
        start = at = at + 1
        while at < len(text) and "0" <= text[at] <= "9":
            at += 1
        if at == start:
            raise TimeError(text)
    return text[at:]


def _offset_s(zone):
    if zone in ("", "Z", "z"):
        return 0
    digits = zone[1:3] + zone[-2:]
    if zone[0] not in "+-" or len(zone) not in (5, 6) or (len(zone) == 6 and zone[3] != ":"):
        raise TimeError(zone)
    minutes = _int(digits[:2]) * 60 + _int(digits[2:])
    if minutes > 1439:
        raise TimeError(zone)
    return -minutes * 60 if zone[0] == "-" else minutes * 60
