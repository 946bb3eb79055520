"""The size report: its numbers, its closing line, and the heap budget."""

import re

import pytest

from ucharge import size
from ucharge.build.mpy import compile_tree
from ucharge.build.stage import stage
from ucharge.errors import UserError
from ucharge.paths import ROOT

# Bytes of heap once loaded, 64-bit. A ratchet: lower it with every diet, never raise it. The
# goal is 72 KB on a 32-bit board, which is about 106,800 here.
RESIDENT_LIMIT = 106_850


def test_report_ends_with_the_two_numbers(capsys):
    assert size.report() == 0
    last = capsys.readouterr().out.splitlines()[-1]
    found = re.fullmatch(r"size: image (\d+) B, resident (\d+) B", last)
    assert found
    assert min(map(int, found.groups())) > 1000


@pytest.mark.skipif(
    not (ROOT / "firmware" / "app.py").exists(), reason="no firmware/app.py: nothing to start"
)
def test_application_grows_no_more():
    resident, *_ = size.load(compile_tree(stage()))
    assert resident <= RESIDENT_LIMIT


def test_modules_are_grouped_by_package():
    tree = {"ws/__init__.mpy": b"12", "ws/client.mpy": b"1", "ticks.mpy": b"123", "a/b/c.mpy": b""}
    assert size.by_package(tree) == {
        "a.b": {"c": 0},
        size.SINGLE: {"ticks": 3},
        "ws": {"__init__": 2, "client": 1},
    }


def test_heap_grows_with_what_is_kept():
    small = compile_tree({"one.py": b"KEPT = bytes(1000)\n"})
    large = compile_tree({"one.py": b"KEPT = bytes(21000)\n"})
    assert 19000 < size.load(large)[0] - size.load(small)[0] < 21000


def test_hardware_modules_and_packages_load():
    tree = {
        "part/__init__.py": b"",
        "part/edge.py": b"import network, loader.files\nfrom machine import Pin\n",
    }
    resident, loaded, _ = size.load(compile_tree(tree))
    assert resident > 0
    assert {"part", "part.edge", "loader.files"} <= loaded


def test_only_what_the_start_imports_counts_as_loaded():
    tree = {
        "firmware/__init__.py": b"",
        "firmware/app.py": b"import early\n\n\ndef f():\n    import late\n",
        "early.py": b"",
        "late.py": b"",
    }
    _, loaded, _ = size.load(compile_tree(tree))
    assert "early" in loaded
    assert "late" not in loaded


def test_module_that_does_not_load_is_one_clear_error():
    with pytest.raises(UserError, match="does not load: ImportError: no module named 'not_there'"):
        size.load(compile_tree({"one.py": b"import not_there\n"}))
