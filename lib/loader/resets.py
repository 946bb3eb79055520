"""Reset causes, uniform over the families, and the flags that survive a reset.

``loader.chip`` maps the silicon's causes onto these and keeps the flags. May import: nothing.
"""

POWER_ON = 1  # brownout too
HARD = 2  # machine.reset()
WATCHDOG = 3  # a panic too: nobody asked for either
SOFT = 5

# Flags; a power cut clears them.
HEALTHY = 1  # the application reported itself healthy in this boot
CRASHED = 2  # the application ended by an unhandled exception
ASKED = 4  # the reset that comes was asked for
SERVICE = 8  # somebody works at the REPL: how this boot ends is not the image's doing
