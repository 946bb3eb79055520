"""Decisions about a connection that must always come back: when to try again, whether it lives.

Pure: no clock and no I/O. May import: ``backoff``, ``ticks``.
"""

from backoff import Backoff
from micropython import const
from ticks import ticks_diff

FIRST_MS = const(1000)
_LONGEST_MS = const(60000)
_STABLE_MS = const(10000)  # a connection that held so long starts the back-off anew
# Asking again soon won't help where the server does not know us: the operator must act.
_REFUSED = (401, 403, 404)
_REFUSED_MS = const(60000)
_MAX_RETRY_AFTER_S = const(3600)

ALIVE = const(0)
PING = const(1)
DEAD = const(2)


class Reconnect:
    """``seed_bytes``: the charge point's identity, so that each of a fleet has its own jitter."""

    def __init__(self, seed_bytes):
        self._backoff = Backoff(seed_bytes, FIRST_MS, _LONGEST_MS)
        self._opened_ms = 0
        self._pinged_ms = None  # while a ping is not answered

    def failed(self, status=0, retry_after=None):
        """Milliseconds to wait after a failed attempt.

        ``status`` and ``retry_after`` (the field's text) are the server's, if it answered. Its
        seconds are respected up to an hour and spread by the back-off; a date counts as none.
        """
        wait_ms = self._backoff.next_ms()
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
        if ticks_diff(now_ms, self._opened_ms) >= _STABLE_MS:
            self._backoff.reset()
        return self._backoff.next_ms()

    def check(self, now_ms, last_receive_ms, interval_ms):
        """ALIVE; PING: send one now; DEAD: no byte came in the interval after a ping.

        ``interval_ms``: WebSocketPingInterval, 0 for no pings.
        """
        pinged_ms = self._pinged_ms
        if not interval_ms or ticks_diff(now_ms, last_receive_ms) < interval_ms:
            self._pinged_ms = None
        elif pinged_ms is None or ticks_diff(last_receive_ms, pinged_ms) >= 0:
            self._pinged_ms = now_ms
            return PING
        elif ticks_diff(now_ms, pinged_ms) >= interval_ms:
            return DEAD
        return ALIVE
