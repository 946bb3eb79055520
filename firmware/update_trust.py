"""Whether an update file, and a request for one, is signed by somebody this board trusts.

Loaded for that alone. Two signatures: every file brings a certificate and a signature over its
own head, which names the payload's digest; a signed request brings its own pair, over the whole
file. Trust begins at the installed ManufacturerRootCertificates.
May import: ``pki``, ``ota.errors``, ``loader.modules``.
"""

import hashlib

from micropython import const
from ota.errors import Refused

CERTIFICATE = const("InvalidFirmwareSigningCertificate")
SIGNATURE = const("InvalidFirmwareSignature")


class Trust:
    """Whom this board trusts. ``roots``: DER of the installed roots. ``allow_unsigned``: files
    without a signature, for development. ``allow_pkcs1``: also RSA's older scheme."""

    def __init__(self, roots=(), allow_unsigned=False, allow_pkcs1=True):
        self.roots = list(roots)
        self.allow_unsigned = allow_unsigned
        self.allow_pkcs1 = allow_pkcs1


async def header(edge, header):
    """Return if somebody trusted has signed ``header``. Raises Refused with an event."""
    trust = edge.trust()
    data = memoryview(header.data)
    certificate = bytes(data[header.certificate_at : header.signature_at])
    sign = bytes(data[header.signature_at : header.size - 4])
    if trust.allow_unsigned and not (certificate and sign and trust.roots):
        edge.log("update: NOT CHECKED who made this file: allow_unsigned is set")
        return
    if not certificate or not sign:
        raise Refused("the file is not signed", SIGNATURE)
    digest = hashlib.sha256(data[: header.signature_at]).digest()
    import pki

    pki.begin()
    try:
        from pki.errors import InvalidCertificate, InvalidSignature
        from pki.trust import check_signer
        from pki.verify import ECDSA_RAW, RSA_PSS, signature

        try:
            signer = await check_signer(certificate, trust.roots, edge.now_s())
            await signature(signer.key(), digest, sign, ECDSA_RAW | RSA_PSS)
        except InvalidCertificate as error:
            raise Refused("the file's certificate: " + error.reason, CERTIFICATE)
        except InvalidSignature as error:
            raise Refused("the file's signature: " + error.reason, SIGNATURE)
    finally:
        pki.end()


async def file(edge, digest, credentials):
    """Return if the request's signature is over the very file of ``digest``.

    ``credentials``: (signature, certificate) of the request, or None. Raises Refused, an event.
    """
    if credentials is None:
        raise Refused("the request's signature is lost", SIGNATURE)
    sign, certificate = credentials
    import pki

    pki.begin()
    try:
        from pki import verify
        from pki.errors import InvalidCertificate, InvalidSignature
        from pki.x509 import Certificate

        schemes = verify.ECDSA_DER | verify.RSA_PSS | verify.RSA_PSS_ANY_SALT
        if edge.trust().allow_pkcs1:
            schemes |= verify.RSA_PKCS1
        try:
            await verify.signature(Certificate(certificate).key(), digest, sign, schemes)
        except (InvalidCertificate, InvalidSignature) as error:
            raise Refused("the request's signature: " + error.reason, SIGNATURE)
    finally:
        pki.end()


async def check_offer(edge, pem):
    """(DER of the certificate ``pem``, "") if a root vouches for it; else (None, reason)."""
    import pki

    pki.begin()
    try:
        from pki.errors import InvalidCertificate
        from pki.pem import decode
        from pki.trust import check_signer

        try:
            der = decode(pem)
            await check_signer(der, edge.trust().roots, edge.now_s())
            return der, ""
        except InvalidCertificate as error:
            return None, error.reason
    finally:
        pki.end()
