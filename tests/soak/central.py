"""The central system of the soak: books what reaches it, and misbehaves as its mood says.

It dedupes by uniqueId as OCPP-J wants and by nothing else, so a message that comes under a
second id is in its books twice. Every transaction message goes into the journal with its fate.
"""

import json

import bench_central

TRANSACTION = ("StartTransaction", "MeterValues", "StopTransaction")
# Cards that begin so: their StartTransaction is refused for good.
REFUSED = "BAD"
# Answers remembered by uniqueId: more than a charge point can have on the way.
_KEPT = 64
# transactionIds besides 1000 and so on: zero, negative and the largest are valid.
_ODD_IDS = (0, -2, 2147483647, -2147483648)
_BAD_IDS = ("seven", None, 1.5, True, [], {}, "drop")


class Mood:
    """Percentages of fates, and the rest of how it behaves."""

    def __init__(self, **changes):
        self.deaf = 0  # not booked, no answer
        self.mute = 0  # booked, no answer
        self.refuse = 0  # CALLERROR
        self.late = 0  # booked, answered after the time-out
        self.lost = 0  # not booked, the link is lost
        self.drop = 0  # booked, the link is lost before the answer
        self.bad = 0  # StartTransaction answered with no transactionId of use
        self.invalid = 0  # StartTransaction answered with an idTag that is not Accepted
        self.twice = 0  # answers that come twice
        self.slow_ms = (20, 300)
        self.boot = "Accepted"
        for name, value in changes.items():
            if not hasattr(self, name):
                raise ValueError(name)
            setattr(self, name, value)


FATES = ("deaf", "mute", "refuse", "late", "lost", "drop")
_FAILED = ("deaf", "mute", "refuse", "late")


class Central(bench_central.Central):
    """``attempts``: of a transaction message; it never fails one so often that it is given up,
    unless ``refuses_unnamed``: each StopTransaction of -1, for good. So are REFUSED cards."""

    def __init__(self, device, dice, attempts, timeout_s):
        super().__init__(device)
        self.mood = Mood()
        self.refuses_unnamed = False
        self.booked_ms = 0  # when the last transaction message came
        self.answered = None  # to the last CALL
        self.ids = {}  # idTag -> transactionId of the last few
        self._device = device
        self._dice = dice
        self._attempts = attempts
        self._late_ms = timeout_s * 1000
        self._failures = 0
        self._told = {}  # uniqueId -> transactionId
        self._order = []
        self._named = 0

    def link_lost(self):
        """Nothing is kept of a link."""

    def forget(self):
        """Drop what is only kept for a while: all is answered."""
        self.ids.clear()
        self._told.clear()
        self._order.clear()

    def call(self, action, payload):
        """Send a CALL; its answer's payload will be in ``answered``."""
        self._count += 1
        self.answered = None
        self._device.deliver(json.dumps([2, "c%d" % self._count, action, payload]))

    def take(self, text):
        """One text of the charge point."""
        message = json.loads(text)
        if message[0] != 2:
            self.answered = message[2]
            return
        _, unique_id, action, payload = message
        if action in TRANSACTION:
            self._book(unique_id, action, payload)
        elif action == "BootNotification":
            self._boot(unique_id)
        else:
            mood = self.mood
            if not self._dice.chance((mood.deaf + mood.mute) // 2):
                if self._dice.chance(mood.refuse // 2) and action != "Authorize":
                    self._send([4, unique_id, "InternalError", "", {}])
                else:
                    self._send([3, unique_id, self._plain(action)])

    def _plain(self, action):
        if action == "Heartbeat":
            return {"currentTime": self._device.wire_time()}
        return {"idTagInfo": {"status": "Accepted"}} if action == "Authorize" else {}

    def _boot(self, unique_id):
        status = self.mood.boot
        if status == "mute":
            return
        answer = {"status": status, "currentTime": self._device.wire_time(), "interval": 30}
        if status == "bad":
            answer.update({"status": "Accepted", "currentTime": None})
        self._send([3, unique_id, answer])

    def _book(self, unique_id, action, payload):
        device, dice = self._device, self._dice
        fate = self._fate()
        if action == "StopTransaction" and payload["transactionId"] == -1:
            fate = "refuse" if self.refuses_unnamed else fate
        elif action == "StartTransaction" and payload["idTag"][:3] == REFUSED:
            fate = "refuse"
        told = None
        if action == "StartTransaction" and fate not in ("deaf", "refuse", "lost"):
            told = self._id_for(unique_id)
            self._remember(payload["idTag"], told)
        bad = told is not None and fate == "ok" and dice.chance(self.mood.bad)
        device.journal(
            ["rx", device.elapsed_ms, unique_id, action, payload, "bad" if bad else fate, told]
        )
        self.booked_ms = device.elapsed_ms
        if fate in _FAILED:
            self._failures += 1
        elif fate == "ok":  # a lost link is no failed attempt, and no answer
            self._failures = 0
        if fate == "refuse":
            self._send([4, unique_id, dice.pick(("InternalError", "GenericError", "")), "", {}])
        elif fate in ("lost", "drop"):
            device.drop_link(dice.between(1, 20))
        elif fate == "late":
            self._send([3, unique_id, self._reply(action, told, False)], self._late_ms)
        elif fate == "ok":
            self._send([3, unique_id, self._reply(action, told, bad)])

    def _fate(self):
        if self._failures >= self._attempts - 1:
            return "ok"
        mood, roll = self.mood, self._dice.below(100)
        for fate in FATES:
            roll -= getattr(mood, fate)
            if roll < 0:
                return fate
        return "ok"

    def _reply(self, action, told, bad):
        if action == "MeterValues":
            return {}
        info = {"status": "Accepted"}
        if action == "StopTransaction":
            return {"idTagInfo": info} if self._dice.chance(50) else {}
        if self._dice.chance(self.mood.invalid):
            info["status"] = self._dice.pick(("Invalid", "Blocked", "Expired", "ConcurrentTx"))
        answer = {"transactionId": told, "idTagInfo": info}
        if bad:
            answer["transactionId"] = self._dice.pick(_BAD_IDS)
            if answer["transactionId"] == "drop":
                del answer["transactionId"]
        return answer

    def _id_for(self, unique_id):
        if unique_id not in self._told:
            self._named += 1
            odd = self._named % 40 == 7 and self._named // 40 < len(_ODD_IDS)
            told = _ODD_IDS[self._named // 40] if odd else 1000 + self._named
            self._told[unique_id] = told
            self._order.append(unique_id)
            if len(self._order) > _KEPT:
                del self._told[self._order.pop(0)]
        return self._told[unique_id]

    def _remember(self, idTag, told):
        if len(self.ids) >= _KEPT:
            self.ids.clear()
        self.ids[idTag] = told

    def _send(self, message, least_ms=0):
        text = json.dumps(message)
        delay_ms = least_ms + self._dice.between(*self.mood.slow_ms)
        self._device.deliver(text, delay_ms)
        if self._dice.chance(self.mood.twice):
            self._device.deliver(text, delay_ms + 900)
