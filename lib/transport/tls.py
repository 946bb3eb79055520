"""TLS contexts that always verify, and what a refused certificate means.

May import: ``transport.errors``.
"""

import ssl

from transport.errors import TlsError

# What to look for in mbedtls's report -> kind, reason. It lists every fault; the first match
# here is the one reported. transport.host has OpenSSL's.
_FAULTS = (
    ("expired", "date", "certificate expired, or the clock is wrong"),
    ("future", "date", "certificate not yet valid: is the clock set?"),
    ("trusted CA", "ca", "certificate not signed by the trusted CA"),
    ("expected CN", "name", "certificate is for another host"),
)


def make_tls(ca_der, cert_der=None, key_der=None):
    """A client context that trusts only the CA ``ca_der`` (DER bytes).

    ``cert_der`` and ``key_der`` are the client's own certificate and key (security profile 3).
    Raises TlsError when one of them can't be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # MicroPython's default for a client is CERT_NONE: any certificate would do.
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(cadata=ca_der)
        if cert_der:
            context.load_cert_chain(cert_der, key_der)
    except (TypeError, ValueError, OSError) as error:
        raise TlsError("CA or client certificate can't be used: %s" % error, "ca")
    return context


def refused(text):
    """The TlsError for mbedtls's report about the server's certificate."""
    for mark, kind, reason in _FAULTS:
        if mark in text:
            return TlsError(reason, kind)
    return TlsError(text.strip())
