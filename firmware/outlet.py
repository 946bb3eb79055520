"""The task of one outlet: measure, decide, switch, every 20 ms; waits for nobody.

A board has one, with the pins that board.json names. A second one needs pins of its own there, a
pilot, contactor, meter and `Inputs` made from them, an `Outlet` that ticks the second connector,
and `Surroundings` of it; `Evse` and the charge point above it take any number already.
May import: ``firmware.evse``, ``firmware.hal``, ``ticks``.
"""

import gc

from firmware.evse.limits import duty_for
from micropython import const
from ticks import sleep_ms, ticks_ms

_PERIOD_MS = const(20)
# Turns without memory that are nearer to each other than this end the run: 10 s.
_APART = const(500)


class Outlet:
    """Joins the pure ``evse`` to pilot, contactor and meter. ``ticks`` counts its turns.

    ``surroundings``: a `Surroundings` where the board has more to say, else None. ``failed``:
    a turn lacked memory; whoever has logged it sets it back.
    """

    def __init__(self, evse, pilot, contactor, meter, surroundings=None):
        self.ticks = 0
        self.failed = False
        self._at = -_APART  # the last turn that lacked memory
        self._evse = evse
        self._pilot = pilot
        self._contactor = contactor
        self._meter = meter
        self._surroundings = surroundings

    async def run(self):
        """The task, for ever. However it ends: the contactor opens, the offer is withdrawn.

        A turn that lacks memory decides nothing: the next one, 20 ms later, does. Raises
        MemoryError where that is not the first within 10 s.
        """
        evse, pilot, contactor, meter = self._evse, self._pilot, self._contactor, self._meter
        surroundings = self._surroundings
        try:
            while True:
                try:
                    high_mv, low_mv = pilot.read()
                    now_ms = ticks_ms()
                    if surroundings is not None:
                        surroundings.tick(now_ms)
                    evse.tick(now_ms, high_mv, low_mv, meter.wh, contactor.feedback())
                except MemoryError:
                    if self.ticks - self._at < _APART:
                        raise
                    self._at = self.ticks
                    self.failed = True
                    gc.collect()
                if not evse.contactor_on:  # opens before the offer is withdrawn, closes behind it
                    contactor.set(False)
                pilot.set_duty(duty_for(evse.offered_ma) or None)
                contactor.set(evse.contactor_on)
                self.ticks += 1
                await sleep_ms(_PERIOD_MS)
        finally:
            contactor.set(False)
            pilot.set_duty(None)
