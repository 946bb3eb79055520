"""Requests made from the official schemas of OCPP 1.6: valid ones, and each wrong in one way.

CPython only: the schemas are those of PyPI `ocpp`.
"""

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

import ocpp.v16

SCHEMAS = Path(ocpp.v16.__file__).parent / "schemas"
ACTIONS = sorted(
    path.stem for path in SCHEMAS.glob("*.json") if not path.stem.endswith("Response")
)

RESULT = "result"
MISSING = UNKNOWN = "FormationViolation"
TYPE = "TypeConstraintViolation"
VALUE = "PropertyConstraintViolation"

# One value of each type of JSON.
TYPES = {
    "string": "1", "integer": 1, "number": 1.5, "boolean": True, "null": None, "array": [],
    "object": {},
}  # fmt: skip
TIMES = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456Z", "2026-01-01T01:00:00+01:00")
NO_TIMES = ("", "tomorrow", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T25:00:00Z")
# OCPP's integer has 32 bits; 10^400 has no float.
TOO_LARGE = (2**31, -(2**31) - 1, 2**63, 10**400)
# Taken with 64: what the central system names so, it may name so in a command too.
LONG = ("transactionId",)
# The schemas don't say that these can't be negative; the specification's text does.
NEVER_NEGATIVE = ("connectorId", "retries", "retryInterval")
# What a valid request says where the schema's type alone would make no sense.
SENSIBLE = {"location": "https://host/x.ucup"}


class Case(NamedTuple):
    """``what``: for people; ``payload`` of the CALL; ``expected``: RESULT or the code."""

    what: str
    payload: dict
    expected: str


def schema_of(name):
    """The schema of ``name``: an action, or an action + "Response"; in one piece."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8-sig"))
    definitions = schema.get("definitions", {})

    def resolve(node):
        if isinstance(node, list):
            return [resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rpartition("/")[2]])
        return {key: resolve(value) for key, value in node.items()}

    return resolve(schema)


def cases_of(action):
    """Every case of ``action``."""
    schema = schema_of(action)
    yield from valid_cases(schema)
    largest = sample(schema, "", is_full=True)
    for where, node in walk(schema, largest, ()):
        yield from wrong_cases(largest, where, node)


def sample(schema, name, is_full) -> Any:
    """A valid value; full: with every optional field, and every string as long as may be."""
    kind = schema.get("type")
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return TIMES[0]
    if name in SENSIBLE:
        return SENSIBLE[name]
    if kind == "string":
        return "x" * schema.get("maxLength", 10) if is_full else "x"
    if kind == "array":
        return [sample(schema["items"], "", is_full)]
    if kind == "object":
        wanted = schema.get("properties", {}) if is_full else schema.get("required", ())
        return {key: sample(schema["properties"][key], key, is_full) for key in wanted}
    return {"integer": 1, "number": 1.5, "boolean": True}[kind]


def valid_cases(schema):
    """The least payload, the fullest, each optional field alone, every word of an enumeration."""
    least, full = sample(schema, "", False), sample(schema, "", True)
    yield Case("least", least, RESULT)
    yield Case("full", full, RESULT)
    for key, node in schema.get("properties", {}).items():
        if key not in least:
            yield Case(f"{key} alone", {**least, key: sample(node, key, False)}, RESULT)
            yield Case(f"all but {key}", {k: v for k, v in full.items() if k != key}, RESULT)
    for where, node in walk(schema, full, ()):
        for word in node.get("enum", ()):
            yield Case(f"{at(where)} {word}", changed(full, where, word), RESULT)
        if node.get("format") == "date-time":
            for time in TIMES:
                yield Case(f"{at(where)} {time}", changed(full, where, time), RESULT)
        elif "maxLength" in node and "enum" not in node:
            text = "\u20ac" * node["maxLength"]  # of characters, not bytes
            yield Case(f"{at(where)} all euro signs", changed(full, where, text), RESULT)
            yield Case(f"{at(where)} empty", changed(full, where, ""), RESULT)


def wrong_cases(payload, where, node):
    """What can be wrong with the value at ``where`` of ``payload``, one thing at a time."""
    kind, name = node.get("type"), at(where)
    for other, value in TYPES.items():
        fits = other == kind or (kind == "number" and other == "integer")
        if where and not fits:
            yield Case(f"{name} is {other}", changed(payload, where, value), TYPE)
    if kind == "object":
        for key in node.get("required", ()):
            yield Case(f"{name}/{key} missing", changed(payload, (*where, key)), MISSING)
        yield Case(f"{name}/foo unknown", changed(payload, (*where, "foo"), 1), UNKNOWN)
    if "enum" in node:
        for word in ("", "Odd", node["enum"][0].swapcase(), node["enum"][0] + " "):
            yield Case(f"{name} {word!r}", changed(payload, where, word), VALUE)
    elif node.get("format") == "date-time":
        for time in NO_TIMES:
            yield Case(f"{name} {time!r}", changed(payload, where, time), VALUE)
    elif kind == "string":
        text = "x" * (node.get("maxLength", 9000) + 1)
        yield Case(f"{name} too long", changed(payload, where, text), VALUE)
    elif kind in ("integer", "number"):
        for value in TOO_LARGE[2:] if where[-1] in LONG else TOO_LARGE:
            short = f"{value:.3g}" if abs(value) < 1e300 else "10^400"
            yield Case(f"{name} {short}", changed(payload, where, value), VALUE)
        if where[-1] in NEVER_NEGATIVE:
            yield Case(f"{name} -1", changed(payload, where, -1), VALUE)


def walk(schema, value, where):
    """(path, schema) of ``value`` and of all within it."""
    yield where, schema
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(schema["properties"][key], inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(schema["items"], inner, (*where, index))


_GONE = object()


def changed(payload, where, value=_GONE):
    """A copy of ``payload`` with ``value`` at the path ``where``, or nothing there."""
    payload = copy.deepcopy(payload)
    inner = payload
    for key in where[:-1]:
        inner = inner[key]
    if value is _GONE:
        del inner[where[-1]]
    else:
        inner[where[-1]] = value
    return payload


def at(where):
    """A path for people."""
    return "/".join(map(str, where))
