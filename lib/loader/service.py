"""Service mode: outputs off and the watchdog fed, while somebody works at the REPL.

Loaded when Ctrl-C ends the application, and after the soft reset that mpremote begins with.
It ends with main.py, with a reset, or by itself: noise on the line may be taken for a Ctrl-C,
and a charger must come back. May import: ``loader``, built-ins.
"""

import machine

import micropython
from loader import outputs, resets

_FEED_MS = 1000
_LONGEST_MS = 3600000


def enter(ctx):
    """Begin: after a Ctrl-C. ``ctx`` is ``loader.start.context``, None where boot.py failed."""
    micropython.kbd_intr(-1)  # a second Ctrl-C must not leave this half done
    try:
        outputs.make_safe(ctx.board if ctx else outputs.read_board())
        if ctx is None:
            return
        ctx.chip.set_flags(ctx.chip.flags() | resets.SERVICE)
        feed(ctx)
        print("loader: service mode: outputs off, watchdog fed. Ctrl-D or a reset ends it.")
    finally:
        micropython.kbd_intr(3)  # Ctrl-C


def feed(ctx):
    """Have a timer feed the watchdog from now on. A soft reset stops it."""
    left_ms = _LONGEST_MS

    def step(_):
        nonlocal left_ms
        left_ms -= _FEED_MS
        if left_ms <= 0:
            machine.reset()
        ctx.wdt.feed()

    if ctx.timer:
        ctx.timer.deinit()
    ctx.wdt.feed()
    # The RP2 has any number of timers made by software, the ESP32 a few by number.
    ctx.timer = machine.Timer(0 if ctx.board.get("family") == "esp32" else -1)
    ctx.timer.init(period=_FEED_MS, mode=machine.Timer.PERIODIC, callback=step)
