"""Short names for the image: MicroPython keeps each name it has ever met in RAM.

A name costs its letters and 7 to 12 bytes more, and with the 1,261st the interpreter takes room
for as many again at once. So ``_retry_at_ms`` is ``_b`` in the image, and so may be another
class's ``_is_torn``: names that never meet share a short one. Sources stay as they are.

Shortened are names that begin with one underscore and that the image itself binds, unless one is
also written in a text, imported, or reached by anything but ``self``; and arguments, where a name
is nothing but arguments and local variables, none of them given by name. What the interpreter
and the loader look for is none of these.
"""

import ast
import io
import itertools
import json
import re
import string
import tokenize

from ucharge.errors import UserError

_PRIVATE = re.compile(r"_[A-Za-z][A-Za-z0-9_]*")
_IN_TRACEBACK = re.compile(r'(File "([\w.]+)", line \d+, in )(\w+)')


def shorten(tree):
    """``tree`` (path -> source bytes) with short names.

    Returns it with a dict, module -> {short name: name}: what the device calls what. A tree with
    a source that does not compile comes back as it is: the compiler says it better.
    """
    try:
        sources = {path: _Source(path, data) for path, data in tree.items() if path[-3:] == ".py"}
    except (SyntaxError, ValueError, tokenize.TokenError):
        return dict(tree), {}
    shorts = _assign(sources)
    out = {path: sources[path].renamed(shorts) if path in sources else tree[path] for path in tree}
    names = {}
    for source in sources.values():
        found = {shorts[name]: name for name in source.words & shorts.keys()}
        if found:
            names[source.module] = found
    return out, names


def dump(names):
    """The text of the file that keeps ``names``, as `shorten` gives them."""
    return json.dumps(names, indent=1, sort_keys=True) + "\n"


