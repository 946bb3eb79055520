"""Who may import whom, and what every file must look like: the design's table, enforced.

The imports are read with ast, late ones inside functions included; nothing is executed. Each
rule is a function over sources, and is shown to fail on a small made-up source further down.
"""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Who (a unit, see unit_of) may import whom, beside itself and the built-ins.
MAY_IMPORT = {
    "boot": {"loader", "machine"},
    "main": {"loader"},
    "loader": {"machine", "esp32", "rp2"},
    "lib": {"lib"},
    "ota": {"lib", "loader"},
    "evse": {"ticks"},
    "ocpp16": {"evse", "ocppj", "ota", "ticks"},
    "hal": {"lib", "machine", "network", "esp32", "rp2"},
    "firmware": {"evse", "ocpp16", "hal", "lib", "loader"},  # app.py and what it is made of
}
# One import each that the table does not cover, and why.
EXCEPTIONS = {
    ("lib/loader/start.py", "firmware.app"): "the hand-over from the fixed part to the image",
    ("firmware/ocpp16/authorization.py", "loader.modules"): "gives the heap of the cache back",
    ("firmware/ocpp16/commands.py", "loader.modules"): "gives the heap of rare commands back",
    ("firmware/ocpp16/firmware_management.py", "loader.modules"): "gives back an upload's code",
    ("firmware/ocpp16/outbox.py", "loader.modules"): "gives the heap of its recovery back",
    ("firmware/ocpp16/transactions.py", "loader.modules"): "gives back the code for interrupted",
    ("firmware/ocpp16/update_job.py", "loader.modules"): "gives the heap of its file's code back",
    ("firmware/ocpp16/update_job.py", "loader.record"): "names of the boot record's states",
}

HARDWARE = {"machine", "network", "esp32", "rp2"}
BUILT_IN = set(
    "array asyncio binascii builtins collections cryptolib deflate errno gc hashlib heapq io json "
    "math micropython os platform random re select socket ssl struct sys time tls vfs".split()
)
# Pure units get time, storage and messages as arguments.
PURE = {"evse", "ocpp16"}
IMPURE_BUILT_IN = set("asyncio os platform select socket ssl time tls vfs".split())

MAX_LINES = 300
BOARD_CALL = "BoardConfig"


# The sources: {path from the root: text}


def read_sources(*patterns):
    """The repository's files that match, as {path from the root: text}."""
    paths = sorted(path for pattern in patterns for path in ROOT.glob(pattern))
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


def read_device():
    """Sources of everything that runs on a board."""
    return read_sources("boot.py", "main.py", "lib/**/*.py", "firmware/**/*.py")


def module_of(path):
    """Dotted module name on the device, and whether it is a package."""
    parts = path.removeprefix("lib/").removesuffix(".py").split("/")
    is_package = parts[-1] == "__init__"
    return ".".join(parts[:-1] if is_package else parts), is_package


def unit_of(module, libraries):
    """The part of the design a module belongs to, as named in MAY_IMPORT; None if unknown."""
    top, _, rest = module.partition(".")
    if top in ("boot", "main", "loader", "ota"):
        return top
    if top in libraries:
        return "lib"
    if top == "firmware":
        part = rest.partition(".")[0]
        return part if part in ("evse", "ocpp16", "hal") else "firmware"
    return None


def library_names(sources):
    """Top-level names of lib/, less the loader: all but ``firmware`` of the image's."""
    tops = {module_of(path)[0].partition(".")[0] for path in sources if path.startswith("lib/")}
    return tops - {"loader"}


# The rules: each gives a list of findings, "path:line: what"


def imported_modules(path, text):
    """(line, module) of each import, with ``from a import b`` as both ``a`` and ``a.b``."""
    module, is_package = module_of(path)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                keep = module.split(".")
                keep = keep[: len(keep) - node.level + is_package]
                base = ".".join([*keep, base] if base else keep)
            yield node.lineno, base
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"
        elif isinstance(node, ast.Call) and dynamic_import(node):
            first = node.args[0] if node.args else None
            constant = first.value if isinstance(first, ast.Constant) else "(computed)"
            yield node.lineno, str(constant)


def dynamic_import(call):
    """Whether a call imports: ``__import__`` and ``import_module``, however qualified."""
    name = getattr(call.func, "id", getattr(call.func, "attr", None))
    return name in ("__import__", "import_module")


