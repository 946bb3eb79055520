"""A byte stream to a server, plain or TLS, alike on both interpreters.

``await connect(host, port, tls)`` gives a Stream; every failure is a TransportError, and no
failing path leaves a socket open. May import: ``ticks``.
"""

import ssl
import sys

from transport.errors import *  # noqa: F403 a list costs 270 bytes
from transport.errors import TlsError

_IS_DEVICE = sys.implementation.name == "micropython"
if _IS_DEVICE:
    from ssl import SSLContext

    import transport.device  # noqa: F401 what stays of each connection
else:
    from transport.host import SSLContext


async def connect(host, port, tls=None, timeout_ms=10000, first=b"", resolver=None):
    """A Stream to host:port; ``tls`` is a context of make_tls or None for plain TCP.

    ``first`` is what the client says first: it is sent within the same time-out, and with it the
    TLS handshake is done when this returns. Without ``resolver``, a ``resolver.Resolver``,
    the built-in one finds a name's address, and blocks. Raises a TransportError.
    """
    if _IS_DEVICE:
        from transport.opening import connect  # to be dropped after it: httpc.OPENING
    else:
        from transport.host import connect
    return await connect(host, port, tls, timeout_ms, first, resolver)


def make_tls(ca_der, cert_der=None, key_der=None):
    """A client context that trusts only the CA ``ca_der`` (DER bytes).

    ``cert_der`` and ``key_der`` are the client's own certificate and key (security profile 3).
    Raises TlsError when one of them can't be used.
    """
    context = SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # MicroPython's default for a client is CERT_NONE: any certificate would do.
    context.verify_mode = ssl.CERT_REQUIRED
    kind = "ca"
    try:
        context.load_verify_locations(cadata=ca_der)
        kind = "client"
        if cert_der is not None:
            context.load_cert_chain(cert_der, key_der)
    except (TypeError, ValueError, OSError) as error:
        raise TlsError("%s certificate can't be used: %s" % (kind, error), kind)
    return context
