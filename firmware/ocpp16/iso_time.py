"""Reading a time as it comes on the wire, ISO 8601. Loaded where one has come, then dropped.

May import: its sibling. Writing one is `clock`'s, which does it all the time.
"""

from firmware.ocpp16.clock import TimeError


def seconds_of(text):
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
