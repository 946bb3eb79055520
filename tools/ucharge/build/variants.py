"""Firmware that is broken on purpose: staging trees that tests and the demo update to."""

from ucharge.errors import UserError

_HANG = b'''"""Never returns and never feeds the watchdog: what a broken release can do."""


def main(*_):
    while True:
        pass
'''

_RAISE = b'''"""Raises at start."""


def main(*_):
    raise ValueError("this build is broken on purpose")
'''


def hang(tree):
    """``tree`` with an app that hangs at start."""
    return {**tree, "firmware/app.py": _HANG}


def raising(tree):
    """``tree`` with an app that raises at start."""
    return {**tree, "firmware/app.py": _RAISE}


def bad_selftest(tree):
    """``tree`` whose safety self-test fails: it runs and talks, and must never be confirmed."""
    path = "firmware/hal/self_test.py"
    return {**tree, path: tree[path] + b"\n\ndef self_test(_board):\n    return False\n"}


VARIANTS = {"hang": hang, "raise": raising, "bad-selftest": bad_selftest}


def break_tree(name, tree):
    """``tree`` broken in the way ``name`` says. Raises UserError for an unknown name."""
    if name not in VARIANTS:
        raise UserError(f"no variant {name!r}", f"there are: {', '.join(VARIANTS)}")
    return VARIANTS[name](tree)
