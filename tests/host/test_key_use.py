"""What runs all the time asks for no configuration key that has the table of all loaded.

Loading it takes 25 ms and heap in one piece: commands and updates may fail for that, the rest of
the charger must not.
"""

import ast

import pytest

from firmware.ocpp16.configuration_check import SOON
from firmware.ocpp16.configuration_keys import KEYS
from firmware.ocpp16.table import names
from ucharge.paths import ROOT

ALL = set(names(KEYS))
# The start, commands and updates, and the keys themselves: called where NO_MEMORY is caught.
MAY_LOAD = {
    "assembly", "configuration_check", "configuration_keys", "core", "certificates", "credentials",
    "firmware_commands", "firmware_management", "renewal", "security_commands", "security_keys",
    "update_check", "update_index", "update_policy", "update_source",
}  # fmt: skip

# `meter_values` puts their names together.
MADE_UP = {"MeterValuesSampledData", "MeterValuesAlignedData"}


def keys_in(path):
    """The names of keys among the texts of a source file."""
    texts = {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return texts & ALL


def modules():
    return sorted((ROOT / "firmware").rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_asks_for_what_is_there(path):
    if path.stem not in MAY_LOAD:
        assert keys_in(path) <= set(SOON.split())


def test_names_are_keys_and_used():
    soon = SOON.split()
    assert set(soon) <= ALL
    assert len(soon) == len(set(soon))
    used = set().union(*(keys_in(path) for path in modules() if path.stem != "configuration_keys"))
    assert set(soon) - MADE_UP <= used


def test_modules_that_may_load_it_exist():
    assert {path.stem for path in modules()} >= MAY_LOAD
