"""The network behind the emulated access point: this computer's loopback and nothing else.

The gateway, 10.0.0.1, is 127.0.0.1 of this computer on every port; any name resolves to it, and
it tells the time. Everything else is refused. May import: rp2040py.
"""

import asyncio
import struct
import time

from rp2040py.external.cyw43 import net
from rp2040py.external.cyw43.nat import GATEWAY_IP, GATEWAY_MAC, NatBridge, TcpReflector

GATEWAY = ".".join(map(str, GATEWAY_IP))
_DNS = 53
_NTP = 123
_NTP_EPOCH_S = 2208988800  # 1900 to 1970
_HEADER = 12


class Loopback(NatBridge):
    """In place of rp2040py's bridge, which would take the chip to the real network.

    ``is_up`` set to False: frames are lost, as without the access point's line.
    """

    def __init__(self, rp2040, queue_frame):
        super().__init__(rp2040, queue_frame)
        self._tcp = TcpReflector(rp2040, queue_frame, connect_fn=_connect)
        self._udp = _Services(queue_frame)
        self.is_up = True

    def handle_outbound_ethernet_frame(self, frame):
        """A frame from the chip."""
        if self.is_up:
            super().handle_outbound_ethernet_frame(frame)


async def _connect(host, port):
    if host != GATEWAY:
        raise ConnectionRefusedError(host)
    return await asyncio.open_connection("127.0.0.1", port)


class _Services:
    """Answers to UDP, given at once."""

    def __init__(self, queue_frame):
        self._queue_frame = queue_frame

    def maybe_handle(self, eth):
        """Answer ``eth`` if it is a question to the gateway."""
        ip = net.parse_ipv4(eth.payload)
        udp = ip and net.parse_udp(ip.payload)
        if not udp or ip.dst_ip != GATEWAY_IP:
            return
        data = None
        if udp.dst_port == _DNS:
            data = dns_answer(udp.payload)
        elif udp.dst_port == _NTP:
            data = ntp_answer(udp.payload, time.time())
        if data is None:
            return
        packet = net.pack_udp(ip.dst_ip, ip.src_ip, udp.dst_port, udp.src_port, data)
        packet = net.pack_ipv4(ip.dst_ip, ip.src_ip, net.IP_PROTO_UDP, packet)
        self._queue_frame(net.pack_ethernet(eth.src_mac, GATEWAY_MAC, net.ETHERTYPE_IPV4, packet))


def dns_answer(query):
    """The answer to a question for an address: the gateway's (RFC 1035). None: no question."""
    end = query.find(b"\0", _HEADER) + 5
    if len(query) < _HEADER + 5 or end < _HEADER + 5 or len(query) < end:
        return None
    head = query[:2] + b"\x81\x80" + struct.pack(">4H", 1, 1, 0, 0)
    answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + GATEWAY_IP
    return head + query[_HEADER:end] + answer


def ntp_answer(query, unix_s):
    """The answer of a time server (RFC 5905) at ``unix_s``. None: no question."""
    if len(query) < 48:
        return None
    stamp = struct.pack(">II", int(unix_s) + _NTP_EPOCH_S, int(unix_s % 1 * 2**32))
    # Leap 0, version 4, mode 4; stratum 2; the client's transmit time comes back.
    return b"\x24\x02\x00\xec" + bytes(8) + b"LOCL" + stamp + query[40:48] + stamp + stamp
