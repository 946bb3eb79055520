"""The network modules stay small: a byte of .mpy costs 1.5 bytes of heap once loaded."""

import pytest

from ucharge.build.mpy import compile_tree
from ucharge.build.stage import stage

CONNECTION = ("backoff.mpy", "reconnect.mpy", "firmware/link.mpy")
# What the issue names, the socket below it not counted; then all, as far as it has come.
NAMED = ("ws/", "httpc/", "resolver", "transport/names.mpy", "transport/tls.mpy", *CONNECTION)
ALL = ("ws/", "httpc/", "resolver", "transport/", *CONNECTION)


@pytest.mark.parametrize(("prefixes", "bound"), [(NAMED, 18 * 1024), (ALL, 21500)])
def test_network_modules(prefixes, bound):
    compiled = compile_tree(stage())
    sizes = {path: len(data) for path, data in compiled.items() if path.startswith(prefixes)}
    assert all(any(path.startswith(prefix) for path in sizes) for prefix in prefixes)
    assert sum(sizes.values()) <= bound, sizes
