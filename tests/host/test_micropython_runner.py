"""The runner of portable tests: whatever goes wrong on MicroPython must fail the command.

Each test makes a small project with one portable file and runs pytest on it.
"""

import time

import pytest

from pytest_project import make_project, run_again, run_pytest

HEAD = "import sys\nimport unittest\nfrom asynctest import run\n\n"
TAIL = '\n\nif __name__ == "__main__":\n    unittest.main()\n'
ON_MICROPYTHON = "sys.implementation.name == 'micropython'"
GOOD = (
    '"""Every assert."""\n\n'
    + HEAD
    + """
class TestAsserts(unittest.TestCase):
    def setUp(self):
        self.steps = ["setUp"]
        self.addCleanup(self.steps.append, "clean")

    def tearDown(self):
        self.steps.append("tearDown")

    def test_values(self):
        self.assertEqual(self.steps, ["setUp"])
        self.assertNotEqual(1, 2)
        self.assertTrue([0])
        self.assertFalse([])
        self.assertIs(None, None)
        self.assertIsNot(1, None)
        self.assertIsNone(None)
        self.assertIsNotNone(0)
        self.assertIn(1, (1, 2))
        self.assertNotIn(3, (1, 2))
        self.assertIsInstance("", str)
        self.assertNotIsInstance("", bytes)
        self.assertLess(1, 2)
        self.assertLessEqual(2, 2)
        self.assertGreater(2, 1)
        self.assertGreaterEqual(2, 2)
        self.assertAlmostEqual(0.1 + 0.2, 0.3)
        self.assertAlmostEqual(1, 1.4, delta=0.5)

    def test_each_assert_can_fail(self):
        for name, arguments in (
            ("Equal", (1, 2)), ("NotEqual", (1, 1)), ("True", (0,)), ("False", (1,)),
            ("Is", (1, None)), ("IsNot", (None, None)), ("IsNone", (0,)), ("IsNotNone", (None,)),
            ("In", (3, (1,))), ("NotIn", (1, (1,))), ("IsInstance", ("", int)),
            ("NotIsInstance", ("", str)), ("Less", (1, 1)), ("LessEqual", (2, 1)),
            ("Greater", (1, 1)), ("GreaterEqual", (1, 2)), ("AlmostEqual", (1, 1.1)),
        ):
            with self.subTest(name):
                with self.assertRaises(AssertionError):
                    getattr(self, "assert" + name)(*arguments)

    def test_raises(self):
        with self.assertRaises(ValueError) as caught:
            int("x")
        self.assertIsInstance(caught.exception, ValueError)
        self.assertRaises((KeyError, TypeError), len, 1)

    def test_other_exception_passes_through(self):
        with self.assertRaises(TypeError):
            with self.assertRaises(ValueError):
                len(1)

    def test_run(self):
        async def answer():
            return 42

        self.assertEqual(run(answer()), 42)

    @unittest.skipIf(True, "why")
    def test_skipped(self):
        self.fail()
"""
    + TAIL
)


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


def case(*bodies):
    """Source of a portable file with one TestCase; each body is a test's statements."""
    tests = "".join(
        f"\n    def test_{i}(self):\n        {body}\n" for i, body in enumerate(bodies)
    )
    return f"{HEAD}class TestIt(unittest.TestCase):{tests}{TAIL}"


def only(statement):
    """A statement for MicroPython alone, where CPython must get through the file's import."""
    return f"if {ON_MICROPYTHON}: {statement}\n"


# What is wrong: (the file's source, what the output must say). Run on MicroPython alone.
BAD = {
    "failing test": (case("self.assertEqual(1, 2)", "pass"), "AssertionError: 1 != 2"),
    "error in a test": (case("raise OSError(5)"), "OSError: "),
    "import error": (
        "import sys\n" + only("import not_there") + case("pass"),
        "no module named 'not_there'",
    ),
    "syntax error": (case("match 1:\n            case _: pass"), "SyntaxError"),
    "exit while importing": (
        "import sys\n" + only("sys.exit(0)") + case("pass"),
        "no closing line `N passed, N failed` (exit status 0)",
    ),
    "exit in a test": (case("sys.exit(0)"), "SystemExit"),
    "crash after a closing line": (
        case("import os; print(); print('1 passed, 0 failed'); os.system('kill -9 $PPID')"),
        "exit status -9",
    ),
    "forged closing line": (
        "import sys\n" + only("print('9 passed, 0 failed'); sys.exit(0)") + case("pass"),
        "9 tests here, 1 on CPython",
    ),
    "not enough memory": (case("bytearray(40000000)"), "MemoryError"),
    "failing sub-test": (
        case("for i in (6, 7):\n            with self.subTest(i=i): self.assertEqual(i, 6)"),
        "{'i': 7}",
    ),
    "nothing raised": (case("self.assertRaises(ValueError, int, '1')"), "not raised"),
    "coroutine test": (case("pass").replace("def test", "async def test"), "wrap async tests"),
    "generator test": (case("yield"), "wrap async tests"),
    "coroutine setUp": (
        case("pass").replace("    def", "    async def setUp(self): pass\n\n    def", 1),
        "wrap async tests",
    ),
    "coroutine that hangs": (
        case(
            "import asyncio\n        async def f(): await asyncio.sleep(60)\n"
            "        run(f(), timeout_s=0.1)"
        ),
        "TimeoutError",
    ),
    "failing tearDown": (
        case("pass").replace("    def", "    def tearDown(self): self.fail()\n\n    def", 1),
        "fail() called",
    ),
    "setUpClass": (
        case("pass").replace("    def", "    setUpClass = classmethod(print)\n\n    def", 1),
        "not supported on MicroPython",
    ),
    "no main": (case("pass").replace("unittest.main()", "pass"), "no closing line"),
    "no tests": (case("pass").replace("test_0", "helper"), "no test ran"),
    "all skipped": (case("self.skipTest('x')"), "no test ran"),
    "pytest function": (case("pass") + "\n\ndef test_function(): pass\n", "2 on CPython"),
}


