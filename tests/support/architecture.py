"""The rules of the architecture, each a function over sources: imports, and how files look.

The imports are read with ast, late ones inside functions included; nothing is executed.
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Who (a unit, see unit_of) may import whom, beside itself and the built-ins.
MAY_IMPORT = {
    "boot": {"loader", "machine"},
    "main": {"loader"},
    "loader": {"machine", "esp32", "rp2", "modules"},
    "modules": set(),  # loader.modules, which gives heap back: whoever imports late may use it
    "lib": {"lib"},
    "ota": {"lib", "loader"},
    "evse": {"ticks"},
    "ocpp16": {"evse", "ocppj", "ota", "ticks", "modules"},
    "hal": {"lib", "machine", "network", "esp32", "rp2"},
    "firmware": {"evse", "ocpp16", "hal", "lib", "loader", "modules"},  # app.py and its parts
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
    """The part of it all that a module belongs to, as named in MAY_IMPORT; None if unknown."""
    top, _, rest = module.partition(".")
    if module.startswith("loader.modules"):
        return "modules"
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


def find_forbidden_imports(sources, exceptions=()):
    """Imports that MAY_IMPORT does not allow; ``exceptions``: (path, module) that it may."""
    libraries = library_names(sources)
    known = {module_of(path)[0] for path in sources}
    findings = []
    for path, text in sources.items():
        unit = unit_of(module_of(path)[0], libraries)
        if unit is None:
            findings.append(f"{path}:1: belongs to no part of the architecture")
            continue
        for line, module in imported_modules(path, text):
            excused = any(
                path == place and (module == name or module.startswith(name + "."))
                for place, name in exceptions
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


def forgotten_together(sources):
    """(path, line, modules) of each tuple of modules' names, and call of ``forget``."""
    known = {module_of(path)[0] for path in sources}
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Tuple | ast.Call):
                items = node.elts if isinstance(node, ast.Tuple) else node.args
                names = {each.value for each in items if isinstance(each, ast.Constant)} & known
                is_call = isinstance(node, ast.Tuple) or getattr(node.func, "id", "") == "forget"
                if names and is_call:
                    yield path, node.lineno, names


def find_forgotten_exceptions(sources, exceptions=()):
    """Classes of errors that are caught where their module may have been loaded anew since: the
    class is then another one. ``exceptions``: (path, class) where that can't be."""
    forgotten = {}
    for _, _, names in forgotten_together(sources):
        for name in names:
            forgotten.setdefault(name, set()).update(names)
    origin = {}
    for path, text in sources.items():
        module = module_of(path)[0]
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and module in forgotten:
                origin.setdefault(node.name, set()).add(module)
    findings = []
    for path, text in sources.items():
        here = module_of(path)[0]
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.ExceptHandler) or node.type is None:
                continue
            for part in ast.walk(node.type):
                name = getattr(part, "id", getattr(part, "attr", None))
                for module in origin.get(name, ()):
                    is_excused = here in forgotten[module] or (path, name) in exceptions
                    if not is_excused:
                        findings.append(f"{path}:{node.lineno}: {name} of {module} is forgotten")
    return findings


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
