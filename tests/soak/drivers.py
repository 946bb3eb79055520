"""Who comes to charge: one endless play an outlet, with a card of its own for every visit.

A play is a generator that yields the milliseconds until it is to be asked again. It never calls
the charge point itself: that is the device's to do, for the power can go within any call.
"""

from central import REFUSED

_POLL_MS = 1000


class Visits:
    """``hold``: nobody new begins while it is set; ``waiting`` counts outlets without a visit."""

    def __init__(self, device, dice_for):
        self.hold = False
        self.busy = [False] * len(device.outlets)
        self.count = 0
        self._device = device
        self._dice_for = dice_for

    def play(self, outlet):
        """The visits to ``outlet``, for ever."""
        dice = self._dice_for("driver %d" % outlet.connector)
        while True:
            yield dice.between(2, 60) * 1000
            while self.hold:
                yield _POLL_MS
            self.busy[outlet.connector - 1] = True
            yield from self._visit(outlet, dice)
            self.busy[outlet.connector - 1] = False

    def _visit(self, outlet, dice):
        outlet.want(True)
        outlet.most_ma = dice.pick((6000, 10000, 16000, 16000, 32000))
        if dice.chance(60):  # cable first
            outlet.plug(True)
            yield dice.between(0, 8) * 1000 + 20 * dice.below(50)
        for _ in range(3):
            self._begin(outlet, dice)
            yield dice.between(2, 6) * 1000 + 20 * dice.below(50)
            if not outlet.plugged:
                outlet.plug(True)
                yield 2000
            for _ in range(dice.between(3, 12)):
                if self._idTag(outlet):
                    break
                yield _POLL_MS
            if self._idTag(outlet):
                break
        if self._idTag(outlet):
            yield from self._charge(outlet, dice)
            yield from self._end(outlet, dice)
        for _ in range(5):  # in a hurry if it does not end
            if self._idTag(outlet) is None:
                break
            yield _POLL_MS
        outlet.plug(False)
        yield from self._leave(outlet)

    def _charge(self, outlet, dice):
        short = dice.chance(70)
        left_s = dice.between(15, 180) if short else dice.between(300, 900)
        while left_s > 0:
            part_s = min(left_s, dice.between(20, 300))
            yield part_s * 1000 + 20 * dice.below(50)
            left_s -= part_s
            if dice.chance(20):  # the battery rests
                outlet.want(False)
                yield dice.between(1, 40) * 1000
                outlet.want(True)

    def _end(self, outlet, dice):
        how = dice.below(10)
        if how < 3:
            self._card(outlet, self._idTag(outlet))
        elif how < 6:
            outlet.plug(False)
        elif how < 8:
            self._remote_stop(self._idTag(outlet))
            yield 8000
        else:  # full
            outlet.want(False)
            yield dice.between(5, 200) * 1000
        yield 2000

    def _leave(self, outlet):
        """The cable is out; a transaction that goes on nevertheless is ended by its card."""
        for _ in range(600):
            yield _POLL_MS
            idTag = self._idTag(outlet)
            if idTag is None and not self._device.is_off:
                return
            if idTag is not None:
                self._card(outlet, idTag)
                yield 5000

    # -- what a visitor can do ------------------------------------------------------------

    def _idTag(self, outlet):
        device = self._device
        if device.is_off:
            return None
        transaction = device.evse.connectors[outlet.connector - 1].transaction
        return transaction and transaction.idTag

    def _begin(self, outlet, dice):
        """A start by card or from afar; each with a card of its own, for it tells whose it is."""
        device = self._device
        self.count += 1
        idTag = "%s%05d" % (REFUSED if dice.chance(2) else "TAG", self.count)
        if dice.chance(25) and device.linked:
            payload = {"connectorId": outlet.connector, "idTag": idTag}
            device.inputs.append(lambda: device.central.call("RemoteStartTransaction", payload))
        else:
            self._card(outlet, idTag)

    def _card(self, outlet, idTag):
        device = self._device
        if idTag and not device.is_off:  # nobody sees a card at a dead reader
            device.inputs.append(
                lambda: device.charge_point.present_id_tag(idTag, device.now_ms, outlet.connector)
            )

    def _remote_stop(self, idTag):
        device = self._device
        told = device.central.ids.get(idTag)
        if told is not None and device.linked:
            device.inputs.append(
                lambda: device.central.call("RemoteStopTransaction", {"transactionId": told})
            )
