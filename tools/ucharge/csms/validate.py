"""What the specification says of a message: the schemas of PyPI ``ocpp`` and OCPP-J's rules."""

import decimal
import json

from ocpp.messages import MessageType, get_validator

_VERSION = "1.6"
_ID_LENGTH = 36


def violation_of(entry):
    """What is wrong with the book's ``entry``, or ""."""
    if entry.kind not in ("call", "result", "error"):
        return entry.violation
    if entry.violation:
        return entry.violation
    if not 0 < len(entry.unique_id) <= _ID_LENGTH:
        return f"uniqueId of {len(entry.unique_id)} characters"
    if _has_null(entry.payload):
        return "null in the payload"
    if entry.kind == "error":
        return ""
    return schema_violation(entry.kind, entry.action, entry.payload)


def schema_violation(kind, action, payload):
    """What the 1.6 schema of ``action`` ("call" or "result") says against ``payload``, or ""."""
    number = MessageType.Call if kind == "call" else MessageType.CallResult
    try:
        # Decimal: 0.1 is no multiple of 0.1 in binary
        validator = get_validator(number, action, _VERSION, parse_float=decimal.Decimal)
    except OSError:
        return f"unknown action {action}"
    exact = json.loads(json.dumps(payload), parse_float=decimal.Decimal)
    for error in validator.iter_errors(exact):
        where = "/".join(str(part) for part in error.absolute_path)
        return f"{where or action}: {error.message}"
    return ""


def _has_null(value):
    if isinstance(value, dict):
        return any(_has_null(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_null(item) for item in value)
    return value is None
