"""Short names in the image: nothing others reach is touched, no two names get mixed up."""

import ast
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from ucharge.build.mpy import compile_tree
from ucharge.build.names import dump, read_back, shorten
from ucharge.build.stage import stage
from ucharge.commands.build import command
from ucharge.commands.trace import command as trace
from ucharge.errors import UserError
from ucharge.paths import ROOT


def short(text):
    """One module's source with short names, and which are which."""
    tree, names = shorten({"one.py": text.encode()})
    return tree["one.py"].decode(), {names["one"][new]: new for new in names.get("one", ())}


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("class A:\n    def _help(self): pass\n\n    def f(self): self._help()", ""),
        ("_table = 1\n\ndef f(): return _table", ""),
        ("def f(wanted): return wanted", ""),
        ("def f(wanted): return [each for each in wanted]", ""),
        # Reached from elsewhere, or by its name.
        ("def _help(): pass\n\ndef f(g): return getattr(g, '_help')", "_help"),
        ("class A:\n    def _help(self): pass\n\ndef f(a): a._help()", "_help"),
        ("class A:\n    def f(self): self._own = 1\n\n    def g(self): self.b._own = 1", "_own"),
        ("import os as _os\n\ndef f(): return _os", "_os"),
        ("from os import _exit\n\ndef f(): _exit()", "_exit"),
        ("def f(wanted=0): pass\n\nf(wanted=1)", "wanted"),
        ("def f(**names): pass\n\ndef g(wanted): f(**{'wanted': 1})", "wanted"),
        ("def f(g): return f'{g._help}'\n\ndef _help(): pass", "_help"),
        # Not only an argument.
        ("def f(id): return id\n\ndef g(x): return id(x)", "id"),
        ("wanted = 1\n\ndef f(wanted): return wanted", "wanted"),
        ("def f(wanted): return wanted.wanted", "wanted"),
        ("def f(wanted): return 1\n\ndef g():\n    global wanted\n    wanted = 2", "wanted"),
        ("class A:\n    wanted = 1\n\n    def f(self, wanted): pass", "wanted"),
        # The compiler or the interpreter knows them.
        ("from micropython import const\n_SIZE = const(4)\n\ndef f(): return _SIZE", "_SIZE"),
        ("class A:\n    def __init__(self): pass", "__init__"),
        ("def f(): pass\n\ndef public_name(): pass", "public_name"),
    ],
)
def test_what_is_shortened_and_what_is_not(source, kept):
    changed, names = short(source)
    assert kept not in names
    assert kept in changed
    if not kept:
        assert names
        assert len(changed) < len(source)
    assert changed.count("\n") == source.count("\n")


def test_texts_and_comments_stay():
    source = '"""Says _help."""\n\ndef %s(): pass  # _help\n\ndef f(): return %s()\n'
    changed, names = short(source % ("_help", "_help"))
    assert changed == source % (names["_help"], names["_help"])


def test_names_that_never_meet_share_a_short_one():
    tree = {
        "a.py": b"class A:\n    def _first_one(self): self._first_two = 1\n",
        "b.py": b"class B:\n    def _other_one(self): self._other_two = 1\n",
    }
    _, names = shorten(tree)
    assert names["a"].keys() == names["b"].keys()
    assert len(names["a"]) == 3  # and self


def test_a_class_and_its_base_elsewhere_do_not_share():
    tree = {
        "lib/__init__.py": b"",
        "lib/a.py": b"class A:\n    def _of_base(self): self._base_own = 1\n",
        "b.py": b"import lib.a\n\nclass B(lib.a.A):\n    def _of_b(self): self._b_own = 1\n",
        "c.py": b"from lib import a\n\nclass C(a.A):\n    def _of_c(self): self._c_own = 1\n",
        "d.py": b"from b import B as Z\n\nclass D(Z):\n    def _of_d(self): self._d_own = 1\n",
    }
    _, names = shorten(tree)
    found = [set(names[module]) for module in ("lib.a", "b", "c", "d")]
    common = set.intersection(*found)
    assert len(common) == 1  # self
    rest = [name for each in found for name in each - common]
    assert len(rest) == len(set(rest)) == 8


def test_a_short_name_that_is_in_use_is_not_given():
    changed, names = short("_a = 1\n\ndef _help(): return _a\n")
    assert names["_help"] == "_b"
    assert "_a = 1" in changed


