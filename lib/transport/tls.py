"""TLS contexts that always verify, and what a failed handshake means.

May import: ``transport.errors``.
"""

import ssl

from transport.errors import TlsError

# Phrases of mbedtls (device) and OpenSSL (host) -> kind, reason. mbedtls lists every fault it
# found, one a line; the first match here is the one reported.
_PHRASES = (
    ("expired", "date", "certificate expired (or the clock is wrong)"),
    ("future", "date", "certificate not yet valid (is the clock set?)"),
    ("not yet valid", "date", "certificate not yet valid (is the clock set?)"),
    ("not correctly signed", "ca", "certificate not signed by the trusted CA"),
    ("self", "ca", "certificate not signed by the trusted CA"),
    ("unable to get", "ca", "certificate not signed by the trusted CA"),
    ("signature failure", "ca", "certificate not signed by the trusted CA"),
    ("mismatch", "name", "certificate is for another host name"),
    ("match", "name", "certificate is for another host name"),
)


def make_tls(ca_der, cert_der=None, key_der=None):
    """A client context that trusts only the CA ``ca_der`` (DER bytes).

    ``cert_der`` and ``key_der`` are the client's own certificate and key (security profile 3).
    Raises TlsError when one of them can't be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # MicroPython's default for a client is CERT_NONE: any certificate would do.
    context.verify_mode = ssl.CERT_REQUIRED
    if not ca_der:
        raise TlsError("no CA certificate", "ca")
    try:
        context.load_verify_locations(cadata=ca_der)
    except (ValueError, OSError):
        raise TlsError("CA certificate is not valid DER", "ca") from None
    if cert_der:
        try:
            context.load_cert_chain(cert_der, key_der)
        except (TypeError, ValueError, OSError):
            raise TlsError("client certificate or key can't be used") from None
    return context


def handshake_error(text):
    """The TlsError for an interpreter's message about a failed handshake."""
    low = text.lower()
    for phrase, kind, reason in _PHRASES:
        if phrase in low:
            return TlsError(reason, kind)
    return TlsError("TLS handshake failed: " + text.strip())
