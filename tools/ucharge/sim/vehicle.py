"""A simulated car with its cable, and the meter it draws through. It survives the chip's resets.

All electrical figures are IEC 61851-1 Annex A as in the project's fact sheet: the car sets the
pilot's high plateau (12 V apart, 9 V plugged in, 6 V asking for energy), its diode makes the low
one -12 V while the charger sends PWM, and the duty cycle tells it the current it may draw.
"""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

_APART_MV = 12000
_PLUGGED_MV = 9000
_ASKING_MV = 6000
_ASKING_VENTILATED_MV = 3000
_LOW_MV = -12000
_STEP_S = 0.02


class Violation(NamedTuple):
    """Something the charger must not do to a car, and when (time.monotonic())."""

    text: str
    at_s: float


def current_ma(duty_tenths):
    """What a car may draw at a pilot duty in 1/10 %, as the car reads it; 0 = no charging."""
    if 80 <= duty_tenths < 100:
        return 6000
    if 100 <= duty_tenths <= 850:
        return duty_tenths * 60
    if 850 < duty_tenths <= 960:
        return (duty_tenths - 640) * 250
    if 960 < duty_tenths <= 970:
        return 80000
    return 0


class Vehicle:
    """A car of ``max_a`` on ``phases`` x ``volts``; it reacts after ``reaction_s``.

    ``waits_for_pwm``: it asks (6 V) only while the charger offers current, and stops asking when
    the offer ends, as most cars do. ``energy_scale`` lets the energy run faster than time.
    ``violations`` collects what the charger did that it must not.
    """

    def __init__(
        self,
        max_a=16,
        phases=1,
        volts=230,
        reaction_s=0.1,
        waits_for_pwm=True,
        ventilated=False,
        energy_scale=1.0,
        late_opening_s=1.0,
    ):
        self.max_a = max_a
        self.phases = phases
        self.volts = volts
        self.reaction_s = reaction_s
        self.waits_for_pwm = waits_for_pwm
        self.ventilated = ventilated
        self.energy_scale = energy_scale
        self.late_opening_s = late_opening_s
        self.has_diode = True
        self.is_short = False  # pilot shorted to earth: state E
        self.violations = []
        self.closings = []  # times of contactor closings
        self.open_delays_s = []  # from "must open" to open, of every such opening
        self.is_plugged = False
        self.wants_power = False
        self.contactor_closed = False
        self.offered_ma = 0  # from the pilot, after the car's reaction time
        self._energy_wh = 0.0
        self._asks = False
        self._duty_tenths = None  # None: no PWM
        self._illegal_since = None
        self._pending = []  # (time due, name, value): the car's reactions
        self._last_s = time.monotonic()
        self.on_pilot: Callable[[], None] | None = None  # called when a plateau changed
        self.on_pulses: Callable[[int], None] | None = (
            None  # called with the number of new Wh pulses
        )
        self.wh_per_pulse = 1
        self._pulses = 0

    # What the driver does.

    def plug_in(self):
        """Plug the cable in: state B."""
        self.is_plugged = True
        self._update()

    def request_power(self):
        """The battery wants energy: state C as soon as the charger offers current."""
        if not self.is_plugged:
            raise RuntimeError("the car is not plugged in")
        self.wants_power = True
        self._update()

    def stop_request(self):
        """The battery is full or the driver stopped: state B at once."""
        self.wants_power = False
        self._asks = False
        self._update()

    def unplug(self):
        """Pull the plug: state A at once, whatever the charger does."""
        self.is_plugged = False
        self.wants_power = False
        self._asks = False
        self._update()

    def set_fault(self, short=False, diode=True):
        """Short the pilot to earth, or lose the diode; without arguments: sound again."""
        self.is_short = short
        self.has_diode = diode
        self._update()

    # What can be seen of it.

    @property
    def state(self):
        """IEC state: "A", "B", "C", "D" or "E"."""
        if self.is_short:
            return "E"
        if not self.is_plugged:
            return "A"
        return ("D" if self.ventilated else "C") if self._asks else "B"

    @property
    def energy_wh(self):
        """All energy drawn so far: the true value of the charger's meter."""
        self._integrate()
        return self._energy_wh

    @property
    def charging(self):
        """Energy flows."""
        return self._power_w() > 0

    @property
    def plateaus_mv(self):
        """The pilot's (high, low) plateau in mV."""
        if self.is_short:
            return 0, 0
        high = {
            "A": _APART_MV,
            "B": _PLUGGED_MV,
            "C": _ASKING_MV,
            "D": _ASKING_VENTILATED_MV,
        }[self.state]
        return high, _LOW_MV if self.has_diode or self.state == "A" else -high

    # What the charger does (called by the runner).

    def set_pilot_duty(self, duty_tenths):
        """The charger's pilot: a duty in 1/10 %, None without PWM."""
        self._duty_tenths = duty_tenths
        offered = 0 if duty_tenths is None else current_ma(duty_tenths)
        self._later("offered_ma", offered)
        self._check()

    def set_contactor(self, closed):
        """The charger's contactor."""
        if closed == self.contactor_closed:
            return
        self._integrate()
        self.contactor_closed = closed
        now = time.monotonic()
        if closed:
            self.closings.append(now)
            reason = self._illegal()
            if reason is None and self.offered_ma == 0:
                # To stay closed without an offer is another thing: a car has 6 s to stop.
                reason = "the charger offers no current"
            if reason:
                self.violations.append(Violation("contactor closed while " + reason, now))
        elif self._illegal_since is not None:
            self.open_delays_s.append(now - self._illegal_since)
            self._illegal_since = None
        self._check()

    async def run(self):
        """The car lives: reactions, energy, pulses. Runs until cancelled."""
        while True:
            await asyncio.sleep(_STEP_S)
            self.step()

    def step(self):
        """One moment of run()."""
        now = time.monotonic()
        due = [item for item in self._pending if item[0] <= now]
        self._pending = [item for item in self._pending if item[0] > now]
        self._integrate()
        for _, name, value in due:
            setattr(self, name, value)
        if due:
            self._update()
        self._check()
        pulses = int(self._energy_wh / self.wh_per_pulse)
        if pulses > self._pulses:
            count, self._pulses = pulses - self._pulses, pulses
            if self.on_pulses:
                self.on_pulses(count)

    def _later(self, name, value):
        due = time.monotonic() + self.reaction_s
        self._pending = [item for item in self._pending if item[1] != name]
        self._pending.append((due, name, value))

    def _update(self):
        may_ask = self.offered_ma > 0 or not self.waits_for_pwm
        self._asks = self.is_plugged and self.wants_power and may_ask
        self._check()
        if self.on_pilot:
            self.on_pilot()

    def _illegal(self):
        """Why the contactor must not be closed now, or None."""
        if self.is_short:
            return "the pilot is shorted"
        if not self.is_plugged:
            return "no car is plugged in"
        if not self._asks:
            return "the car does not ask for power"
        if not self.has_diode:
            return "the car's diode is missing"
        return None

    def _check(self):
        now = time.monotonic()
        if not self.contactor_closed or self._illegal() is None:
            self._illegal_since = None
        elif self._illegal_since is None:
            self._illegal_since = now
        elif now - self._illegal_since > self.late_opening_s:
            text = f"contactor still closed after {self.late_opening_s} s while "
            text += self._illegal()
            if not self.violations or self.violations[-1].text != text:
                self.violations.append(Violation(text, now))

    def _power_w(self):
        if not (self.contactor_closed and self._asks):
            return 0.0
        amperes = min(self.offered_ma / 1000, self.max_a)
        return amperes * self.volts * self.phases

    def _integrate(self):
        now = time.monotonic()
        elapsed_s = now - self._last_s
        self._last_s = now
        self._energy_wh += self._power_w() * elapsed_s / 3600 * self.energy_scale
