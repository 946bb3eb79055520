"""The official v1.6 JSON schemas, those of PyPI `ocpp`, against the tables of the charge point.

What it sends is held against them in every test: see `tests/conftest.py`.
"""

import pytest

from call_cases import schema_of
from firmware.ocpp16 import (
    core,
    firmware_commands,
    remote_control,
    remote_trigger,
    security_commands,
)
from firmware.ocpp16.table import names, row

MODULES = (core, firmware_commands, remote_control, remote_trigger, security_commands)


@pytest.mark.parametrize(
    ("action", "words"),
    [(name, (row(m.ACTIONS, name) or [])[1:]) for m in MODULES for name in names(m.ACTIONS)],
)
def test_field_tables_say_what_the_schemas_say(action, words):
    fields = dict(zip(words[::2], words[1::2], strict=False))
    schema = schema_of(action)
    properties = schema.get("properties", {})
    assert set(fields) == set(properties)
    required = {name for name, kind in fields.items() if kind.endswith("!")}
    assert required == set(schema.get("required", ()))
    for name, kind in fields.items():
        sort, rest = kind[0], kind[1:].rstrip("!")
        told = properties[name]
        if sort == "a":
            told, sort, rest = told["items"], rest[0], rest[1:]
        assert told["type"] == {"i": "integer", "o": "object"}.get(sort, "string")
        if sort == "e":
            assert set(rest.split("|")) == set(told["enum"])
        if "maxLength" in told:
            assert rest == str(told["maxLength"])
