"""What goes wrong around the charge point: link, central system, power, clock. Plays, as drivers.

`Weather` is the central system and the way to it, `power` cuts and resets, `keeper` asks for
quiet from time to time and has the heap and the files measured.
"""

from central import Mood

_MODES = ("clean", "torn", "after")
_POLL_MS = 1000
_QUIET_MS = 45000
_LOOK_MIN = 5
_CLOSE_S = "2"  # between the readings that fill the outbox


class Weather:
    """``is_calm`` asks for fair weather and gets it when the present phase is over.

    ``fine``: it is fair now. ``long_outage``: minutes that the link is gone at ``outages_at_s``.
    """

    def __init__(self, device, dice, minutes, outages_at_s, interval_s):
        self.is_calm = False
        self.fine = True
        self._device = device
        self._dice = dice
        self._minutes = minutes
        self._outages_at_s = list(outages_at_s)
        self._interval_s = interval_s

    def play(self):
        """For ever."""
        device, dice = self._device, self._dice
        while True:
            self._set(Mood())
            self.fine = True
            yield dice.between(2, 8) * 60000
            while self.is_calm:
                yield _POLL_MS
            self.fine = False
            at_s = device.elapsed_ms // 1000
            if self._outages_at_s and at_s >= self._outages_at_s[0]:
                self._outages_at_s.pop(0)
                yield from self._long_outage()
            else:
                yield from dice.pick(
                    (self._flaky, self._flaky, self._slow, self._late, self._flaps, self._outage,
                     self._refusals, self._pending, self._wrong_ids)
                )()  # fmt: skip

    def _set(self, mood):
        self._device.central.mood = mood
        self._device.link_allowed = True

    def _for(self, mood, least_min, most_min):
        self._set(mood)
        yield self._dice.between(least_min, most_min) * 60000

    def _flaky(self):
        yield from self._for(
            Mood(deaf=12, mute=12, refuse=8, late=8, lost=5, drop=5, twice=10, invalid=4), 5, 15
        )

    def _slow(self):
        yield from self._for(Mood(slow_ms=(2000, 9000), twice=10), 4, 10)

    def _late(self):
        yield from self._for(Mood(late=40, slow_ms=(500, 8000), twice=20), 3, 8)

    def _refusals(self):
        yield from self._for(Mood(refuse=45), 3, 8)

    def _wrong_ids(self):
        yield from self._for(Mood(bad=40, invalid=20), 4, 10)

    def _flaps(self):
        device, dice = self._device, self._dice
        self._set(Mood(lost=25, drop=25, slow_ms=(100, 1500)))
        for _ in range(dice.between(5, 15)):
            yield dice.between(2, 40) * 1000
            device.inputs.append(lambda: device.drop_link(dice.between(0, 15)))

    def _outage(self):
        self._device.link_allowed = False
        yield self._dice.between(3, 20) * 60000

    def _pending(self):
        """The central system is set up anew and asks for a BootNotification."""
        device = self._device
        self._set(Mood(boot=self._dice.pick(("Pending", "Rejected", "mute", "bad"))))
        device.inputs.append(
            lambda: device.central.call("TriggerMessage", {"requestedMessage": "BootNotification"})
        )
        yield self._dice.between(2, 8) * 60000

    def _long_outage(self):
        """Hours without a link, with readings so close together that the outbox gets full."""
        device = self._device
        yield from self._interval(_CLOSE_S)
        device.link_allowed = False
        for _ in range(self._minutes // _LOOK_MIN):
            yield _LOOK_MIN * 60000
            if not device.is_off:
                device.measure("state")
        device.link_allowed = True
        yield 60000
        yield from self._interval(self._interval_s)

    def _interval(self, value):
        """Have the interval of the readings changed; the journal knows from when on."""
        device = self._device
        change = {"key": "MeterValueSampleInterval", "value": value}
        while True:
            if device.linked:
                device.inputs.append(lambda: device.central.call("ChangeConfiguration", change))
                yield 3000
                if device.central.answered == {"status": "Accepted"}:
                    break
            yield _POLL_MS
        device.journal(["interval", device.elapsed_ms, int(value)])


class Power:
    """Cuts at flash operations and between them, the watchdog, resets that are asked for."""

    def __init__(self, device, dice, least_s, most_s):
        self._device = device
        self._dice = dice
        self._least_s = least_s
        self._most_s = most_s
        self.is_calm = False
        device.on_off = self.off

    def play(self):
        """For ever."""
        device, dice = self._device, self._dice
        while True:
            yield dice.between(self._least_s, self._most_s) * 1000
            while self.is_calm or device.is_off:
                yield _POLL_MS
            kind = dice.below(10)
            if kind < 5:
                at = device.flash.operations + dice.between(1, 30)
                device.flash.power_on_until(at, dice.pick(_MODES))
            elif kind < 7:
                device.inputs.append(lambda: device.fail("PowerLoss"))
            elif kind < 9:
                device.inputs.append(device.hang)
            else:
                self._reset(dice.pick(("Hard", "Soft")))

    def _reset(self, kind):
        device = self._device
        device.inputs.append(lambda: device.central.call("Reset", {"type": kind}))

    def off(self, reason):
        """The power went; the seconds without it. Some come back only for a moment."""
        dice = self._dice
        if not self.is_calm and not self._device.next_cuts and dice.chance(30):
            self._device.next_cuts.append((dice.between(1, 25), dice.pick(_MODES)))
        if reason == "Reboot":
            return 3
        return dice.between(1, 60) if dice.chance(90) else dice.between(300, 1500)


class Keeper:
    """Now and then has everything come to rest, and measures."""

    def __init__(self, device, visits, weather, power, every_s):
        self._device = device
        self._visits = visits
        self._weather = weather
        self._power = power
        self._every_s = every_s

    def play(self):
        """For ever."""
        while True:
            yield self._every_s * 1000
            yield from self.rest()
            self._device.measure("quiet")
            self._let_go()

    def rest(self):
        """Until nobody charges and nothing is left to be said."""
        device = self._device
        self._weather.is_calm = True
        while not self._weather.fine:
            yield _POLL_MS
        self._visits.hold = self._power.is_calm = True
        since_ms = device.elapsed_ms
        while device.elapsed_ms - since_ms < _QUIET_MS:
            yield _POLL_MS
            if not self._is_quiet() or device.elapsed_ms - device.central.booked_ms < _POLL_MS * 2:
                since_ms = device.elapsed_ms

    def _is_quiet(self):
        device = self._device
        return (
            self._weather.fine
            and not (device.is_off or True in self._visits.busy)
            and device.linked
            and device.charge_point.online
        )

    def _let_go(self):
        self._visits.hold = self._weather.is_calm = self._power.is_calm = False
