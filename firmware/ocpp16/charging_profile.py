"""The shape of a chargingProfile, which is checked and then ignored (OCPP 1.6 sections 5.11, 7.8).

May import: its siblings. Loaded for one, then dropped.
"""

from firmware.ocpp16.validate import validate
from micropython import const

_PROFILE = const(
    "chargingProfileId i! transactionId i stackLevel i0!"
    " chargingProfilePurpose eChargePointMaxProfile|TxDefaultProfile|TxProfile!"
    " chargingProfileKind eAbsolute|Recurring|Relative! recurrencyKind eDaily|Weekly"
    " validFrom d validTo d chargingSchedule o!"
)
_SCHEDULE = const(
    "duration i startSchedule d chargingRateUnit eA|W! chargingSchedulePeriod ao!"
    " minChargingRate n"
)
_PERIOD = const("startPeriod i! limit n! numberPhases i")


def check(profile):
    """Raise the CallError that the object ``profile`` deserves."""
    validate(_PROFILE.split(" "), profile)
    schedule = profile["chargingSchedule"]
    validate(_SCHEDULE.split(" "), schedule)
    for period in schedule["chargingSchedulePeriod"]:
        validate(_PERIOD.split(" "), period)
