"""Faults: what each means for the status (OCPP 1.6 section 7.6), and what clears it.

May import: nothing. A fault that latches keeps the contactor open although its cause is gone.
"""

from micropython import const

# Name, errorCode, whether the status is Faulted, and what clears it: "now" (its cause is gone),
# "unplug" (and the vehicle was unplugged) or "operator" (see `clear`). One text takes a third of
# the heap that a dict would.
FAULTS = const("""
pilot EVCommunicationError warning now
diode EVCommunicationError warning unplug
ventilation OtherError warning unplug
cable OtherError Faulted now
meter PowerMeterFailure Faulted now
heat HighTemperature Faulted now
emergency OtherError Faulted now
ground GroundFailure Faulted unplug
protection GroundFailure Faulted unplug
stuck_open PowerSwitchFailure Faulted unplug
weld PowerSwitchFailure Faulted operator
""")

_NONE = ("NoError", False)


class Faults:
    """The faults of one connector; ``active`` holds their names, oldest first.

    ``worst``: (errorCode, whether Faulted) of the one to report, ("NoError", False) without one.
    Asked 50 times a second, so nothing is allocated but for a new one. Where memory is out for
    that, nothing has changed yet but what the next turn does again.
    """

    def __init__(self):
        self.active = []
        self.worst = _NONE
        self._rows = {}  # of those that were active: (errorCode, whether Faulted), what clears it
        self._present = []  # those whose cause is there now

    def set(self, name, present):
        """The cause of ``name`` (of FAULTS) is ``present`` or not."""
        if present:
            if name not in self.active:
                if name not in self._rows:
                    at = FAULTS.find("\n" + name + " ") + 1
                    row = FAULTS[at : FAULTS.find("\n", at)].split(" ")
                    self._rows[name] = (row[1], row[2] == "Faulted"), row[3]
                self.active.append(name)
                self._weigh()
            if name not in self._present:
                self._present.append(name)
        elif name in self._present:
            self._present.remove(name)
            if self._rows[name][1] == "now":
                self.active.remove(name)
                self._weigh()

    def unplugged(self):
        """No vehicle is there: drop what latched until now and has no cause any more."""
        for name in self.active:
            if name not in self._present and self._rows[name][1] == "unplug":
                self.active.remove(name)
                self._weigh()
                return  # the next one in the next turn

    def clear(self, name):
        """An operator has seen to ``name``; it comes back where its cause is still there."""
        if name in self.active:
            self.active.remove(name)
            self._weigh()
        if name in self._present:
            self._present.remove(name)

    def _weigh(self):
        worst = _NONE
        for name in self.active:
            row = self._rows[name][0]
            if worst is _NONE or (row[1] and not worst[1]):
                worst = row
        self.worst = worst
