"""The supervisor: feeds the watchdog by proof of life, ends the run when any task ends.

May import: ``loader.record``, ``loader.resets``, ``ticks``.
"""

from loader import record as records
from loader import resets
from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms

_TURN_MS = const(100)
_FEED_MS = const(500)


class TaskEnded(Exception):
    """A task that runs for ever has returned."""


class Supervisor:
    """``outlet.ticks`` must advance between two feeds; this loop's own turn is the other proof.

    After ``healthy_after_s`` the boot counts as healthy: README's boot decision.
    """

    def __init__(self, context, outlet, healthy_after_s, now_ms):
        self._context = context
        self._outlet = outlet
        self._start_ms = now_ms
        self._healthy_after_ms = healthy_after_s * 1000
        self._is_healthy = False
        self._fed_ms = now_ms
        self._seen = outlet.ticks

    async def run(self, tasks, turn):
        """Call ``turn(now_ms)`` ten times a second until it returns True.

        Raises whatever ended one of ``tasks``.
        """
        while True:
            now_ms = ticks_ms()
            if turn(now_ms):
                return
            for task in tasks:
                if task.done():
                    await task  # raises what ended it
                    raise TaskEnded("a task has returned")
            self.step(now_ms)
            await sleep_ms(_TURN_MS)

    def step(self, now_ms):
        """Feed where there is proof of life; note when the boot has become healthy."""
        if ticks_diff(now_ms, self._fed_ms) >= _FEED_MS and self._outlet.ticks != self._seen:
            self._fed_ms, self._seen = now_ms, self._outlet.ticks
            self._context.wdt.feed()
        if ticks_diff(now_ms, self._start_ms) >= self._healthy_after_ms:
            self._note_healthy()

    def _note_healthy(self):
        if self._is_healthy:
            return
        self._is_healthy = True
        context = self._context
        context.chip.set_flags(context.chip.flags() | resets.HEALTHY)
        if context.record.unhealthy and not context.is_trial:
            context.record = context.record.copy(unhealthy=0)
            records.write(context.files, context.record)
