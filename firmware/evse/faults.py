"""Faults: what each means for the status, and what clears it (facts of IEC 61851-1, OCPP 1.6).

May import: nothing. A fault that latches keeps the contactor open although its cause is gone.
"""

# name: errorCode, whether the status is Faulted, and what clears it: "now" (its cause is gone),
# "unplug" (and the vehicle was unplugged) or "operator" (see `clear`).
FAULTS = {
    "pilot": "EVCommunicationError warning now",
    "diode": "EVCommunicationError warning unplug",
    "meter": "PowerMeterFailure Faulted now",
    "ground": "GroundFailure Faulted unplug",
    "stuck_open": "PowerSwitchFailure Faulted unplug",
    "weld": "PowerSwitchFailure Faulted operator",
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
        elif name in self.active and FAULTS[name].endswith("now"):
            self.active.remove(name)

    def unplugged(self):
        """No vehicle is there: drop what latched until now."""
        for name in tuple(self.active):
            if FAULTS[name].endswith("unplug"):
                self.active.remove(name)

    def clear(self, name):
        """An operator has seen to ``name``."""
        if name in self.active:
            self.active.remove(name)

    def worst(self):
        """(errorCode, whether Faulted) of the fault to report; ("NoError", False) without one."""
        code, faulted = "NoError", False
        for name in self.active:
            row = FAULTS[name].split(" ")
            if code == "NoError" or (row[1] == "Faulted" and not faulted):
                code, faulted = row[0], row[1] == "Faulted"
        return code, faulted
