"""Flags that survive every reset but a power cut; ``loader.chip`` keeps them."""

HEALTHY = 1  # the application reported itself healthy in this boot
CRASHED = 2  # the application ended by an unhandled exception
SERVICE = 4  # somebody works on the board: boot.py feeds the watchdog
