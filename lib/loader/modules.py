"""Giving the heap of rarely used modules back. May import: built-ins."""

import sys


def forget(*names):
    """Drop the modules ``names`` where they are loaded; the next import loads them again."""
    for name in names:
        if name in sys.modules:
            del sys.modules[name]
            package, _, child = name.rpartition(".")
            parent = sys.modules.get(package)
            if parent is not None and hasattr(parent, child):
                delattr(parent, child)
