"""What the loader asks of the silicon: why it was reset, and two flags that survive one.

May import: built-ins (``machine``), ``loader.resets``. The registers are the RP2040's
(datasheet section 4.7) and RP2350's watchdog; the ESP32 has RTC memory instead.
"""

import machine

from loader.resets import ASKED, HARD, POWER_ON, SOFT, WATCHDOG

_CTRL_ENABLE = 1 << 30
_REASON = 0x08
_REASON_TIMER = 1
_SCRATCH0 = 0x0C
_MAGIC = 0x55430000  # "UC": whatever else lies in the scratch register is no flag


class _Rp2:
    def __init__(self, base):
        self._base = base

    def reset_cause(self, flags):
        cause = machine.reset_cause()
        if machine.mem32[self._base] & _CTRL_ENABLE:
            return SOFT  # the watchdog still runs: it survives a soft reset only
        if cause == POWER_ON:
            return POWER_ON
        # RP2 gives 3 for machine.reset() and a bite alike.
        reason = machine.mem32[self._base + _REASON]
        return WATCHDOG if reason & _REASON_TIMER else HARD

    def read(self):
        return machine.mem32[self._base + _SCRATCH0]

    def write(self, word):
        machine.mem32[self._base + _SCRATCH0] = word


class _Esp32:
    def reset_cause(self, flags):
        cause = machine.reset_cause()
        if cause == HARD and flags is not None and not flags & ASKED:
            return WATCHDOG  # a panic: the port has one cause for it and machine.reset()
        # 0: by way of USB or JTAG.
        return cause if cause in (POWER_ON, WATCHDOG, SOFT) else HARD

    def read(self):
        return int.from_bytes(machine.RTC().memory()[:4], "little")

    def write(self, word):
        machine.RTC().memory(word.to_bytes(4, "little"))


_SILICON = {
    "rp2040": lambda: _Rp2(0x40058000),
    "rp2350": lambda: _Rp2(0x400D8000),
}


class Chip:
    """The chip named in board.json, ``chip``: the RP2s by name, anything else an ESP32."""

    def __init__(self, board):
        self._silicon = _SILICON.get(board.get("chip"), _Esp32)()

    def reset_cause(self):
        """POWER_ON, HARD, WATCHDOG or SOFT. Ask before the watchdog is armed and before
        `set_flags`."""
        return self._silicon.reset_cause(self._flags())

    def flags(self):
        """The flags as an int; 0 after a power cut."""
        return self._flags() or 0

    def _flags(self):
        word = self._silicon.read()
        return word & 0xFFFF if word & 0xFFFF0000 == _MAGIC else None

    def set_flags(self, flags):
        """Keep ``flags`` over the next resets."""
        self._silicon.write(_MAGIC | flags)

    def reset(self):
        """Reset the chip, and have the next boot know that it was wanted."""
        self.set_flags(self.flags() | ASKED)
        machine.reset()
