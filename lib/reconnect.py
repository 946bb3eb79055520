"""Decisions about a connection that must always come back: when to try again, whether it lives.

Pure: no clock and no I/O. May import: ``ticks``.
"""

import binascii

from micropython import const
from ticks import ticks_diff

FIRST_MS = const(1000)
_LONGEST_MS = const(60000)
_SPREAD_MS = const(2000)
_STABLE_MS = const(10000)  # a connection that held so long starts the back-off anew
# Asking again soon won't help where the server does not know us: the operator must act.
_REFUSED = (401, 403, 404)
_REFUSED_MS = const(60000)
_MAX_RETRY_AFTER_S = const(3600)

ALIVE = const(0)
PING = const(1)
DEAD = const(2)


class Reconnect:
    """When to try again: waits double from FIRST_MS to _LONGEST_MS, jittered downwards. And
    whether what is open lives.

    ``seed_bytes`` (the charge point's identity) fixes the jitter, so that a fleet does not come
    back in step, and one charge point's behaviour can be repeated in a test.
    """

    def __init__(self, seed_bytes):
        self._state = binascii.crc32(seed_bytes)
        # To wait before the very first attempt: a fleet gets its power back at once.
        self.first_ms = self._state % _SPREAD_MS
        self._opened_ms = 0
        self._pinged_ms = None  # while a ping is not answered
        self.reset()

    def next_ms(self):
        """Milliseconds to wait before the next attempt: half to all of the current step."""
        base = self._base_ms
        self._base_ms = min(base * 2, _LONGEST_MS)
        # Low bits of such a generator repeat early: only the high ones are used.
        self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
        half = base // 2
        return half + (self._state >> 8) % (base - half + 1)

    def reset(self):
        """Start anew, after a success. The jitter goes on."""
        self._base_ms = FIRST_MS

    def failed(self, status=0, retry_after=None):
        """Milliseconds to wait after a failed attempt.

        ``status`` and ``retry_after`` (the field's text) are the server's, if it answered. Its
        seconds are respected up to an hour and spread by the back-off; a date counts as none.
        """
        wait_ms = self.next_ms()
        if retry_after and retry_after.isdigit() and len(retry_after) < 9:
            return wait_ms + 1000 * min(int(retry_after), _MAX_RETRY_AFTER_S)
        if status in _REFUSED:
            wait_ms += _REFUSED_MS
        return wait_ms

    def opened(self, now_ms):
        """The connection is there."""
        self._opened_ms = now_ms
        self._pinged_ms = None

    def closed(self, now_ms):
        """Milliseconds to wait after the end of a connection."""
        self.check(now_ms, now_ms, 0)
        return self.next_ms()

    def check(self, now_ms, last_receive_ms, interval_ms):
        """ALIVE; PING: send one now; DEAD: no byte came in the interval after a ping.

        ``interval_ms``: WebSocketPingInterval, 0 for no pings.
        """
        # Not at the end alone: after 6 days the difference of the ticks is negative.
        if ticks_diff(now_ms, self._opened_ms) >= _STABLE_MS:
            self.reset()
        pinged_ms = self._pinged_ms
        if not interval_ms or ticks_diff(now_ms, last_receive_ms) < interval_ms:
            self._pinged_ms = None
        elif pinged_ms is None or ticks_diff(last_receive_ms, pinged_ms) >= 0:
            self._pinged_ms = now_ms
            return PING
        elif ticks_diff(now_ms, pinged_ms) >= interval_ms:
            return DEAD
        return ALIVE
