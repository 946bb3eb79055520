"""Faults: what each means for the status, and what clears it (facts of IEC 61851-1, OCPP 1.6).

May import: nothing. A fault that latches keeps the contactor open although its cause is gone.
"""

# name: (errorCode, whether the status is Faulted, what clears it)
# "now": its cause is gone; "unplug": and the vehicle was unplugged; "operator": see `clear`.
FAULTS = {
    "pilot": ("EVCommunicationError", False, "now"),
    "diode": ("EVCommunicationError", False, "unplug"),
    "meter": ("PowerMeterFailure", True, "now"),
    "ground": ("GroundFailure", True, "unplug"),
    "stuck_open": ("PowerSwitchFailure", True, "unplug"),
    "weld": ("PowerSwitchFailure", True, "operator"),
}


class Faults:
    """The faults of one connector; ``active`` holds their names, oldest first."""

    def __init__(self):
        self.active = []

    def set(self, name, present):
        """The cause of ``name`` (a key of FAULTS) is ``present`` or not."""
        if present:
            if name not in self.active:
                self.active.append(name)
        elif name in self.active and FAULTS[name][2] == "now":
            self.active.remove(name)

    def unplugged(self):
        """No vehicle is there: drop what latched until now."""
        for name in tuple(self.active):
            if FAULTS[name][2] == "unplug":
                self.active.remove(name)

    def clear(self, name):
        """An operator has seen to ``name``."""
        if name in self.active:
            self.active.remove(name)

    def worst(self):
        """(errorCode, whether Faulted) of the fault to report; ("NoError", False) without one."""
        found = None
        for name in self.active:
            if found is None or (FAULTS[name][1] and not found[1]):
                found = FAULTS[name]
        return (found[0], found[1]) if found else ("NoError", False)
