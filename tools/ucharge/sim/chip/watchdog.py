"""The RP2040's watchdog block for the machine fake: WDT, resets, scratch registers.

May import: built-ins, wires. The runner counts the time, since a chip that hangs can't.
"""

from wires import IllegalUse, ticks_diff, ticks_ms, wires

_MAX_MS = 8388  # 24 bits of half microseconds
_CTRL = 0x40058000
_REASON = 0x40058008
_SCRATCH = 0x4005800C
_FEED_MS = 10  # feeds closer together than this are one line to the runner

_fed = 0


class WDT:
    """Can't be stopped; a new WDT() sets a new timeout and feeds."""

    limits_ms = (1, _MAX_MS)

    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError("WDT(%d) doesn't exist" % id)
        least, most = self.limits_ms
        if most and timeout > most:
            raise ValueError("timeout exceeds %d" % most)
        if timeout < least:
            raise IllegalUse("WDT timeout %d" % timeout)
        wires.watchdog_ms = timeout
        _feed("wdt %d" % timeout)

    def feed(self):
        wires.service()
        if ticks_diff(ticks_ms(), _fed) >= _FEED_MS:
            _feed("feed")


def _feed(line):
    global _fed
    _fed = ticks_ms()
    wires.send(line)


def setup():
    global _fed
    _fed = ticks_ms()


def reset():
    """As watchdog_reboot(): REASON says forced."""
    wires.end("reset")


def soft_reset():
    """The real one is an exception too: code that catches SystemExit swallows it."""
    raise SystemExit


def reset_cause():
    return wires.cause


class _Mem32:
    def __getitem__(self, address):
        if address == _CTRL:
            if not wires.watchdog_ms:
                return 0
            left_ms = max(0, wires.watchdog_ms - ticks_diff(ticks_ms(), _fed))
            return 1 << 30 | left_ms * 2000
        if address == _REASON:
            return wires.reason
        return wires.scratch[self._scratch(address)]

    def __setitem__(self, address, value):
        if address == _CTRL and value & 1 << 31:
            reset()
        index = self._scratch(address)
        if not 0 <= value <= 0xFFFFFFFF:
            raise IllegalUse("register value %d" % value)
        wires.scratch[index] = value
        wires.send("scratch %d %d" % (index, value))

    def _scratch(self, address):
        index, rest = divmod(address - _SCRATCH, 4)
        # Scratch 4-7 tell the boot ROM where to go: not ours.
        if rest or not 0 <= index <= 3:
            raise IllegalUse("register 0x%x" % address)
        return index


mem32 = _Mem32()