def read_names(path):
    """The dict in the .names file ``path``, for ``read_back``. Raises UserError."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UserError(
            f"can't read {path}: {error}", "`ucharge build` writes one beside each update file"
        ) from error


def read_back(line, names):
    """A line of a device's traceback with the function's name as in the sources."""

    def named(found):
        return found[1] + names.get(found[2], {}).get(found[3], found[3])

    return _IN_TRACEBACK.sub(named, line)


class _Source(ast.NodeVisitor):
    """What one source does with names. ``words``: all of them; ``arguments``; ``bound``: of
    functions, classes, variables and of attributes of ``self``; ``shared``: those others might
    reach; ``public``: what is no mere local variable; ``bases``: where its classes' bases are."""

    def __init__(self, path, data):
        self.module = path[:-3].removesuffix("/__init__").replace("/", ".")
        self._text = data.decode()
        tokens = tokenize.generate_tokens(io.StringIO(self._text).readline)
        self._tokens = [token for token in tokens if token.type == tokenize.NAME]
        self.words = {token.string for token in self._tokens}
        self.arguments = set()
        self.bound = set()
        self.shared = set()
        self.public = set()
        self.bases = set()
        self._imports = {}
        self._scopes = []  # of the functions around: the names each has of its own
        self.visit(ast.parse(self._text))

    def renamed(self, shorts):
        """The source with ``shorts`` (name -> short name)."""
        lines = self._text.splitlines(keepends=True)
        for token in reversed(self._tokens):
            if token.string in shorts:
                row, at = token.start[0] - 1, token.start[1]
                rest = lines[row][at + len(token.string) :]
                lines[row] = lines[row][:at] + shorts[token.string] + rest
        return "".join(lines).encode()

    def visit_Module(self, node):
        self._visit_body(node)

    def visit_ClassDef(self, node):
        self._define(node.name)
        for base in node.bases:
            self.bases.update(self._imports.get(_first_name(base), ()))
        self._visit_body(node)

    def visit_FunctionDef(self, node):
        self._define(node.name)
        self._visit_function(node)

    def visit_AsyncFunctionDef(self, node):
        self.visit_FunctionDef(node)

    def visit_Lambda(self, node):
        self._visit_function(node)

    def _visit_function(self, node):
        own = {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
                own.add(inner.id)
            elif isinstance(inner, ast.ExceptHandler):
                own.add(inner.name)
        self._scopes.append(own)
        self._visit_body(node)
        self._scopes.pop()

    def _visit_body(self, node):
        body = node.body
        if isinstance(body, list) and ast.get_docstring(node, clean=False) is not None:
            node.body = body[1:]
        self.generic_visit(node)
        node.body = body

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)
        if not any(node.id in scope for scope in self._scopes):
            self.public.add(node.id)

    def visit_Attribute(self, node):
        self.public.add(node.attr)
        if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
            self.shared.add(node.attr)
        elif isinstance(node.ctx, ast.Store):
            self.bound.add(node.attr)
        self.generic_visit(node)

    def visit_arg(self, node):
        self.arguments.add(node.arg)
        self.shared.add(node.arg)

    def visit_keyword(self, node):
        self._reserve(node.arg)
        self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, (str, bytes)):
            text = str(node.value)
            self.public.add(text)
            self.shared.update(_PRIVATE.findall(text))

    def visit_JoinedStr(self, node):
        # Names within one are no tokens before Python 3.12.
        for inner in ast.walk(node):
            self._reserve(getattr(inner, "id", None), getattr(inner, "attr", None))
        self.generic_visit(node)

    def visit_Import(self, node):
        for name in node.names:
            self._imports[name.asname or name.name.split(".")[0]] = (name.name,)
            self._reserve(name.asname, *name.name.split("."))

    def visit_ImportFrom(self, node):
        module = node.module or ""
        self._reserve(*module.split("."))
        for name in node.names:
            self._imports[name.asname or name.name] = (module, f"{module}.{name.name}")
            self._reserve(name.name, name.asname)

    def visit_Global(self, node):
        self.public.update(node.names)

    def visit_Assign(self, node):
        if isinstance(node.value, ast.Call) and _first_name(node.value.func) == "const":
            # The compiler does away with it.
            self._reserve(*(_first_name(target) for target in node.targets))
        self.generic_visit(node)

    def _define(self, name):
        self.bound.add(name)
        self.public.add(name)

    def _reserve(self, *names):
        self.shared.update(names)
        self.public.update(names)


def _assign(sources):
    """{name: short name}: another one wherever two names may meet."""
    words, shared, public, bound, arguments = (
        set().union(*(getattr(source, kind) for source in sources.values()))
        for kind in ("words", "shared", "public", "bound", "arguments")
    )
    private = {name for name in bound if _PRIVATE.fullmatch(name) and not name.endswith("__")}
    wanted = {name for name in (private - shared) | (arguments - public) if len(name) > 2}
    families = _families(sources)
    places = {name: set() for name in wanted}
    for path, source in sources.items():
        for name in source.words & wanted:
            places[name].add(families[path])
    shorts = {}
    taken = {}
    # The widest spread first: it has the least choice.
    for name in sorted(wanted, key=lambda name: (-len(places[name]), name)):
        for short in _short_names():
            if short not in words and not taken.setdefault(short, set()) & places[name]:
                taken[short] |= places[name]
                shorts[name] = short
                break
    return {name: short for name, short in shorts.items() if len(short) < len(name)}


def _families(sources):
    """{path: family}: a class shares its objects with its bases, so their modules are one."""
    paths = {source.module: path for path, source in sources.items()}
    heads = {path: path for path in sources}
    for path, source in sources.items():
        for base in source.bases & paths.keys():
            old, new = heads[path], heads[paths[base]]
            heads = {path: new if head == old else head for path, head in heads.items()}
    return heads


def _short_names():
    for count in (1, 2):
        for letters in itertools.product(string.ascii_lowercase, repeat=count):
            yield "_" + "".join(letters)


def _first_name(node):
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
