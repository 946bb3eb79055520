"""One certificate in PEM (RFC 7468, strict form), as OCPP's messages carry it.

May import: ``pki.errors``.
"""

import binascii

from pki.errors import InvalidCertificate

MAX_CHARS = 5500  # of OCPP's fields
_BEGIN = "-----BEGIN CERTIFICATE-----"
_END = "-----END CERTIFICATE-----"


def decode(text):
    """The DER bytes in ``text``, which holds one certificate and white space around it.

    Lines end with LF or CR LF and have any length. Raises InvalidCertificate.
    """
    if len(text) > MAX_CHARS:
        raise InvalidCertificate("longer than %d characters" % MAX_CHARS)
    text = text.strip()
    if not text.startswith(_BEGIN) or not text.endswith(_END):
        raise InvalidCertificate("no certificate in PEM")
    body = text[len(_BEGIN) : len(text) - len(_END)].replace("\r\n", "\n")
    if "\n\n" in body:
        raise InvalidCertificate("PEM has empty lines")
    body = body.replace("\n", "").encode()
    # The decoders of both interpreters skip what they don't know: only what comes out the same
    # when encoded again was base64.
    try:
        der = binascii.a2b_base64(body)
    except ValueError:
        raise InvalidCertificate("no base64")
    if not der or binascii.b2a_base64(der).strip() != body:
        raise InvalidCertificate("no base64")
    return der
