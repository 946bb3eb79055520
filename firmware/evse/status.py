"""The statuses of a connector and the changes that are allowed between them.

May import: nothing. The table of OCPP 1.6 section 4.9, by name; nothing here speaks OCPP.
"""

STATUSES = (
    "Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Reserved",
    "Unavailable", "Faulted",
)  # fmt: skip

# By index in STATUSES, from -> to. Of several ways round the one named first is taken. From
# Faulted it is on to whatever the pilot shows now.
CHANGES = ("1234678", "023458", "503478", "502478", "502378", "1078", "0178", "012348", "01234567")


def next_status(present, wanted):
    """The status to show now on the way from ``present`` to ``wanted``.

    That is ``wanted`` itself, or else the first step of a way that leads there in two.
    """
    if present == wanted:
        return wanted
    goal = str(STATUSES.index(wanted))
    allowed = CHANGES[STATUSES.index(present)]
    if goal in allowed:
        return wanted
    for step in allowed:
        if goal in CHANGES[int(step)]:
            return STATUSES[int(step)]
    return present
