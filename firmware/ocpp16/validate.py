"""Checking payloads against a compact table of their fields.

May import: `firmware.ocpp16.clock`, `ocppj`. OCPP-J 1.6 section 4.2.3:
missing or unknown field -> FormationViolation, wrong type -> TypeConstraintViolation, length,
enumeration or range -> PropertyConstraintViolation.

A table maps each field to what it holds, a required one with "!" at its end:

    "s20"   string of at most 20 characters ("s": 1024)      "b"   boolean
    "i0:9"  integer, from and to ("i", "i0": 32 bits)         "n"   number
    "il"    integer of 64 bits
    "d"     date and time                                     "o"   object, not looked into
    "eA|B"  one of A and B                                    "as50" array of "s50"

or to the table of an object, required where that holds the pair "!": True.
"""

from firmware.ocpp16.iso import parse_iso
from micropython import const
from ocppj import CallError, is_text

_MAX_ITEMS = const(128)


def validate(fields, payload, unknown_ok=False):
    """Raise the CallError that ``payload`` (a dict) deserves by the table ``fields``.

    ``fields`` may also be a list of words: a field, what it holds, the next field, and so on.
    ``unknown_ok``: for answers, where a field that nobody knows does no harm.
    """
    if isinstance(fields, list):
        fields = dict(zip(fields[::2], fields[1::2]))
    for name in fields:
        if name not in payload:
            kind = fields[name]
            if name != "!" and ("!" in kind if isinstance(kind, dict) else kind[-1] == "!"):
                raise CallError("FormationViolation", name + " is missing")
    for name in payload:
        if name in fields and name != "!":
            _check(fields[name], payload[name], name)
        elif not unknown_ok:
            raise CallError("FormationViolation", "unknown field")


def _check(kind, value, name):
    if isinstance(kind, dict):
        _expect(isinstance(value, dict), name)
        validate(kind, value)
        return
    if kind[-1] == "!":
        kind = kind[:-1]
    sort = kind[0]
    rest = kind[1:]
    if sort == "s" or sort == "e" or sort == "d":
        _expect(isinstance(value, str), name)
        if sort == "s":
            good = len(value) <= int(rest or 1024) and is_text(value)
        elif sort == "e":
            good = value in rest.split("|")
        else:
            good = _is_time(value)
    elif sort == "b":
        _expect(isinstance(value, bool), name)
        return
    elif sort == "i" or sort == "n":
        number = isinstance(value, int) or (sort == "n" and isinstance(value, float))
        _expect(number and not isinstance(value, bool), name)
        if rest == "l":
            rest = "%d:%d" % (-1 << 63, (1 << 63) - 1)
        low, _, high = rest.partition(":")
        good = int(low or -0x80000000) <= value <= int(high or 0x7FFFFFFF)
    elif sort == "a":
        _expect(isinstance(value, list), name)
        good = len(value) <= _MAX_ITEMS
        if good:
            for item in value:
                _check(rest, item, name)
    else:
        _expect(isinstance(value, dict), name)
        return
    if not good:
        raise CallError("PropertyConstraintViolation", name)


def _expect(right_type, name):
    if not right_type:
        raise CallError("TypeConstraintViolation", name)


def _is_time(text):
    try:
        parse_iso(text)
    except ValueError:
        return False
    return True
