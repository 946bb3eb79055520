"""One day of the soak, in one MicroPython process; driven by run.py.

    day.py SEED SECONDS METER TROUBLE STEP_MS [BUG]

METER: "keeps" (two outlets, whose meters keep counting over reboots) or "pulses" (one, counted
from 0 at each start). TROUBLE: 1, or 0 for a day when nothing goes wrong. STEP_MS: the step
while nothing moves at an outlet. Prints the journal (see `books`), one JSON list a line behind
"J ".
"""

import json
import sys

from central import Central
from charging_bugs import BUGS
from device import FINE_MS, TURN_MS, Device, new_flash
from dice import Dice
from drivers import Visits
from outlet import Outlet
from trouble import Keeper, Power, Weather

ATTEMPTS = 3
TIMEOUT_S = 10
INTERVAL_S = 30
_QUIET_EVERY_S = 2400
# A day so short has no time to fill the outbox; more goes wrong in it.
_SHORT_S = 10000
_OUTAGE_S = 5400
_CUT_AFTER_S = (240, 1800)
_CUT_SOON_S = (100, 600)
KEYS = {
    "AllowOfflineTxForUnknownId": "true",
    "ConnectionTimeOut": "45",
    "MessageTimeout": str(TIMEOUT_S),
    "MeterValueSampleInterval": str(INTERVAL_S),
    "TransactionMessageAttempts": str(ATTEMPTS),
    "TransactionMessageRetryInterval": "5",
}


def journal(event):
    print("J " + json.dumps(event))


class Day:
    """The device with all that happens to it."""

    def __init__(self, seed, seconds, keeps, has_trouble, coarse_ms):
        self._seed = seed
        self._coarse_ms = coarse_ms
        keys = dict(KEYS)
        if seed % 3 == 2:
            keys["TxResumptionTimeout"] = "300"
        if seed % 2:
            keys["ClockAlignedDataInterval"] = "900"
        outlets = [Outlet(number, keeps) for number in ((1, 2) if keeps else (1,))]
        self.device = device = Device(outlets, keys, journal, new_flash())
        device.central = central = Central(device, self._dice("central"), ATTEMPTS, TIMEOUT_S)
        central.refuses_unnamed = seed % 2 == 0
        is_short = seconds < _SHORT_S
        outage_s = seconds // 4 if is_short else max(seconds // 10, _OUTAGE_S)
        visits = Visits(device, self._dice)
        weather = Weather(
            device, self._dice("weather"), outage_s // 60, [seconds // 3], str(INTERVAL_S)
        )
        power = Power(device, self._dice("power"), *(_CUT_SOON_S if is_short else _CUT_AFTER_S))
        self._keeper = Keeper(device, visits, weather, power, _QUIET_EVERY_S)
        plays = [visits.play(outlet) for outlet in outlets]
        plays.append(self._keeper.play())
        if has_trouble:
            plays += [weather.play(), power.play()]
        self._plays = [[0, play] for play in plays]
        self.steps = 0

    def _dice(self, name):
        return Dice(self._seed, name)

    def run(self, until_ms):
        """Let everything play until then."""
        while self.device.elapsed_ms < until_ms:
            self._play()

    def rest(self):
        """Until all is quiet."""
        self._plays.append([0, self._until_rest()])
        count = len(self._plays)
        while len(self._plays) == count:
            self._play()

    def _until_rest(self):
        yield from self._keeper.rest()

    def _play(self):
        device = self.device
        now_ms = device.elapsed_ms
        next_ms = now_ms + self._coarse_ms
        for entry in self._plays:
            if entry[0] <= now_ms:
                wait_ms = next(entry[1], None)
                if wait_ms is None:
                    self._plays.remove(entry)
                    return
                entry[0] = now_ms + wait_ms
            next_ms = min(next_ms, entry[0])
        if device.is_hot:
            next_ms = now_ms + FINE_MS
        elif device.inbox:
            next_ms = min(next_ms, device.inbox[0][0])
        self.steps += 1
        # Long steps end with a turn, as they would were they short.
        device.step(max(FINE_MS, next_ms // TURN_MS * TURN_MS - now_ms))


def main(seed, seconds, meter, has_trouble, coarse_ms, bug=None):
    if bug:
        BUGS[bug][0]()
    day = Day(seed, seconds, meter == "keeps", has_trouble == "1", coarse_ms)
    device = day.device
    day.run(seconds * 1000)
    day.rest()
    device.measure("quiet")
    flash = device.flash
    journal(
        ["day", device.elapsed_ms, day.steps, flash.operations, flash.erases, device.worst_us,
         device.worst_flash[0], device.worst_flash[1]]
    )  # fmt: skip


seed, seconds, meter, trouble, step_ms = sys.argv[1:6]
main(int(seed), int(seconds), meter, trouble, int(step_ms), *sys.argv[6:])
