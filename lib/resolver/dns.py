"""Questions to name servers, over UDP (RFC 1035). Needed to connect only.

``query`` and ``answer`` are pure, ``find`` and ``ask`` the edge. May import:
``transport.errors``, ``ticks``.
"""

import errno
import os
import socket

from micropython import const
from ticks import sleep_ms, ticks_diff, ticks_ms
from transport.errors import ResolveError

_TRIES = const(3)
_TRY_MS = const(2000)
_LOOK_MS = const(10)
_MAX_ALIASES = const(8)


class NoAddress(ResolveError):
    """A server says that the name has no IPv4 address, or does not exist."""


def query(host, number):
    """The question for A records of ``host``, with ``number`` (2 bytes) as its id.

    Raises ResolveError when ``host`` can't be a name.
    """
    question = number + b"\1\0\0\1\0\0\0\0\0\0"
    for label in host.rstrip(".").split("."):
        data = label.encode()
        question += bytes((len(data) & 255,)) + data
        if not 0 < len(data) < 64 or len(question) > 12 + 254:
            raise ResolveError("not a host name: " + host)
    return question + b"\0\0\1\0\1"


def answer(reply, question):
    """The addresses ("192.0.2.1") in ``reply``; None if it is no reply to ``question``.

    Raises NoAddress; ResolveError when it is malformed, cut off, or says that the server failed.
    """
    at = len(question)
    if (
        reply[:2] != question[:2]
        or len(reply) < at
        or reply[2] & 0xF8 != 0x80
        or reply[4:6] != b"\0\1"
        or reply[12:at].lower() != question[12:].lower()  # no length reaches the letters' codes
    ):
        return None
    code = reply[3] & 15
    if code == 3:
        raise NoAddress("name does not exist")
    if code or reply[2] & 2:
        raise ResolveError("name server failed: %d" % code if code else "reply is cut off")
    aliases = {}
    found = []
    try:
        for _ in range(reply[6] << 8 | reply[7]):
            owner, at = _name(reply, at)
            kind = bytes(reply[at : at + 4])
            at += 10
            end = at + (reply[at - 2] << 8 | reply[at - 1])
            if kind == b"\0\1\0\1":
                found.append((owner, "%d.%d.%d.%d" % tuple(reply[at:end])))
            elif kind == b"\0\5\0\1":
                aliases[owner], at = _name(reply, at)
                if at != end:
                    raise ValueError
            at = end
        if at > len(reply):
            raise ValueError
    except (IndexError, TypeError, ValueError):  # an address without four bytes: the last two
        raise ResolveError("reply is malformed")
    name = question[12:-5].lower()
    for _ in range(_MAX_ALIASES + 1):
        addresses = [address for owner, address in found if owner == name]
        if addresses:
            return addresses
        name = aliases.get(name)
    raise NoAddress("name has no IPv4 address")


def _name(data, at):
    # (labels with their lengths, in lower case; position after them). Raises IndexError or
    # ValueError.
    name = b""
    after = 0
    first = at
    size = data[at]
    while size:
        if size > 63:
            after = after or at + 2
            at = (size & 63) << 8 | data[at + 1]
            # Always further back: no loops.
            if size < 0xC0 or at >= first:
                raise ValueError
            first = at
        else:
            name += data[at : at + 1 + size].lower()
            at += 1 + size
            if len(name) > 254:
                raise ValueError
        size = data[at]
    return name, after or at + 1


def _address(host, port):
    # As this port's socket wants it; numeric, so that this doesn't wait. RP2 warns of SOCK_DGRAM.
    return socket.getaddrinfo(host, port, socket.AF_INET)[0][-1]


async def ask(host, server, port, timeout_ms):
    """The addresses of ``host`` that ``server`` (an address) knows.

    From a random port, with a random id. Raises NoAddress, ResolveError (also: no reply), OSError.
    """
    start = ticks_ms()
    random = os.urandom(4)
    question = query(host, random[:2])
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.bind(_address("0.0.0.0", 49152 + ((random[2] << 8 | random[3]) & 16383)))
        # Connected, the stack itself drops what comes from another address or port: recvfrom
        # gives the sender in another form on each kind of MicroPython.
        sock.connect(_address(server, port))
        sock.send(question)
        while ticks_diff(ticks_ms(), start) < timeout_ms:
            wait_ms = 0
            try:
                found = answer(sock.recv(512), question)
                if found:
                    return found
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    raise
                wait_ms = _LOOK_MS
            await sleep_ms(wait_ms)
    finally:
        sock.close()
    raise ResolveError("no reply from the name server")


async def find(host, servers, port, timeout_ms):
    """An address of ``host``, one at random if there are several; ``servers`` in turn.

    Raises ResolveError where none of them knows one in time.
    """
    start = ticks_ms()
    reason = None
    for i in range(_TRIES):
        left_ms = min(_TRY_MS, timeout_ms - ticks_diff(ticks_ms(), start))
        try:
            found = await ask(host, servers[i % len(servers)], port, left_ms)
            return found[os.urandom(1)[0] % len(found)]
        except (ResolveError, OSError) as error:
            reason = error
        if left_ms < _TRY_MS or isinstance(reason, NoAddress):
            break
    raise ResolveError("no address for %s: %s" % (host, reason))
