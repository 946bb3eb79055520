"""Transactions while the power goes at any flash operation; the oracle is the books.

A fixed play in virtual time: transactions begun offline and online, with readings, stopped at
the card, by the plug and from afar, one open through a reset, links lost; then all is
delivered. `books` of the soak says what must come of it, `verdict` what did.
"""

import gc

from books import Books
from central import Central
from device import FINE_MS, Device, new_flash
from dice import Dice
from model import Violation
from outlet import Outlet
from verdict import judge

from charge_bench import START_S

_COARSE_MS = 500
_ATTEMPTS = 3
_TIMEOUT_S = 10
_INTERVAL_S = 4
_KEYS = {
    "AllowOfflineTxForUnknownId": "true",
    "MessageTimeout": str(_TIMEOUT_S),
    "MeterValueSampleInterval": str(_INTERVAL_S),
    "RestartDelayMax": "0",
    "TransactionMessageRetryInterval": "2",
}
_QUIET_MS = 15000
_MOST_MS = 900000


class Charging:
    """A scenario: the kind of ``outlets``' meters, and TxResumptionTimeout."""

    def __init__(self, outlets, keeps, resumes_s):
        self.outlets = outlets
        self.keeps = keeps
        self.resumes_s = resumes_s


CHARGING = {
    # two outlets at once, meters that keep counting
    "charging": Charging(2, True, 0),
    # a meter that starts from 0: what was not saved is gone
    "pulses": Charging(1, False, 0),
    # what was broken off goes on, if the car is still there
    "resumption": Charging(1, True, 60),
}


class ChargingBench:
    """Runs ``scenario`` afresh each time, as `bench.Bench` does an update's."""

    def __init__(self, scenario):
        self._scenario = scenario
        self._flash = new_flash()
        self._snapshot = bytes(self._flash.cells.data)

    def run(self, cuts=()):
        """From the first start until all is quiet; returns the flash operations counted.

        ``cuts``: as for `bench.Bench.run`. Raises model.Violation.
        """
        flash, scenario = self._flash, self._scenario
        flash.cells.data[:] = self._snapshot
        flash.operations = 0
        books = Books(_ATTEMPTS, _INTERVAL_S, scenario.keeps)
        keys = dict(_KEYS)
        keys["TxResumptionTimeout"] = str(scenario.resumes_s)
        outlets = [Outlet(number + 1, scenario.keeps) for number in range(scenario.outlets)]
        device = Device(outlets, keys, books.add, flash)
        device.next_cuts = list(cuts)
        device.link_allowed = False
        device.central = Central(device, Dice(1, "central"), _ATTEMPTS, _TIMEOUT_S)
        try:
            _Play(device).run()
        finally:
            device.close()
        judge(books, START_S)
        gc.collect()
        if books.problems:
            raise Violation(books.problems[0])
        return flash.operations


class _Play:
    def __init__(self, device):
        self._device = device
        self._count = 0

    def run(self):
        device = self._device
        plays = [[0, self._first(outlet)] for outlet in device.outlets[:1]]
        plays += [[3000, self._second(outlet)] for outlet in device.outlets[1:]]
        plays.append([0, self._link()])
        while plays or device.elapsed_ms - device.central.booked_ms < _QUIET_MS:
            now_ms = device.elapsed_ms
            if now_ms > _MOST_MS:
                raise Violation("not quiet")
            next_ms = now_ms + _COARSE_MS
            for entry in list(plays):
                if entry[0] <= now_ms:
                    wait_ms = next(entry[1], None)
                    if wait_ms is None:
                        plays.remove(entry)
                        continue
                    entry[0] = now_ms + wait_ms
                next_ms = min(next_ms, entry[0])
            if device.is_hot:
                next_ms = now_ms + FINE_MS
            elif device.inbox:
                next_ms = min(next_ms, device.inbox[0][0])
            device.step(max(FINE_MS, (next_ms - now_ms) // FINE_MS * FINE_MS))

    def _link(self):
        """Offline, online, lost in the midst, offline, and online to the end."""
        device = self._device
        yield 30000
        device.link_allowed = True
        yield 25000
        device.link_allowed = False
        yield 20000
        device.link_allowed = True
        yield 25000
        device.inputs.append(lambda: device.drop_link(1))
        yield 15000
        device.link_allowed = False
        yield 20000
        device.link_allowed = True
        while device.is_off or not device.charge_point.online:
            yield 1000

    def _first(self, outlet):
        """The outlet where most happens."""
        yield from self._session(outlet, 9, self._by_card)  # offline
        yield from self._session(outlet, 9, self._by_plug)  # offline, into the delivery
        yield from self._session(outlet, 14, self._from_afar)
        yield from self._session(outlet, 70, self._by_reset)  # for longer than a register waits
        yield from self._session(outlet, 10, self._by_card)

    def _second(self, outlet):
        """The same time, another order."""
        yield from self._session(outlet, 20, self._by_plug)
        yield from self._session(outlet, 40, self._by_card)
        yield from self._session(outlet, 12, self._by_plug)

    def _session(self, outlet, seconds, end):
        outlet.plug(True)
        yield 400
        for _ in range(4):
            if self._idTag(outlet):
                break
            self._count += 1
            self._card(outlet, "TAG%d" % self._count)
            yield 1500
        yield seconds * 1000
        end(outlet)
        yield 1200
        outlet.plug(False)
        yield 800
        for _ in range(20):
            if not (self._device.is_off or self._idTag(outlet)):
                break
            yield 1000

    def _by_card(self, outlet):
        self._card(outlet, self._idTag(outlet))

    def _by_plug(self, outlet):
        outlet.plug(False)

    def _from_afar(self, outlet):
        device = self._device
        told = device.central.ids.get(self._idTag(outlet))
        if told is not None and device.linked:
            device.inputs.append(
                lambda: device.central.call("RemoteStopTransaction", {"transactionId": told})
            )

    def _by_reset(self, outlet):
        device = self._device
        if not device.is_off:
            device.inputs.append(lambda: device.fail("Reboot"))

    def _idTag(self, outlet):
        device = self._device
        if device.is_off:
            return None
        transaction = device.evse.connectors[outlet.connector - 1].transaction
        return transaction and transaction.idTag

    def _card(self, outlet, idTag):
        device = self._device
        if idTag and not device.is_off:
            device.inputs.append(
                lambda: device.charge_point.present_id_tag(idTag, device.now_ms, outlet.connector)
            )
