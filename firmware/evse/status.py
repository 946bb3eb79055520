"""The statuses of a connector and the changes that are allowed between them.

May import: nothing. The table of OCPP 1.6 section 4.9, by name; nothing here speaks OCPP.
"""

# A change that is not listed goes by the first one listed that leads there.
CHANGES = {
    "Available": (
        "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Reserved", "Unavailable",
        "Faulted",
    ),
    "Preparing": (
        "Available", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Faulted",
    ),
    "Charging": (
        "Finishing", "Available", "SuspendedEV", "SuspendedEVSE", "Unavailable", "Faulted",
    ),
    "SuspendedEV": (
        "Finishing", "Available", "Charging", "SuspendedEVSE", "Unavailable", "Faulted",
    ),
    "SuspendedEVSE": (
        "Finishing", "Available", "Charging", "SuspendedEV", "Unavailable", "Faulted",
    ),
    "Finishing": ("Preparing", "Available", "Unavailable", "Faulted"),
    "Reserved": ("Available", "Preparing", "Unavailable", "Faulted"),
    "Unavailable": (
        "Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Faulted",
    ),
    # The status the pilot shows now.
    "Faulted": (
        "Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing",
        "Reserved", "Unavailable",
    ),
}  # fmt: skip


def next_status(present, wanted):
    """The status to show now on the way from ``present`` to ``wanted``."""
    allowed = CHANGES[present]
    if wanted == present or wanted in allowed:
        return wanted
    for status in allowed:
        if wanted in CHANGES[status]:
            return status
    return present
