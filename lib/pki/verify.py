"""Is this signature by this key? One door for all kinds of keys and schemes.

A verification is a generator that yields after each step. On the slowest chip, a Pico W, by
estimate (x185 of the unix port, not measured): P-256 about 1.1 s in steps of at most 35 ms,
RSA-4096 about 0.55 s in steps of 65 to 75 ms. A task that awaits what is here and in ``trust``
lets the other tasks run in between. Where there is no loop, ``now`` runs it, and ``between`` may
feed the watchdog. The generator itself is never handed out: one that nobody runs would refuse
nothing.
May import: ``ticks``.
"""

from ticks import sleep_ms, ticks_diff, ticks_ms

# Schemes, all over SHA-256; flags, to be or-ed into "these are allowed here".
ECDSA_DER = 1  # SEQUENCE {r, s}
ECDSA_RAW = 2  # r || s, 64 bytes
RSA_PKCS1 = 4  # PKCS#1 v1.5
RSA_PSS = 8  # MGF1 with SHA-256, a salt of 32 bytes
RSA_PSS_ANY_SALT = 16  # the same with whatever salt length the signer took

SLICE_MS = 10  # how long other tasks wait, or one step where that takes longer


async def signature(key, digest, sign, schemes, between=None):
    """Return if ``sign`` is ``key``'s signature over ``digest``; raise InvalidSignature if not.

    key: of ``x509.Certificate.key()`` or ``keys.load``. digest: SHA-256 of what was signed, 32
    bytes. sign: bytes. schemes: flags that are allowed. between: see ``finish``.
    """
    if len(digest) != 32:
        raise ValueError("no SHA-256 digest")
    await finish(key.steps(bytes(digest), bytes(sign), schemes), between)


async def finish(steps, between=None):
    """Run the generator ``steps`` to its end beside the other tasks. Raises what it raises.

    Where ``between`` is given, it is called after each step instead, and nothing is awaited.
    """
    since_ms = ticks_ms()
    for _ in steps:
        if between:
            between()
        elif ticks_diff(ticks_ms(), since_ms) >= SLICE_MS:
            await sleep_ms(0)
            since_ms = ticks_ms()


def now(coroutine):
    """The result of a coroutine of this package that was given ``between``: without a loop."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("between is missing")
