"""An energy meter with an S0 output (IEC 62053-31): pulses counted by interrupt.

May import: built-ins (``machine``). The output is an open collector: low for 30 ms or more, with
the filter against bounces in hardware. What blocks may cost pulses: while a block of flash is
erased (45 to 400 ms) interrupts are off and one falling edge is remembered, no second. So
``meter_wh_per_pulse`` must put two pulses at full power further apart than that: at 7.4 kW and
1 Wh it is 486 ms.
"""

from machine import Pin


class PulseMeter:
    """Counts from 0 at each start, never back; from the dict of board.json."""

    def __init__(self, board):
        self._wh_per_pulse = board["meter_wh_per_pulse"]
        self._pulses = 0
        self._pin = Pin(board["meter_pin"], Pin.IN, Pin.PULL_UP)
        if board.get("family") == "rp2":
            # A hard interrupt also counts while a TLS handshake blocks.
            self._pin.irq(self._count, Pin.IRQ_FALLING, hard=True)
        else:
            # Scheduled: counted after what blocks, from MicroPython's queue of 8 calls.
            self._pin.irq(self._count, Pin.IRQ_FALLING)

    def _count(self, _):
        self._pulses += 1

    @property
    def wh(self):
        """Energy since the start in Wh."""
        return self._pulses * self._wh_per_pulse
