"""A small ``unittest`` for MicroPython: what the project's portable tests use, and no more.

Differs from micropython-lib's on purpose: a failure gives a non-zero exit status, a test that
returns a coroutine or any other value is an error (its body would never have run), and what is
not supported is refused instead of ignored. ``main()`` runs every TestCase of the module and
ends with the line ``N passed, N failed`` (``, N skipped`` when any), read by tests/conftest.py.
"""

import sys

_REFUSED = ("setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown")


class SkipTest(Exception):
    """Raised to skip the running test; its text is the reason."""


class _Raises:
    """Context manager of assertRaises; ``exception`` holds what was caught."""

    def __init__(self, expected):
        self.expected = expected
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            raise AssertionError("not raised: %r" % (self.expected,))
        self.exception = value
        return issubclass(kind, self.expected)


class _SubTest:
    """Context manager of subTest: notes a failure and lets the test go on."""

    def __init__(self, failures, label):
        self.failures = failures
        self.label = label

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None or issubclass(kind, SkipTest) or not issubclass(kind, Exception):
            return False
        self.failures.append((self.label, value))
        return True


class TestCase:
    """Base class of tests; assert methods are those of CPython's unittest, by the same names."""

    def __init__(self):
        self._sub_failures = []
        self._cleanups = []

    def setUp(self):
        """Runs before each test."""

    def tearDown(self):
        """Runs after each test, also after a failed one."""

    def addCleanup(self, function, *args, **kwargs):
        """Call ``function`` after tearDown, last added first, also when setUp failed."""

        def clean():
            function(*args, **kwargs)

        self._cleanups.append(clean)

    def subTest(self, msg="", **params):
        """Context of one case of a loop: its failure is reported and the loop goes on."""
        return _SubTest(self._sub_failures, "%s %r" % (msg, params))

    def skipTest(self, reason):
        """End the test as skipped."""
        raise SkipTest(reason)

    def fail(self, msg=None):
        """End the test as failed."""
        raise AssertionError(msg or "fail() called")

    def _check(self, condition, text, msg):
        if not condition:
            raise AssertionError(text if msg is None else "%s : %s" % (text, msg))

    def assertTrue(self, value, msg=None):
        self._check(value, "%r is not true" % (value,), msg)

    def assertFalse(self, value, msg=None):
        self._check(not value, "%r is not false" % (value,), msg)

    def assertEqual(self, first, second, msg=None):
        self._check(first == second, "%r != %r" % (first, second), msg)

    def assertNotEqual(self, first, second, msg=None):
        self._check(first != second, "%r == %r" % (first, second), msg)

    def assertIs(self, first, second, msg=None):
        self._check(first is second, "%r is not %r" % (first, second), msg)

    def assertIsNot(self, first, second, msg=None):
        self._check(first is not second, "%r is %r" % (first, second), msg)

    def assertIsNone(self, value, msg=None):
        self._check(value is None, "%r is not None" % (value,), msg)

    def assertIsNotNone(self, value, msg=None):
        self._check(value is not None, "is None", msg)

    def assertIn(self, member, container, msg=None):
        self._check(member in container, "%r not in %r" % (member, container), msg)

    def assertNotIn(self, member, container, msg=None):
        self._check(member not in container, "%r in %r" % (member, container), msg)

    def assertIsInstance(self, value, cls, msg=None):
        self._check(isinstance(value, cls), "%r is not an instance of %r" % (value, cls), msg)

    def assertNotIsInstance(self, value, cls, msg=None):
        self._check(not isinstance(value, cls), "%r is an instance of %r" % (value, cls), msg)

    def assertLess(self, first, second, msg=None):
        self._check(first < second, "%r is not less than %r" % (first, second), msg)

    def assertLessEqual(self, first, second, msg=None):
        self._check(first <= second, "%r is greater than %r" % (first, second), msg)

    def assertGreater(self, first, second, msg=None):
        self._check(first > second, "%r is not greater than %r" % (first, second), msg)

    def assertGreaterEqual(self, first, second, msg=None):
        self._check(first >= second, "%r is less than %r" % (first, second), msg)

    def assertAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        """Equal within ``delta``, or when rounded to ``places`` decimals (7)."""
        difference = abs(first - second)
        if delta is not None:
            close = difference <= delta
        else:
            close = round(difference, 7 if places is None else places) == 0
        self._check(close, "%r and %r differ by %r" % (first, second, difference), msg)

    def assertRaises(self, expected, function=None, *args, **kwargs):
        """Context manager, or call ``function`` and check that ``expected`` is raised."""
        context = _Raises(expected)
        if function is None:
            return context
        with context:
            function(*args, **kwargs)
        return None


def skip(reason):
    """Decorator: the test is skipped."""

    def decorate(function):
        def skipped(self):
            raise SkipTest(reason)

        return skipped

    return decorate


def skipIf(condition, reason):
    """Decorator: the test is skipped when ``condition`` holds."""
    return skip(reason) if condition else lambda function: function


def skipUnless(condition, reason):
    """Decorator: the test is skipped unless ``condition`` holds."""
    return skipIf(not condition, reason)


def _attempt(function, errors):
    """Call one step of a test; what it raised goes to ``errors``. Says whether it went well."""
    try:
        result = function()
        if result is not None:
            raise TypeError("returned %r: wrap async tests in asynctest.run()" % (result,))
        return True
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 SystemExit in a test is a failure too
        errors.append(("", error))
        return False


def _run_one(case, name):
    """Outcome of one test: a list of (label, exception); empty when it passed."""
    errors = []
    if _attempt(case.setUp, errors):
        _attempt(getattr(case, name), errors)
        _attempt(case.tearDown, errors)
    while case._cleanups:
        _attempt(case._cleanups.pop(), errors)
    return case._sub_failures + errors


def _test_names(cls):
    for name in _REFUSED:
        if hasattr(cls, name):
            raise TypeError("%s.%s: not supported on MicroPython" % (cls.__name__, name))
    return sorted(name for name in dir(cls) if name.startswith("test"))


def main(module="__main__"):
    """Run every TestCase of ``module``, print the outcome, exit with 1 if a test failed."""
    namespace = __import__(module).__dict__
    classes = [
        value
        for value in namespace.values()
        if isinstance(value, type) and issubclass(value, TestCase) and value is not TestCase
    ]
    passed = failed = skipped = 0
    for cls in sorted(classes, key=lambda cls: cls.__name__):
        for name in _test_names(cls):
            title = "%s.%s" % (cls.__name__, name)
            print(title, end=" ... ")
            errors = _run_one(cls(), name)
            if not errors:
                passed += 1
                print("ok")
            elif all(isinstance(error, SkipTest) for _, error in errors):
                skipped += 1
                print("skipped:", errors[0][1])
            else:
                failed += 1
                print("FAILED")
                for label, error in errors:
                    print("FAIL:", title, label)
                    sys.print_exception(error)
    tail = ", %d skipped" % skipped if skipped else ""
    print("%d passed, %d failed%s" % (passed, failed, tail))
    sys.exit(1 if failed else 0)
