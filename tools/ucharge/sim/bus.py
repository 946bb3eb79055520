"""The line between a chip's process and its runner: text lines over loopback TCP.

From the chip:
    hello BOOT              first line: the number the runner gave this start. The answer is
                            one line of JSON with the chip's settings
    ready COST FREE         the fakes are in (COST bytes of heap), FREE bytes are left
    wdt MS / feed           the watchdog is armed (again) / fed
    pin N LEVEL             an output: 0, 1, or - when it is left floating
    pwm N FREQ DUTY         a PWM output, DUTY in 1/65535
    scratch I VALUE         a watchdog scratch register was written
    rtc HEX                 the ESP32's RTC memory was written
    running LABEL           the partition that the ESP32's boot loader has started
    reset / soft_reset / abort / cut   why the process ends as soon as it is answered
To the chip:
    pilot HIGH LOW          the pilot's two plateaus in mV
    pulse N COUNT           low-high pulses on an input
    level N LEVEL           an input's level
    adc N VALUE             what an ADC other than the pilot's reads, in 1/65535
    wifi up|down|wrong      the network it may join
    weld LEVEL|-            the contactor's feedback is stuck at a level / follows the coil
    interrupt               Ctrl-C on the console
    bye                     the reason of the end has arrived
"""

import asyncio
import contextlib
import json
from typing import Any


class ChipBus:
    """Listens on loopback for one chip after another; every line goes to ``on_line(text)``."""

    def __init__(self, on_line):
        self._on_line = on_line
        self._server = None
        self._link = None
        self._boot = 0
        self._settings = {}
        self._closed = asyncio.Event()

    @property
    def port(self):
        """The port chips connect to."""
        return self._server.sockets[0].getsockname()[1]

    async def open(self):
        """Start listening."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Link(self), "127.0.0.1", 0)

    def close(self):
        """Stop listening and drop the chip's connection."""
        if self._server is not None:
            self._server.close()
        if self._link is not None:
            self._link.abort()
            self._link = None

    def expect(self, boot, settings):
        """Only the chip that says ``boot`` is heard from now on; it is sent ``settings``."""
        self._boot = boot
        self._settings = settings
        self._link = None
        self._closed = asyncio.Event()

    async def drained(self, timeout_s):
        """After the chip's end: until all it sent was handled, or it never connected."""
        if self._link is not None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._closed.wait(), timeout_s)

    def send(self, text):
        """One line to the chip; without one it is lost, as a signal to a dead chip is."""
        if self._link is not None:
            self._link.transport.write(text.encode() + b"\n")

    def _line(self, link, text):
        if link is self._link:
            self._on_line(text)
        elif text == f"hello {self._boot}":
            self._link = link
            self.send(json.dumps(self._settings))
        else:
            link.abort()

    def _lost(self, link):
        if link is self._link:
            self._link = None
            self._closed.set()


class _Link(asyncio.Protocol):
    # Not a StreamReader: that drops the lines before a connection reset, and they tell why the
    # chip ended.
    def __init__(self, bus):
        self._bus = bus
        self._rest = b""
        self.transport: Any = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._bus._line(self, line.decode())

    def connection_lost(self, exc):
        self._bus._lost(self)

    def abort(self):
        if self.transport is not None:
            self.transport.abort()
