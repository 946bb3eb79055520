"""The official v1.6 JSON schemas against what the charge point sends and what it checks.

The schemas are those of PyPI `ocpp`; the messages are all that leave the bench while the
scenario tests run.
"""

import importlib.util
import io
import json
import unittest
from pathlib import Path

import jsonschema
import ocpp.v16
import pytest

import charge_bench
from firmware.ocpp16 import commands, rare_commands, remote_trigger
from firmware.ocpp16.table import names, row

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path(ocpp.v16.__file__).parent / "schemas"
MODULES = (commands, rare_commands, remote_trigger)


def schema_of(name):
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8-sig"))


@pytest.fixture(scope="module")
def sent():
    """Everything sent in all scenarios, each message once."""
    before = len(charge_bench.SENT)
    suite = unittest.TestSuite()
    for path in sorted((ROOT / "tests/scenario").glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"scenario_for_schemas.{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    outcome = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    assert outcome.wasSuccessful(), outcome.failures + outcome.errors
    assert outcome.testsRun > 50
    unique = {json.dumps(entry, sort_keys=True) for entry in charge_bench.SENT[before:]}
    return [json.loads(text) for text in sorted(unique)]


def test_every_message_is_valid(sent):
    seen = set()
    for kind, action, payload in sent:
        if kind == "error":
            continue
        name = action if kind == "call" else action + "Response"
        jsonschema.validate(payload, schema_of(name), jsonschema.Draft4Validator)
        seen.add(name)
    assert {
        "BootNotification", "Heartbeat", "StatusNotification", "Authorize", "StartTransaction",
        "StopTransaction", "MeterValues", "FirmwareStatusNotification", "GetConfigurationResponse",
        "ChangeConfigurationResponse", "ResetResponse", "TriggerMessageResponse",
        "RemoteStartTransactionResponse", "RemoteStopTransactionResponse", "ClearCacheResponse",
        "ChangeAvailabilityResponse", "UnlockConnectorResponse", "DataTransferResponse",
    } <= seen  # fmt: skip


def test_error_codes_are_known(sent):
    codes = {payload for kind, _, payload in sent if kind == "error"}
    assert codes <= {
        "FormationViolation", "TypeConstraintViolation", "PropertyConstraintViolation",
        "NotSupported", "NotImplemented", "InternalError",
    }  # fmt: skip


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
