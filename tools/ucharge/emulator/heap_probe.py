"""Goes into the images of the emulator's run: prints the heap that is free without garbage.

Runs on MicroPython only. May import: built-ins (``machine``).
"""

import gc
import time

from machine import Timer

_PERIOD_MS = 250
_PRINT_MS = 1000

_least = None
_printed_ms = time.ticks_ms()


def _look(_):
    global _least, _printed_ms
    gc.collect()
    free = gc.mem_free()
    if _least is None or free < _least:
        _least = free
    now_ms = time.ticks_ms()
    if time.ticks_diff(now_ms, _printed_ms) >= _PRINT_MS:
        print("heap:", gc.mem_alloc(), "used", free, "free", _least, "least")
        _printed_ms = now_ms
        _least = None


timer = Timer(-1)
timer.init(period=_PERIOD_MS, mode=Timer.PERIODIC, callback=_look)
