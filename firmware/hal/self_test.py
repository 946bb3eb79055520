"""The self-test of a trial. Loaded for one. May import: ``firmware.hal`` by argument."""

from micropython import const

# Outside of these the pilot's circuit is broken, whatever is plugged in: rail to rail is +/-15 V.
_PILOT_MIN_MV = const(-14000)
_PILOT_MAX_MV = const(14000)


def self_test(board):
    """Whether the hardware of a `Board` does what the image says: contactor open, pilot within
    its rails. For a time in which nothing may charge: the coil is off."""
    board.contactor.set(False)
    high_mv, low_mv = board.pilot.read()
    in_range = _PILOT_MIN_MV <= low_mv <= high_mv <= _PILOT_MAX_MV
    return in_range and not board.contactor.feedback()
