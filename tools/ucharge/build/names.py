"""Shortens the private names of a staging tree: ``self._deadline_ms`` becomes ``self._b``.

MicroPython keeps every name it ever met, in pools that double, 14 KB for the largest on a 64-bit
heap; code that is dropped again leaves its names behind. Private names (one underscore) are
nobody's but their module's, so each module can use the same few: 400 names and 16 KB of heap
less. Modules that share a class by inheritance, or reach for each other's private names, are one
group with one mapping. Names that occur in strings, as keyword arguments or that no module of the
tree binds keep their length, and so do constants of ``const()``, which never get to the device.
"""

import ast
import io
import itertools
import re
import string
import tokenize
from collections import Counter

_PRIVATE = re.compile(r"_[A-Za-z]\w*")
_WORD = re.compile(r"\w+")
_FRAME = re.compile(r'(File "([\w.]+)", (?:line \d+, )?in )(_\w+)')


class Module:
    """What one source binds, reads and needs of others; all by name."""

    def __init__(self, path, source):
        self.path = path
        self.text = source.decode()
        tree = ast.parse(self.text, path)
        docs = {id(text) for text in map(_docstring, ast.walk(tree)) if text}
        self.bound, self.kept, self.imported = set(), set(), {}
        self.bases = set()
        for node in ast.walk(tree):
            if id(node) not in docs:
                self._note(node)
        self.used = Counter(
            token.string for token in _names(self.text) if _PRIVATE.fullmatch(token.string)
        )

    def _note(self, node):
        if isinstance(node, ast.Assign) and _is_const(node.value):
            self.kept.update(target.id for target in node.targets if isinstance(target, ast.Name))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.bound.add(node.name)
        if isinstance(node, ast.ClassDef):
            self.bases.update(ast.unparse(base).split(".")[0] for base in node.bases)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            self.bound.add(node.attr)
        elif isinstance(node, ast.arg):
            self.bound.add(node.arg)
        elif isinstance(node, ast.keyword) and node.arg:
            self.kept.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.kept.update(_WORD.findall(node.value))
        elif isinstance(node, ast.JoinedStr):  # before Python 3.12 its names are no tokens
            self.kept.update(_WORD.findall(ast.unparse(node)))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                self.imported[alias.asname or alias.name] = (node.module, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self.imported[(alias.asname or alias.name).split(".")[0]] = (alias.name, None)


def shorten(tree):
    """``tree`` (path -> source bytes) with short private names, and {path: {short: long}}."""
    modules = _parse(tree)
    kept = set().union(*(module.kept for module in modules.values()))
    bound = set().union(*(module.bound for module in modules.values()))
    out, names = dict(tree), {}
    for group in _groups(modules):
        used = sum((module.used for module in group), Counter())
        longs = sorted((name for name in used if name in bound and name not in kept), key=_by(used))
        shorts = (name for name in _short_names() if name not in kept)
        mapping = dict(zip(longs, shorts, strict=False))
        for module in group:
            mine = {long: short for long, short in mapping.items() if long in module.used}
            out[module.path] = _rename(module.text, mine).encode()
            names[module.path] = {short: long for long, short in mine.items()}
    return out, names


def long_names(text, names):
    """``text`` of a log with the long names back in the lines of tracebacks.

    ``names``: of ``shorten``, for the very sources the image was built from.
    """
    dotted = {path[:-3].removesuffix("/__init__").replace("/", "."): names[path] for path in names}
    return _FRAME.sub(
        lambda found: found[1] + dotted.get(found[2], {}).get(found[3], found[3]), text
    )


def _parse(tree):
    """path -> Module; without those the compiler is going to refuse, in its own words."""
    modules = {}
    for path, source in tree.items():
        if path.endswith(".py"):
            try:
                modules[path] = Module(path, source)
            except (SyntaxError, UnicodeError):
                continue
    return modules


def _groups(modules):
    """The modules in lists whose private names must agree."""
    leader = {path: path for path in modules}

    def find(path):
        while leader[path] != path:
            path = leader[path]
        return path

    binders = {}
    for path, module in modules.items():
        for name in module.bound & module.used.keys():
            binders.setdefault(name, []).append(path)
    for path, module in modules.items():
        friends = [
            binder
            for name in module.used.keys() - module.bound - module.kept
            for binder in binders.get(name, ())
        ]
        for base in module.bases & module.imported.keys():
            source, name = module.imported[base]
            friends += _paths_of(source, modules) + _paths_of(f"{source}.{name}", modules)
        for friend in friends:
            leader[find(friend)] = find(path)
    groups = {}
    for path in sorted(modules):
        groups.setdefault(find(path), []).append(modules[path])
    return list(groups.values())


def _paths_of(module, modules):
    stem = (module or "").replace(".", "/")
    return [path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in modules]


def _rename(text, mapping):
    lines = text.splitlines(keepends=True)
    for token in reversed(list(_names(text))):
        if token.string in mapping:
            row, start = token.start
            line = lines[row - 1]
            end = start + len(token.string)
            lines[row - 1] = line[:start] + mapping[token.string] + line[end:]
    return "".join(lines)


def _names(text):
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return (token for token in tokens if token.type == tokenize.NAME)


def _short_names():
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield "_" + "".join(letters)


def _by(used):
    """Sort key: the most used first, so that the shortest names go far."""
    return lambda name: (-used[name], name)


def _is_const(value):
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "const"


def _docstring(node):
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return first.value if is_text else None
