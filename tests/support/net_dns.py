"""Name servers for tests, honest and other ones, on loopback; on both interpreters."""

import asyncio
import random
import socket

from ticks import sleep_ms


def wire_name(text):
    """Labels with their lengths, and the root."""
    labels = b"".join(bytes((len(each),)) + each.encode() for each in text.split("."))
    return labels + b"\0"


def record(owner, kind, data, klass=1):
    """A resource record; ``owner`` in wire form."""
    head = bytes((0, kind, 0, klass, 0, 0, 0, 60, len(data) >> 8, len(data) & 255))
    return owner + head + data


def a_record(address, owner=b"\xc0\x0c"):
    """An A record, by default of the name asked for."""
    return record(owner, 1, bytes(int(part) for part in address.split(".")))


def reply_to(question, *records, flags=b"\x81\x80", number=None):
    """A whole reply with these answers."""
    head = (number or question[:2]) + flags + bytes((0, 1, 0, len(records), 0, 0, 0, 0))
    return head + question[12:] + b"".join(records)


def numeric(host, port):
    """An address in the form this interpreter's sockets want."""
    return socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)[0][-1]


def bound(host, port):
    """A non-blocking UDP socket; raises OSError when the port is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.bind(numeric(host, port))
    except OSError:
        sock.close()
        raise
    return sock


class NameServer:
    """``script(question)`` gives [(delay_ms, datagram)]; a third item True: from another port.

    ``async with NameServer(script) as server: ... server.port, server.questions``
    """

    def __init__(self, script, host="127.0.0.1", port=0):
        self.port = port
        self.questions = []
        self.senders = []
        self._host = host
        self._script = script

    async def __aenter__(self):
        wanted = self.port
        while True:
            self.port = wanted or random.randint(20000, 32000)
            try:
                self._sock = bound(self._host, self.port)
                break
            except OSError:
                if wanted:
                    raise
        self._liar = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._task = asyncio.create_task(self._serve())
        return self

    async def __aexit__(self, kind, value, traceback):
        self._task.cancel()
        try:
            await self._task
        except asyncio.CancelledError:
            pass
        self._sock.close()
        self._liar.close()

    async def _serve(self):
        while True:
            try:
                question, sender = self._sock.recvfrom(600)
            except OSError:
                await sleep_ms(2)
                continue
            self.questions.append(question)
            self.senders.append(bytes(sender) if isinstance(sender, bytearray) else sender)
            for delay_ms, data, *is_other in self._script(question):
                await sleep_ms(delay_ms)
                (self._liar if is_other else self._sock).sendto(data, sender)


def says(*addresses):
    """The script of an honest server."""
    return lambda question: [(0, reply_to(question, *[a_record(each) for each in addresses]))]


def silent(question):
    """The script of a server that says nothing."""
    return []
