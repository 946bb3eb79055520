"""A byte stream to a server, plain or TLS, alike on both interpreters.

``await connect(host, port, tls)`` gives a Stream; every failure is a TransportError, and no
failing path leaves a socket open. May import: ``ticks``.
"""

import sys

from transport.errors import *  # noqa: F403 a list costs 270 bytes
from transport.names import use_resolver as use_resolver
from transport.tls import make_tls as make_tls

if sys.implementation.name == "micropython":
    from transport.device import connect as connect
    from transport.device import resolve as resolve
else:
    from transport.host import connect as connect
    from transport.host import resolve as resolve
