"""One question to a time server, without blocking (SNTP: RFC 4330, section 5).

May import: ``ticks``.
"""

import errno
import os
import socket

from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms

_LOOK_MS = const(10)
_PACKET_BYTES = const(48)
_1900_TO_1970_S = 2208988800


class TimeServerError(Exception):
    """The server gave no answer, or none that can be used."""


def query(nonce):
    """The request with ``nonce``, 8 bytes, where a client may put its time: it comes back."""
    return b"\x23" + bytes(39) + nonce  # no leap warning, version 4, client


def answer(reply, nonce):
    """Unix seconds in ``reply``; None if it is no reply to the request with ``nonce``.

    Raises TimeServerError: the server has no time to give.
    """
    if len(reply) < _PACKET_BYTES or reply[0] & 7 != 4 or reply[24:32] != nonce:
        return None
    if reply[1] == 0:
        raise TimeServerError("time server refuses: %r" % bytes(reply[12:16]))
    if reply[0] >> 6 == 3 or reply[1] > 15 or not any(reply[40:48]):
        raise TimeServerError("time server has no time itself")
    seconds = int.from_bytes(reply[40:44], "big")
    if not seconds & 0x80000000:
        seconds += 0x100000000  # from 2036 on
    return seconds - _1900_TO_1970_S + (reply[44] >> 7)


async def ask(server, port=123, timeout_ms=2000):
    """Unix seconds, rounded, of ``server`` (an address). Raises TimeServerError, OSError."""
    start = ticks_ms()
    nonce = os.urandom(8)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        # Connected, the stack itself drops what comes from elsewhere.
        sock.connect(socket.getaddrinfo(server, port, socket.AF_INET)[0][-1])
        sock.send(query(nonce))
        while ticks_diff(ticks_ms(), start) < timeout_ms:
            try:
                found = answer(sock.recv(_PACKET_BYTES), nonce)
                if found is not None:
                    return found
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    raise
            await sleep_ms(_LOOK_MS)
    finally:
        sock.close()
    raise TimeServerError("no answer from the time server")
