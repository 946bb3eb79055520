"""Each rule of the architecture finds the bad in a small made-up source, leaves the good alone."""

import pytest

from architecture import (
    MAX_LINES,
    find_asserts,
    find_bare_excepts,
    find_board_faults,
    find_forbidden_imports,
    find_forgotten_exceptions,
    find_long_files,
    find_missing_docstrings,
    find_name_clashes,
)

DROPPED = {
    "lib/x.py": 'RARE = ("y.z",)\n',
    "lib/y/z.py": "class Wrong(Exception):\n    pass\n",
}


def test_errors_of_dropped_modules():
    caught = "try:\n    f()\nexcept (OSError, Wrong):\n    pass\n"
    assert not find_forgotten_exceptions({**DROPPED, "lib/y/z.py": DROPPED["lib/y/z.py"] + caught})
    assert find_forgotten_exceptions({**DROPPED, "lib/a.py": caught})
    assert find_forgotten_exceptions({**DROPPED, "lib/a.py": caught.replace("Wrong", "z.Wrong")})
    assert not find_forgotten_exceptions({**DROPPED, "lib/a.py": caught}, {("lib/a.py", "Wrong")})
    direct = {**DROPPED, "lib/x.py": 'forget("y.z")\n', "lib/a.py": caught}
    assert find_forgotten_exceptions(direct)


LIBRARY = {"lib/ws/__init__.py": "", "lib/ticks.py": "", "lib/ota/a.py": "", "lib/ocppj.py": ""}

FORBIDDEN = [
    ("boot.py", "import firmware.app"),
    ("boot.py", "import network"),
    ("boot.py", "import ws"),
    ("main.py", "import machine"),
    ("main.py", "from firmware import app"),
    ("lib/loader/a.py", "import ticks"),
    ("lib/loader/a.py", "import network"),
    ("lib/loader/a.py", "def f():\n    from ota import a"),
    ("lib/loader/start.py", "import firmware.evse"),
    ("lib/ws/a.py", "import machine"),
    ("lib/ws/a.py", "from firmware.evse import Evse"),
    ("lib/ws/a.py", "from loader.files import Files"),
    ("lib/ws/a.py", "__import__('firmware.app')"),
    ("lib/ws/a.py", "__import__(name)"),
    ("lib/ws/a.py", "import typing"),
    ("lib/ws/a.py", "import ucharge"),
    ("lib/ota/a.py", "import firmware.version"),
    ("firmware/evse/a.py", "import firmware.ocpp16"),
    ("firmware/evse/a.py", "from firmware import ocpp16"),
    ("firmware/evse/a.py", "from ..ocpp16 import profile"),
    ("firmware/evse/a.py", "from .. import app"),
    ("firmware/evse/a.py", "import ocppj"),
    ("firmware/evse/a.py", "import ws"),
    ("firmware/evse/a.py", "import time"),
    ("firmware/evse/a.py", "if True:\n    import machine"),
    ("firmware/ocpp16/a.py", "import ws"),
    ("firmware/ocpp16/a.py", "import asyncio"),
    ("firmware/ocpp16/a.py", "from firmware.hal import wifi"),
    ("firmware/hal/a.py", "import firmware.evse"),
    ("firmware/hal/a.py", "import loader"),
    ("firmware/app.py", "import machine"),
    ("firmware/app.py", "import dataclasses"),
    ("other/a.py", ""),
]

ALLOWED = [
    ("boot.py", "import machine\nfrom loader import start"),
    ("lib/loader/a.py", "import machine, esp32, rp2, os\nfrom loader.files import Files"),
    ("lib/loader/start.py", "def f():\n    from firmware.app import main"),
    ("lib/ws/a.py", "import asyncio, ticks\nfrom . import b"),
    ("lib/ota/a.py", "from loader.header import Header\nimport ws"),
    (
        "firmware/evse/a.py",
        "from ticks import ticks_diff\nfrom firmware.evse.b import c\nimport json",
    ),
    ("firmware/evse/a.py", "from firmware import evse\nfrom .b import c"),
    ("firmware/ocpp16/a.py", "import ocppj, json\nfrom ota import a\nimport firmware.evse.b"),
    ("firmware/hal/a.py", "import machine, network, esp32, rp2, ticks"),
    ("firmware/app.py", "import ws, loader.files\nfrom firmware import evse, hal, ocpp16"),
    ("firmware/link.py", "import asyncio\nfrom firmware import version"),
]


@pytest.mark.parametrize(("path", "text"), FORBIDDEN)
def test_forbidden_import_is_found(path, text):
    assert find_forbidden_imports(LIBRARY | {path: text})


@pytest.mark.parametrize(("path", "text"), ALLOWED)
def test_allowed_import_is_left_alone(path, text):
    exceptions = [("lib/loader/start.py", "firmware.app")]
    assert find_forbidden_imports(LIBRARY | {path: text}, exceptions) == []


@pytest.mark.parametrize(
    ("library", "root"),
    [("lib/ws/a.py", "ws"), ("lib/ws.py", "ws.py"), ("lib/json.py", ""), ("lib/http/a.py", "")],
)
def test_name_clash_is_found(library, root):
    assert find_name_clashes({library: ""}, [root])


@pytest.mark.parametrize("root", ["firmware", "boot.py", "tools", "tests"])
def test_other_names_at_the_root_are_fine(root):
    assert find_name_clashes(LIBRARY | {"lib/loader/a.py": ""}, [root, "lib"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "'''Doc.'''",
        "import os\nBoardConfig(name='x')",
        "BoardConfig(name=f())",
        "BoardConfig('x')",
        "BoardConfig(**{'name': 'x'})",
        "Other(name='x')",
        "BoardConfig(name='x')\nBoardConfig(name='y')",
        "board = BoardConfig(name='x')",
    ],
)
def test_board_fault_is_found(text):
    assert find_board_faults({"board_configs/x.py": text})


def test_good_board_is_left_alone():
    text = "'''Doc.'''\nBoardConfig(name='x', pins=[(1, 0)], offset_mv=-15000, led=None)"
    assert find_board_faults({"board_configs/x.py": text}) == []


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (find_long_files, "x = 1\n" * (MAX_LINES + 1), "x = 1\n" * MAX_LINES),
        (find_missing_docstrings, "x = 1", "'''Doc.'''"),
        (find_bare_excepts, "try: f()\nexcept: pass", "try: f()\nexcept OSError: pass"),
        (find_asserts, "def f(x):\n    assert x", "assertion = 1"),
    ],
)
def test_rule_finds_the_bad_and_leaves_the_good(rule, bad, good):
    assert rule({"x.py": bad})
    assert rule({"x.py": good}) == []
