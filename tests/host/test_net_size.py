"""The network modules stay small: a byte of .mpy costs 1.5 bytes of heap once loaded."""

import pytest

from ucharge.build.mpy import compile_tree
from ucharge.build.stage import stage

CONNECTION = ("resolver/", "reconnect.mpy", "firmware/link.mpy")
CLIENTS = ("ws/", "httpc/", *CONNECTION)
# All but the TCP stream; then with it, as far as it has come, and with a link that makes
# room for an update, comes back with other credentials, and keeps a place for TLS in the heap.
NAMED = ("transport/__init__.mpy", "transport/errors.mpy", *CLIENTS)
ALL = ("transport/", *CLIENTS)


@pytest.mark.parametrize(("prefixes", "bound"), [(NAMED, 18 * 1024), (ALL, 21_250)])
def test_network_modules(prefixes, bound):
    compiled = compile_tree(stage())
    sizes = {path: len(data) for path, data in compiled.items() if path.startswith(prefixes)}
    assert all(any(path.startswith(prefix) for path in sizes) for prefix in prefixes)
    assert sum(sizes.values()) <= bound, sizes
