"""The build's short private names: the same program with fewer names."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from ucharge.build.mpy import compile_tree
from ucharge.build.names import long_names, shorten
from ucharge.build.stage import stage
from ucharge.cli import app

TREE = {
    "one.py": b"""
from micropython import const
_SIZE = const(4)

class Base:
    def __init__(self, _level=1):
        self._deadline = _SIZE
        self._level = _level
        self.__hidden = 0

    def _step(self):
        return self._deadline + getattr(self, "_named")
""",
    "two.py": b"""
from one import Base

class Derived(Base):
    def _mine(self):
        self._other = self._step()
        return self._other
""",
    "three.py": b"""
import sys

def _helper(thing):
    return thing._foreign

def peek(base):
    return base._level + _helper(base), call(_keyword=1)
""",
}


def run(tree, program):
    code = "import sys\nclass const(int): pass\n"
    for path, source in tree.items():
        name = path[:-3]
        code += f"m = type(sys)({name!r}); sys.modules[{name!r}] = m\n"
        text = source.decode().replace("from micropython import const", "const = int")
        code += f"exec({text!r}, m.__dict__)\n"
    result = subprocess.run(
        [sys.executable, "-c", code + program], capture_output=True, text=True, check=True
    )
    return result.stdout


def test_it_does_what_it_did():
    program = (
        "from two import Derived\nd = Derived()\nd._named = 3\n"
        "print(d.{0}(), sorted(v for v in vars(d).values()))\n"
    )
    short, names = shorten(TREE)
    mine = next(s for s, long in names["two.py"].items() if long == "_mine")
    assert run(TREE, program.format("_mine")) == run(short, program.format(mine)) != ""


def test_modules_that_share_a_class_agree_and_nothing_collides():
    _, names = shorten(TREE)
    together = {}
    for path in ("one.py", "two.py", "three.py"):  # three reads one's _level
        for name, long in names[path].items():
            assert together.setdefault(name, long) == long
    assert set(together.values()) == {"_deadline", "_level", "_step", "_other", "_mine", "_helper"}


@pytest.mark.parametrize(
    "kept", ["_SIZE", "_named", "_foreign", "_keyword", "__hidden", "__init__"]
)
def test_what_others_may_know_keeps_its_name(kept):
    assert kept in b"".join(shorten(TREE)[0].values()).decode()


def test_lines_stay_where_they_are():
    short, _ = shorten(TREE)
    for path, source in TREE.items():
        assert short[path].count(b"\n") == source.count(b"\n")


def test_names_in_format_strings_stay():
    tree = {
        "a.py": b"class A:\n    def f(self):\n        self._x1 = 1\n        return f'{self._x1}'\n"
    }
    assert shorten(tree)[0] == tree


def test_the_image_has_fewer_names_and_bytes():
    tree = stage()
    _, names = shorten(tree)
    assert len({long for found in names.values() for long in found.values()}) > 300
    assert len({short for found in names.values() for short in found}) < 60


def test_it_does_not_depend_on_the_order():
    assert shorten(dict(reversed(TREE.items())))[1] == shorten(TREE)[1]


def test_compiling_shortens():
    compiled = compile_tree(TREE)
    assert b"_deadline" not in compiled["one.mpy"] and b"_named" in compiled["one.mpy"]


def test_tracebacks_get_their_names_back():
    names = {"firmware/evse/__init__.py": {"_a": "_deadline"}, "ws/client.py": {"_a": "_other"}}
    text = '  File "firmware.evse", line 3, in _a\n  File "ws.client", in _a\n  File "x", in _a\n'
    assert long_names(text, names) == (
        '  File "firmware.evse", line 3, in _deadline\n  File "ws.client", in _other\n'
        '  File "x", in _a\n'
    )


def test_trace_command():
    _, names = shorten(stage())
    short, long = next(iter(names["firmware/app.py"].items()))
    result = CliRunner().invoke(app, ["trace"], input=f'File "firmware.app", in {short}\n')
    assert (result.exit_code, result.output) == (0, f'File "firmware.app", in {long}\n')
