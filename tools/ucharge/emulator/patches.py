"""What rp2040py 0.3.6 gets wrong, mended from outside; each patch with its reason.

May import: rp2040py.
"""

from rp2040py.external.cyw43 import Cyw43439
from rp2040py.external.cyw43.bus import SDPCM_HEADER_LEN, GSPIBus

# Frames that the radio lets the driver send ahead. The driver believes no jump of its credit by
# more than 20 (cyw43_ll.c).
_WINDOW = 8
# Sequence number of a frame that the driver sends, in the SDPCM header.
_SEQUENCE_AT = 4


class HeldReads:
    """An OUT transfer of the console waits until the host has something to send.

    Without it: rp2040py answers each at once with a packet of no bytes, the firmware asks again,
    and a chip that waits for nothing is never idle: a sleep of 5 s took 72 s. A real host sends
    nothing then, and the controller answers nothing.
    """

    def __init__(self, cdc):
        self._cdc = cdc
        self._waiting = None  # (endpoint, size)
        self._answer = cdc.usb.on_endpoint_read
        self._forget = cdc.usb.on_reset
        cdc.usb.on_endpoint_read = self._read
        cdc.usb.on_reset = self._reset

    def _read(self, endpoint, size):
        if endpoint and endpoint == self._cdc._out_endpoint and not self._cdc.tx_fifo.item_count:
            self._waiting = (endpoint, size)
        else:
            self._answer(endpoint, size)

    def _reset(self):
        self._waiting = None
        self._forget()

    def send(self, data):
        """Give the console as much of ``data`` as fits; returns the number of bytes taken."""
        fifo = self._cdc.tx_fifo
        # Not before the console is configured: the reset of the bus empties the buffer.
        if not self._cdc._initialized:
            return 0
        taken = data[: max(0, fifo.size - fifo.item_count)]
        for byte in taken:
            fifo.push(byte)
        if taken and self._waiting:
            waiting, self._waiting = self._waiting, None
            self._answer(*waiting)
        return len(taken)


class CreditedBus(GSPIBus):
    """The radio's credit follows what the driver has sent.

    Without it: rp2040py raises the credit by one with every frame in either direction, so each
    Ethernet frame that the chip *receives* takes it one further ahead of the driver's sequence
    number. Both have 8 bits: once 256 more have come in than gone out they are equal, and to the
    driver equal means "no credit": in a download it stops sending, acknowledgements included.
    """

    _last_sequence = 0xFF  # before the first, 0

    @property
    def _bus_data_credit(self):
        return (self._last_sequence + _WINDOW) & 0xFF

    @_bus_data_credit.setter
    def _bus_data_credit(self, value):
        pass  # its own count

    def power_off(self):
        """As rp2040py's."""
        super().power_off()
        self._last_sequence = 0xFF

    def _write_wlan(self, data):
        if len(data) >= SDPCM_HEADER_LEN:
            self._last_sequence = data[_SEQUENCE_AT]
        super()._write_wlan(data)


class Radio(Cyw43439):
    """The CYW43439 with its bus and network as they are mended here.

    bridge(rp2040, queue) makes the network behind the access point.
    """

    def __init__(self, bridge):
        super().__init__()
        self.bus = CreditedBus()
        self._make_bridge = bridge
        self._bridge = None

    def attach(self, rp2040):
        """Solder it to the chip."""
        super().attach(rp2040)
        self._bridge = self._make_bridge(rp2040, self.bus.queue_rx_ethernet_frame)
        self.bus.nat_bridge = self._bridge

    def power_off(self):
        """As after a reset of the chip, which lets the radio's power pin go.

        Without it: connections that the chip had stay in the bridge's table, and one that begins
        with the same port afterwards is taken for the old one.
        """
        self.bus.power_off()
        self._bridge.reset()

    def set_line(self, is_up):
        """Whether the access point forwards what the chip sends."""
        self._bridge.is_up = is_up
