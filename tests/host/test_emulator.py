"""The mended parts of the Pico W's emulator, without its firmware: see ucharge.emulator."""

import subprocess
import sys

import pytest

pytest.importorskip("rp2040py", reason="rp2040py is not installed: `make emulator` does it")

from rp2040py.external.cyw43 import bus, net
from rp2040py.external.cyw43.nat import GATEWAY_IP
from rp2040py.rp2040 import RP2040
from rp2040py.usb.cdc import USBCDC

from ucharge.boards import load_board
from ucharge.emulator import loopback
from ucharge.emulator.patches import CreditedBus, HeldReads
from ucharge.emulator.wiring import Wiring
from ucharge.sim.vehicle import Vehicle
from ucharge.sim.world import World

_CONSOLE = 2  # an endpoint
_CREDIT_AT = 9


class _Console:
    """A USB console after enumeration, and the answers that its controller was given."""

    def __init__(self):
        self.cdc = USBCDC(RP2040().usb_ctrl)
        self.answers = []
        setattr(self.cdc.usb, "endpoint_read_done", self._done)  # noqa: B010 - not its type
        self.cdc._out_endpoint = _CONSOLE
        self.cdc._initialized = True

    def _done(self, _endpoint, data):
        self.answers.append(bytes(data))

    def read(self):
        assert self.cdc.usb.on_endpoint_read
        self.cdc.usb.on_endpoint_read(_CONSOLE, 64)


def test_an_idle_console_is_answered_by_the_unmended_emulator():
    console = _Console()
    console.read()
    assert console.answers == [b""]  # if not: the patch has become needless


def test_a_read_of_the_console_waits_for_data():
    console = _Console()
    held = HeldReads(console.cdc)
    console.read()
    assert console.answers == []
    assert held.send(b"print(1)") == 8
    assert console.answers == [b"print(1)"]
    held.send(b"2")  # not asked for yet
    assert console.answers == [b"print(1)"]
    console.read()
    assert console.answers == [b"print(1)", b"2"]


def test_the_console_takes_what_fits_and_forgets_a_read_at_a_reset():
    console = _Console()
    held = HeldReads(console.cdc)
    console.read()
    assert console.cdc.usb.on_reset
    console.cdc.usb.on_reset()
    assert held.send(b"x") == 0  # the device has left the bus
    console.cdc._out_endpoint, console.cdc._initialized = _CONSOLE, True
    assert held.send(b"x" * 1000) == 512
    assert console.answers == []


def _credit_after(radio, received, sent):
    """The credit told after ``sent`` frames from the driver and ``received`` from the network."""
    for sequence in range(sent):
        frame = bytes([0, 0, 0, 0, sequence & 0xFF, bus.DATA_HEADER]) + bytes(30)
        radio._write_wlan(
            (36).to_bytes(2, "little") + (0xFFFF ^ 36).to_bytes(2, "little") + frame[4:]
        )
    for _ in range(received - 1):
        radio._build_data_frame(bytes(60))
    return radio._build_data_frame(bytes(60))[_CREDIT_AT]


def test_the_credit_follows_what_the_driver_has_sent():
    assert _credit_after(CreditedBus(), 255, 10) == 9 + 8
    radio = CreditedBus()
    _credit_after(radio, 1, 10)
    radio.power_off()
    assert _credit_after(radio, 1, 0) == 7
    assert _credit_after(CreditedBus(), 1, 300) == (299 + 8) & 0xFF
    # Equal to the driver's next number: "no credit". If not so: the patch has become needless.
    assert _credit_after(bus.GSPIBus(), 255, 10) == 10


def test_every_name_is_the_gateway():
    query = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\x04csms\x04test\0\0\x01\0\x01"
    answer = loopback.dns_answer(query)
    assert answer is not None
    assert answer[:2] == b"\x12\x34" and answer[2] & 0x80
    assert answer[12 : len(query)] == query[12:]
    assert answer[-4:] == GATEWAY_IP
    assert loopback.dns_answer(query[:20]) is None
    assert loopback.dns_answer(b"") is None


def test_the_time_is_told():
    query = b"\x23" + bytes(39) + b"12345678"
    answer = loopback.ntp_answer(query, 1.5)
    assert answer is not None
    assert len(answer) == 48 and answer[0] & 7 == 4 and answer[24:32] == b"12345678"
    assert int.from_bytes(answer[40:44], "big") - 2208988800 == 1
    assert answer[44:48] == b"\x80\0\0\0"
    assert loopback.ntp_answer(b"", 0) is None


def test_only_loopback_can_be_reached():
    queued = []
    services = loopback._Services(queued.append)
    frame = _udp_frame(bytes([8, 8, 8, 8]))
    services.maybe_handle(frame)
    assert queued == []
    services.maybe_handle(_udp_frame(GATEWAY_IP))
    assert len(queued) == 1


def _udp_frame(address):
    query = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\x04csms\0\0\x01\0\x01"
    packet = net.pack_udp(bytes([10, 0, 0, 2]), address, 5000, 53, query)
    packet = net.pack_ipv4(bytes([10, 0, 0, 2]), address, net.IP_PROTO_UDP, packet)
    return net.parse_ethernet(net.pack_ethernet(bytes(6), bytes(6), net.ETHERTYPE_IPV4, packet))


def test_the_pins_are_the_worlds():
    told = []
    vehicle = Vehicle()
    world = World(load_board("sim_rp2"), vehicle, lambda text: None)
    vehicle.plug_in()
    mcu = RP2040()
    wiring = Wiring(mcu, world.settings(), told.append)
    wiring.tick()
    assert told == ["pin 15 -", "pin 16 -"]
    mcu.sio.gpio_output_enable = mcu.sio.gpio_value = 1 << 15 | 1 << 16
    for pin in (14, 15, 16):
        mcu.gpio[pin].ctrl = 5  # SIO
        mcu.gpio[pin].pad_value |= 1 << 6  # input enabled
    wiring.tick()
    assert told[2:] == ["pin 15 1", "pin 16 1"]
    assert mcu.gpio[14].input_value  # the contact follows the coil
    mcu.adc.on_adc_read(0)
    assert mcu.adc.channel_values[0] == (9000 + 15000) * 4095 // 30000
    mcu.gpio[16].ctrl = 4  # PWM: 1 kHz, 25 %
    channel = mcu.pwm.channels[0]
    channel.top, channel.div, channel.cc = 12499, 10 << 4, 3125
    wiring.tick()
    assert told[4:] == ["pwm 16 1000 16384"]
    wiring.handle("pulse", ["17", "2"])
    levels = []
    for _ in range(5):
        wiring.tick()
        levels.append(mcu.gpio[17]._raw_input_value)
    assert levels == [False, True, False, True, True]


@pytest.mark.parametrize("arguments", [(), (__file__,)])
def test_without_a_uf2_it_says_how_to_get_one(arguments):
    command = [sys.executable, "-m", "ucharge.emulator", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "make emulator UF2=" in done.stderr