def test_the_order_of_the_files_changes_nothing():
    tree = stage()
    assert shorten(tree) == shorten(dict(reversed(tree.items())))


def test_a_source_that_does_not_compile_is_left_to_the_compiler():
    tree = {"one.py": b"def _help(:\n", "two.py": b"def _help(): pass\n"}
    assert shorten(tree) == (tree, {})


def test_other_files_pass_through():
    assert shorten({"table.bin": b"_help\xff"}) == ({"table.bin": b"_help\xff"}, {})


def test_the_image_is_the_sources_but_for_the_names():
    before = stage()
    after, names = shorten(before)
    assert len({name for module in names.values() for name in module.values()}) > 300
    assert len({new for module in names.values() for new in module}) < 40
    for path, data in before.items():
        module = path[:-3].removesuffix("/__init__").replace("/", ".")
        back = names.get(module, {})
        tree = ast.parse(after[path])
        for node in ast.walk(tree):
            for field in ("id", "attr", "arg", "name"):
                word = getattr(node, field, None)
                if isinstance(word, str):
                    setattr(node, field, back.get(word, word))
        for node in ast.walk(tree):
            if isinstance(node, ast.Global | ast.Nonlocal):
                node.names = [back.get(word, word) for word in node.names]
        assert ast.dump(tree) == ast.dump(ast.parse(data)), path
        # Each name has one meaning in a module: none was there before.
        assert not back.keys() & {
            getattr(node, field, None)
            for node in ast.walk(ast.parse(data))
            for field in ("id", "attr", "arg", "name")
        }


@pytest.mark.parametrize("scenario", ["charging_session", "firmware_update", "reset"])
def test_a_scenario_runs_the_same_on_short_names(tmp_path, scenario):
    for path, data in shorten(stage())[0].items():
        place = tmp_path / (path if path.startswith("firmware") else f"lib/{path}")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    shutil.copytree(ROOT / "lib" / "loader", tmp_path / "lib" / "loader")
    shutil.copy(ROOT / "lib" / "transport" / "host.py", tmp_path / "lib" / "transport")
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__py*"))
    done = subprocess.run(
        [sys.executable, f"tests/scenario/test_{scenario}.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ".:lib:tests/cpython:tests/support"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "OK" in done.stderr


def test_a_traceback_is_read_back():
    tree = {"firmware/one.py": b"def _help(): boom()\n\ndef f(): _help()\n"}
    _, names = shorten(tree)
    (new,) = names["firmware.one"]
    line = f'  File "firmware.one", line 1, in {new}\n'
    assert read_back(line, names) == '  File "firmware.one", line 1, in _help\n'
    for other in ('File "loader/start.py", line 1, in _a', "app: _a", 'File "two", line 1, in f'):
        assert read_back(other, names) == other
    assert dump(names) == dump(dict(reversed(names.items())))


def test_the_command_writes_the_names_and_reads_a_log_back(tmp_path):
    out = tmp_path / "new.ucup"
    runner = CliRunner()
    assert runner.invoke(command, ["--unsigned", "--built", "1", "--out", str(out)]).exit_code == 0
    names = json.loads((tmp_path / "new.names").read_text())
    (short_name,) = [new for new, name in names["firmware.link"].items() if name == "_session"]
    line = f'  File "firmware.link", line 1, in {short_name}\n'
    done = runner.invoke(trace, [str(tmp_path / "new.names")], input=line)
    assert done.exception is None, done.exception
    assert done.output == line.replace(short_name, "_session")
    done = runner.invoke(trace, [str(out)])
    assert isinstance(done.exception, UserError)


def test_it_is_quick():
    tree = stage()
    began = time.monotonic()
    shorten(tree)
    assert time.monotonic() - began < 5


def test_micropython_says_a_name_of_the_map(tmp_path):
    tree = {"one.py": b"def _help(): boom()\n\ndef f(): _help()\n"}
    (tmp_path / "one.mpy").write_bytes(compile_tree(tree)["one.mpy"])
    micropython = shutil.which("micropython", path=str(Path(sys.executable).parent))
    assert micropython
    done = subprocess.run(
        [micropython, "-c", "import one; one.f()"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert "boom" in said
    assert "in _help" in read_back(said, shorten(tree)[1])
