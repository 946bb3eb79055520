"""What boot.py and main.py do: choose and mount a slot, run it, log and reset.

May import: ``loader``, built-ins. ``sys.modules`` survives from boot.py to main.py, so
``context`` carries the outcome over. No policy here: that is ``loader.decide``.
"""

import gc
import sys
import time

import machine
import vfs

from loader import outputs, resets
from loader.backends import open_slots
from loader.chip import Chip
from loader.files import Files
from loader.modules import forget
from loader.mount import file_system
from loader.record import TRIAL

_MOUNT_POINT = "/app"
_CRASH_LOG = "/state/crash.log"
_BLINK_MS = 250
# Collect after so many bytes: left alone, the heap fills up with garbage first, and what lives
# is then strewn over all of it; a TLS connection needs 17 KB in one piece.
_GC_THRESHOLD = 16384

context = None


class _NoWatchdog:
    """Stands in where board.json names no time-out (a bench set-up)."""

    def feed(self):
        """Nothing to feed."""


class Context:
    """What this boot found. The application gets it as its only argument."""

    def __init__(self, board):
        self.board = board
        self.files = Files()
        self.chip = Chip(board)
        self.cause = self.chip.reset_cause()
        self.flags = self.chip.flags()
        timeout_ms = board.get("watchdog_ms")
        self.wdt = machine.WDT(timeout=timeout_ms) if timeout_ms else _NoWatchdog()
        self.slots = open_slots(board, self.files)
        self.record = None
        self.decision = None
        self.slot = None  # name of the slot that runs; None: none can, rescue
        self.timer = None  # feeds the watchdog in service mode

    @property
    def is_trial(self):
        """True while the running image is not confirmed."""
        return self.record is not None and self.record.state == TRIAL


def boot():
    """Choose a slot, count a trial, mount it at /app. Called by boot.py, once.

    Ctrl-C leaves by KeyboardInterrupt, in service mode: main.py does not run then.
    """
    try:
        _boot()
    except KeyboardInterrupt:
        _serve()
        raise


def _boot():
    global context
    gc.threshold(_GC_THRESHOLD)
    try:
        context = Context(outputs.read_board())
        if context.flags & resets.SERVICE and context.cause == resets.SOFT:
            from loader import service  # mpremote's soft reset: main.py does not follow it

            service.feed(context)
            forget("loader.service")
        context.files.mkdir("/slots")
        context.files.mkdir("/state")
        _decide(context)
    except Exception as error:  # noqa: BLE001 - MicroPython skips main.py when boot.py raises
        sys.print_exception(error)
        if context:
            context.slot = None  # main.py goes to rescue
    if context and context.slot:
        _mount(context)
    gc.collect()


def _serve():
    """Ctrl-C came."""
    gc.collect()
    from loader import service

    service.enter(context)


def _decide(ctx):
    from loader.choose import RUN, SWITCH, choose

    ctx.wdt.feed()
    ctx.record, ctx.decision = choose(ctx.files, ctx.slots, ctx.cause, ctx.flags, ctx.wdt.feed)
    if ctx.decision.action == RUN:
        ctx.slot = ctx.decision.slot
    # After a soft reset somebody sits at a cable, and may reset the chip from the REPL.
    ctx.chip.set_flags(
        (resets.ASKED if ctx.cause == resets.SOFT else 0) | (resets.SERVICE if ctx.timer else 0)
    )
    ctx.wdt.feed()
    print("loader: %s: %s" % (ctx.decision.row, ctx.decision.slot or ctx.decision.action))
    if ctx.decision.action == SWITCH:
        ctx.chip.reset()
    forget("loader.choose", "loader.decide")


def _mount(ctx):
    slot = ctx.slots[ctx.slot]
    slot.mounted = True
    try:
        vfs.mount(file_system(slot), _MOUNT_POINT)
    except Exception as error:  # noqa: BLE001 - it counts as an exception at the image's start
        _note_crash(ctx, error)
        ctx.chip.reset()
    sys.path.insert(0, _MOUNT_POINT)


def run():
    """Run the application; when it ends for whatever reason: log, reset. Called by main.py.

    Ctrl-C: returns to the REPL, in service mode.
    """
    try:
        _run(context)
    except KeyboardInterrupt:
        _serve()


def _run(ctx):
    if ctx is None or ctx.slot is None:
        rescue(ctx)
    if ctx.timer:  # Ctrl-D ended service mode: from here the application feeds
        ctx.timer.deinit()
        ctx.timer = None
        ctx.chip.set_flags(0)
    try:
        try:
            from firmware.app import main

            main(ctx)
        finally:
            outputs.make_safe(ctx.board)  # on Ctrl-C too
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - SystemExit too: a soft reset counts nothing
        _note_crash(ctx, error)
    ctx.chip.reset()


def _note_crash(ctx, error):
    sys.print_exception(error)
    ctx.chip.set_flags(ctx.chip.flags() | resets.CRASHED)
    try:
        with ctx.files.open(_CRASH_LOG, "w") as log:
            sys.print_exception(error, log)
    except (OSError, MemoryError):
        pass  # the flag above is what the next boot needs; the text is a comfort


def rescue(ctx):
    """Nothing that can run: outputs are off, blink, feed, wait for somebody with a cable."""
    print("loader: rescue. No slot can run; connect a cable and provision the board again.")
    led = None
    if ctx and "led_pin" in ctx.board:
        led = machine.Pin(ctx.board["led_pin"], machine.Pin.OUT)
    level = 0
    while True:
        if ctx:
            ctx.wdt.feed()
        if led:
            level ^= 1
            led.value(level)
        time.sleep_ms(_BLINK_MS)
