"""The chip's watchdog, counted by the host: a chip that hangs can't count for itself."""

import asyncio

# A runner that was busy must read the feeds that wait in its socket before it judges.
_GRACE_S = 0.03


class Watchdog:
    """Calls ``bite()`` when it was armed and not fed in time. ``scale``: factor on its time."""

    def __init__(self, bite, scale=1.0):
        self._bite = bite
        self._scale = scale
        self._timer = None
        self._timeout_s = 0.0
        self._fed_s = 0.0
        self._is_grace = False
        self.timeout_ms = None  # None: not armed

    def arm(self, timeout_ms):
        """Start it, or give it a new time; feeds it."""
        self.disarm()
        self.timeout_ms = timeout_ms
        self._timeout_s = timeout_ms / 1000 * self._scale
        self.feed()
        self._wait(self._timeout_s)

    def feed(self):
        """Begin its time anew."""
        self._fed_s = asyncio.get_running_loop().time()
        self._is_grace = False

    def disarm(self):
        """As after a hard reset."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.timeout_ms = None

    def _wait(self, delay_s):
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._check)

    def _check(self):
        left_s = self._fed_s + self._timeout_s - asyncio.get_running_loop().time()
        if left_s > 0:
            self._wait(left_s)
        elif not self._is_grace:
            self._is_grace = True
            self._wait(_GRACE_S)
        else:
            self.disarm()
            self._bite()
