"""Is this signature by this key? One door for all kinds of keys.

May import: ``pki.steps``.
"""

from pki.steps import finish, finish_async


def signature(key, digest, sign, schemes, between=None):
    """Return if ``sign`` is ``key``'s signature over ``digest``; raise InvalidSignature if not.

    key: of ``x509.Certificate.key()`` or ``keys.load``. digest: SHA-256 of what was signed, 32
    bytes. sign: bytes. schemes: flags of ``pki.schemes`` that are allowed. between: called after
    each short step of the work.
    """
    finish(_steps(key, digest, sign, schemes), between)


async def signature_async(key, digest, sign, schemes):
    """As ``signature``, letting other tasks run."""
    await finish_async(_steps(key, digest, sign, schemes))


def _steps(key, digest, sign, schemes):
    if len(digest) != 32:
        raise ValueError("no SHA-256 digest")
    return key.steps(bytes(digest), bytes(sign), schemes)