def find_forbidden_imports(sources):
    """Imports that MAY_IMPORT does not allow."""
    libraries = library_names(sources)
    known = {module_of(path)[0] for path in sources}
    findings = []
    for path, text in sources.items():
        unit = unit_of(module_of(path)[0], libraries)
        if unit is None:
            findings.append(f"{path}:1: belongs to no part of the design")
            continue
        for line, module in imported_modules(path, text):
            excused = any(
                path == place and (module == name or module.startswith(name + "."))
                for place, name in EXCEPTIONS
            )
            if not excused and not is_allowed(unit, module, libraries, known):
                findings.append(f"{path}:{line}: {unit} may not import {module}")
    return findings


def is_allowed(unit, module, libraries, known):
    """Whether ``unit`` may import ``module``; ``known`` are the modules there are."""
    allowed = MAY_IMPORT[unit]
    top = module.partition(".")[0]
    target = unit_of(module, libraries)
    if top in HARDWARE:
        return top in allowed
    if target is None:
        return top in BUILT_IN and not (unit in PURE and top in IMPURE_BUILT_IN)
    if target in ("lib", "ota"):
        return unit in ("lib", "ota") or "lib" in allowed or top in allowed
    if target == unit or target in allowed:
        return True
    # `from firmware import evse` names the package first, which holds nothing itself.
    return module == "firmware" and "firmware" not in known


def find_name_clashes(sources, root_names):
    """Names of the image's modules that something at the root, or an interpreter, also has."""
    taken = {name.removesuffix(".py") for name in root_names}
    findings = []
    for name in sorted(library_names(sources)):
        if name in taken or name == "firmware":
            findings.append(f"lib/{name}: something at the root has this name too")
        if name in BUILT_IN | HARDWARE or name in sys.stdlib_module_names:
            findings.append(f"lib/{name}: hides a module of the interpreter")
    return findings


def find_board_faults(sources):
    """Board files that are more than one literal ``BoardConfig(...)``."""
    findings = []
    for path, text in sources.items():
        body = ast.parse(text).body
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]  # the docstring
        if len(body) != 1 or not is_board_call(body[0]):
            findings.append(f"{path}:1: must be one {BOARD_CALL}(name=literal, ...) alone")
    return findings


def is_board_call(statement):
    """Whether a statement is ``BoardConfig(name=literal, ...)``."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or getattr(call.func, "id", None) != BOARD_CALL:
        return False
    try:
        for keyword in call.keywords:
            ast.literal_eval(keyword.value)
    except ValueError:
        return False
    return not call.args and all(keyword.arg for keyword in call.keywords)


def find_long_files(sources):
    """Files over MAX_LINES lines."""
    return [
        f"{path}:{MAX_LINES + 1}: {len(text.splitlines())} lines, at most {MAX_LINES}"
        for path, text in sources.items()
        if len(text.splitlines()) > MAX_LINES
    ]


def find_missing_docstrings(sources):
    """Modules without a docstring."""
    return [
        f"{path}:1: no module docstring"
        for path, text in sources.items()
        if not ast.get_docstring(ast.parse(text))
    ]


def find_nodes(sources, wanted, what):
    """Syntax that is not wanted: ``wanted(node)`` says which."""
    return [
        f"{path}:{getattr(node, 'lineno', 0)}: {what}"
        for path, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if wanted(node)
    ]


def find_bare_excepts(sources):
    """``except:`` without a class."""
    return find_nodes(
        sources,
        lambda node: isinstance(node, ast.ExceptHandler) and node.type is None,
        "bare except",
    )


def find_asserts(sources):
    """``assert``: -O removes it, so it must not guard anything."""
    return find_nodes(sources, lambda node: isinstance(node, ast.Assert), "assert statement")


# The repository


def show(findings):
    return "\n" + "\n".join(findings)


def test_imports_follow_the_design():
    findings = find_forbidden_imports(read_device())
    assert not findings, show(findings)


def test_every_exception_is_still_needed():
    used = {
        (path, module)
        for path, text in read_device().items()
        for _, module in imported_modules(path, text)
    }
    assert set(EXCEPTIONS) <= used


def test_no_module_of_the_image_lies_at_the_root():
    names = [path.name for path in ROOT.iterdir()]
    findings = find_name_clashes(read_device(), names)
    assert not findings, show(findings)


def test_board_files_are_literals():
    findings = find_board_faults(read_sources("board_configs/**/*.py"))
    assert not findings, show(findings)


@pytest.mark.parametrize("rule", [find_long_files, find_missing_docstrings, find_bare_excepts])
def test_device_code_and_tools(rule):
    findings = rule(read_device() | read_sources("tools/**/*.py", "board_configs/**/*.py"))
    assert not findings, show(findings)


def test_device_code_has_no_assert():
    findings = find_asserts(read_device())
    assert not findings, show(findings)


# The rules themselves

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
    assert find_forbidden_imports(LIBRARY | {path: text}) == []


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