@pytest.mark.parametrize(("source", "said"), BAD.values(), ids=BAD.keys())
def test_bad_file_fails_the_command(project, source, said):
    status, output = run_pytest(project, source, "-k", "micropython")
    assert status == 1, output
    assert said in output
    totals = [line for line in output.splitlines() if line.startswith("micropython total:")]
    assert len(totals) == 1, output
    assert ", 0 failed" not in totals[0]


HANGING = {
    "loop": "while True: pass",
    "child process": "import os; os.system('sleep 60')",
    "coroutine that never awaits": (
        "async def f():\n            while True: pass\n        run(f(), timeout_s=0.1)"
    ),
}


@pytest.mark.parametrize("body", HANGING.values(), ids=HANGING.keys())
def test_hanging_file_fails_the_command(project, body):
    started = time.monotonic()
    status, output = run_pytest(
        project, case(body), "-k", "micropython", "-o", "micropython_timeout_s=1"
    )
    assert status == 1, output
    assert "timed out" in output
    assert "TestIt.test_0 ..." in output  # says where
    assert time.monotonic() - started < 20


def test_coroutine_test_fails_on_cpython_too(project):
    source = case("pass").replace("def test", "async def test")
    status, output = run_pytest(project, source, "-k", "not micropython")
    assert status == 1, output


def test_good_file_passes_on_both(project):
    status, output = run_pytest(project, case("self.assertEqual(1, 1)", "self.skipTest('why')"))
    assert status == 0, output
    assert "micropython tests/unit/test_it.py: 1 passed, 0 failed, 1 skipped\n" in output
    assert "micropython total: 1 passed, 0 failed, 1 skipped\n" in output
    assert "2 passed, 1 skipped in" in output  # CPython's one and the run on MicroPython


def test_every_assert_and_decorator_passes_on_both(project):
    status, output = run_pytest(project, GOOD)
    assert status == 0, output
    assert "micropython total: 5 passed, 0 failed, 1 skipped\n" in output


def test_selected_by_name_or_node(project):
    source = case("pass", "pass")
    status, output = run_pytest(project, source, "-k", "test_1")
    assert status == 0, output
    assert "1 passed, 2 deselected" in output
    status, output = run_again(project, "tests/unit/test_it.py::micropython")
    assert status == 0, output
    assert "micropython total: 2 passed, 0 failed\n" in output
    status, output = run_again(project, "tests/unit/test_it.py::TestIt::test_0")
    assert status == 0, output
    assert "micropython total" not in output


@pytest.mark.parametrize("workers", ["0", "2"])
def test_total_over_files_and_workers(project, workers):
    run_pytest(project, case("pass", "pass"), "--co", name="test_a.py")
    run_pytest(project, case("pass", "self.fail()"), "--co", name="test_b.py")
    status, output = run_again(project, "-k", "micropython", "-n", workers)
    assert status == 1, output
    assert "micropython tests/unit/test_a.py: 2 passed, 0 failed\n" in output
    assert "micropython tests/unit/test_b.py: 1 passed, 1 failed\n" in output
    assert "micropython total: 3 passed, 1 failed\n" in output


def test_environment_and_folder_of_the_process(project):
    (project / "lib").mkdir()
    (project / "lib" / "inner.py").write_text("X = 1\n")
    (project / "firmware").mkdir()
    (project / "firmware" / "outer.py").write_text("Y = 2\n")
    body = only("from inner import X; from firmware.outer import Y; import asyncio")
    status, output = run_pytest(project, case(body), "-k", "micropython")
    assert status == 0, output
