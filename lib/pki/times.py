"""Times in certificates (RFC 5280, 4.1.2.5): to the second, in UTC, without fractions.

May import: ``pki.errors``.
"""

from micropython import const
from pki.errors import DerError

_UTC_TIME = const(0x17)
_GENERALIZED_TIME = const(0x18)


def read_time(reader):
    """The time that is next in ``reader`` (``der.Reader``) in Unix seconds. Raises DerError."""
    if reader.next_tag() == _UTC_TIME:
        text = reader.take(_UTC_TIME).content()
        # Before a year of two digits, its century.
        text = (b"19" if text[:1] >= b"5" else b"20") + text
    else:
        text = reader.take(_GENERALIZED_TIME).content()
        if text < b"2050":
            raise DerError("GeneralizedTime before 2050")
    if len(text) != 15 or text[14] != 0x5A or not text[:14].isdigit():
        raise DerError("no time")
    year = int(text[:4])
    month, day, hour, minute, second = [int(text[at : at + 2]) for at in range(4, 14, 2)]
    if not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 59:
        raise DerError("no time")
    first = _day(year, month)
    if not 1 <= day <= _day(year + month // 12, month % 12 + 1) - first:
        raise DerError("no day")
    return (((first + day - 1) * 24 + hour) * 60 + minute) * 60 + second


def _day(year, month):
    """Days from 1 January 1970 to the first of ``month``."""
    if month < 3:
        year -= 1
        month += 12
    leap_days = year // 4 - year // 100 + year // 400
    return 365 * year + leap_days + (153 * (month - 3) + 2) // 5 - 719468
