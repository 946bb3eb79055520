"""Exponential back-off with jitter, so that a fleet does not come back in step.

Pure: no clock and no I/O. May import: built-ins only.
"""

import binascii


class Backoff:
    """Waits between attempts: doubling from ``first_ms`` to ``max_ms``, jittered downwards.

    ``seed_bytes`` (the charge point's identity) fixes the jitter, so two charge points
    differ and one charge point's behaviour can be repeated in a test.
    """

    def __init__(self, seed_bytes, first_ms, max_ms):
        if not 0 < first_ms <= max_ms:
            raise ValueError("need 0 < first_ms <= max_ms")
        self._state = binascii.crc32(seed_bytes) & 0x7FFFFFFF
        self._first_ms = first_ms
        self._max_ms = max_ms
        self._base_ms = first_ms

    def next_ms(self):
        """Milliseconds to wait before the next attempt: half to all of the current step."""
        base = self._base_ms
        self._base_ms = min(base * 2, self._max_ms)
        # Low bits of such a generator repeat early: only the high ones are used.
        self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
        half = base // 2
        return half + (self._state >> 8) % (base - half + 1)

    def reset(self):
        """Start from ``first_ms`` again, after a success. The jitter goes on."""
        self._base_ms = self._first_ms
