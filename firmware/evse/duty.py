"""Pilot duty cycle, in 1/10 %, and the current it stands for, in mA (IEC 61851-1 Annex A).

May import: nothing.
"""

MIN_MA = 6000
MAX_MA = 80000
# What a vehicle reads from 3-7 %: the current is agreed digitally (ISO 15118).
DIGITAL = -1


def duty_for(current_ma):
    """The duty that offers at most ``current_ma``; 0 (no PWM) below 6 A, never rounded up."""
    if current_ma < MIN_MA:
        return 0
    if current_ma <= 51000:
        return current_ma // 60
    # The upper line starts lower than the lower one ends: between them 85 % says 51 A.
    return max(850, min(current_ma, MAX_MA) // 250 + 640)


def current_for(duty):
    """The mA that a vehicle takes from ``duty``; 0: no charging; DIGITAL: see there."""
    if 30 <= duty <= 70:
        return DIGITAL
    if duty < 80 or duty > 970:
        return 0
    if duty < 100:
        return MIN_MA
    if duty <= 850:
        return duty * 60
    return min((duty - 640) * 250, MAX_MA)
