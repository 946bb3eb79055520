"""What the specification says of a message: the schemas of PyPI ``ocpp`` and OCPP-J's rules."""

import datetime
import decimal
import json

from jsonschema import FormatChecker
from ocpp.messages import MessageType, get_validator

_VERSION = "1.6"
_ID_LENGTH = 36
_CODES = (
    "NotImplemented", "NotSupported", "InternalError", "ProtocolError", "SecurityError",
    "FormationViolation", "PropertyConstraintViolation", "OccurenceConstraintViolation",
    "TypeConstraintViolation", "GenericError",
)  # fmt: skip
_FORMATS = FormatChecker(())


@_FORMATS.checks("date-time", ValueError)
def _is_time(text):
    """With a zone: without one each side takes it for its own."""
    if not isinstance(text, str):
        return True  # the type's own rule says so
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None


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
        return error_violation(entry.code)
    return schema_violation(entry.kind, entry.action, entry.payload)


def error_violation(code):
    """What is wrong with a CALLERROR's code, or ""."""
    return "" if code in _CODES else f"no error code of OCPP-J 1.6: {code}"


def schema_violation(kind, action, payload):
    """What the 1.6 schema of ``action`` ("call" or "result") says against ``payload``, or ""."""
    number = MessageType.Call if kind == "call" else MessageType.CallResult
    try:
        # Decimal: 0.1 is no multiple of 0.1 in binary
        validator = get_validator(number, action, _VERSION, parse_float=decimal.Decimal)
    except OSError:
        return f"unknown action {action}"
    validator = validator.evolve(format_checker=_FORMATS)
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
