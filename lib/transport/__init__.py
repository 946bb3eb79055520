"""A byte stream to a server, plain or TLS, alike on both interpreters.

``await connect(host, port, tls)`` gives a Stream; every failure is a TransportError, and no
failing path leaves a socket open. May import: ``ticks``.
"""

import sys

from transport.errors import (
    ConnectError,
    ResolveError,
    TlsError,
    TransportClosed,
    TransportError,
    TransportTimeout,
)
from transport.names import use_resolver
from transport.tls import make_tls

if sys.implementation.name == "micropython":
    from transport.device import connect, resolve
else:
    from transport.host import connect, resolve

__all__ = (
    "ConnectError",
    "ResolveError",
    "TlsError",
    "TransportClosed",
    "TransportError",
    "TransportTimeout",
    "connect",
    "make_tls",
    "resolve",
    "use_resolver",
)
