"""A chip's console as a terminal (pty), for programs that speak to a board on a serial port.

Two ptys, and between them what a serial port's silicon does. The chip's process has one as its
controlling terminal, so that Ctrl-C interrupts it anywhere. MicroPython's unix port throws away
what was typed when it begins or ends to read; a real port keeps it: it waits here meanwhile.
"""

import asyncio
import fcntl
import os
import pty
import re
import struct
import termios
import time
import tty

from ucharge.sim.console import Line

_CTRL_A, _CTRL_B, _CTRL_C = b"\x01", b"\x02", b"\x03"
# After one of these the REPL may stop to read.
_SEGMENT = re.compile(rb"[^\r\x01-\x04]*[\r\x01-\x04]|.+", re.DOTALL)
_POLL_S = 0.004
_LONE_NEWLINE = re.compile(rb"(?<!\r)\n")


class Terminal:
    """``path``: what a program opens as the board's port. on_line(Line): for every line."""

    def __init__(self, on_line):
        self._on_line = on_line
        self._user, self._user_end = pty.openpty()
        tty.setraw(self._user_end)
        os.set_blocking(self._user, False)
        self.path = os.ttyname(self._user_end)
        self._chip = self._chip_end = -1
        self._typed = b""
        self._line = b""
        self._after_return = False
        self._timer = None
        self.is_raw = False  # the REPL: a soft reset leaves it so

    def open(self):
        """Listen to the user's side. For the loop that runs."""
        asyncio.get_running_loop().add_reader(self._user, self._from_user)

    def close(self):
        """The chip is off; the user's side stays, as an adapter on a dead board does."""
        asyncio.get_running_loop().remove_reader(self._user)
        self._hang_up()
        self._typed, self.is_raw = b"", False

    def begin(self, kind):
        """A process is about to start, after a reset of ``kind`` (None: power on).

        Returns the path of its terminal.
        """
        self._hang_up()
        if kind == "soft_reset":
            self.show(b"MPY: soft reboot\r\n")
            self._typed = _CTRL_A * self.is_raw + self._typed
        else:
            self._typed, self.is_raw = b"", False
        self._chip, self._chip_end = pty.openpty()
        mode = termios.tcgetattr(self._chip_end)
        mode[1] &= ~termios.OPOST
        mode[3] = mode[3] & ~(termios.ICANON | termios.ECHO) | termios.ISIG
        termios.tcsetattr(self._chip_end, termios.TCSANOW, mode)
        os.set_blocking(self._chip, False)
        asyncio.get_running_loop().add_reader(self._chip, self._from_chip)
        self._deliver()
        return os.ttyname(self._chip_end)

    def type(self, data):
        """As if the user had typed ``data``."""
        self._typed += data
        self._deliver()

    def _hang_up(self):
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._chip >= 0:
            self._from_chip()  # its last words
            asyncio.get_running_loop().remove_reader(self._chip)
            os.close(self._chip)
            os.close(self._chip_end)
            self._chip = self._chip_end = -1

    def _from_user(self):
        try:
            self.type(os.read(self._user, 4096))
        except BlockingIOError:
            pass

    def _deliver(self):
        """What was typed to the chip, as far as its REPL reads; a Ctrl-C at any time."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if not self._typed or self._chip < 0:
            return
        is_reading = not termios.tcgetattr(self._chip_end)[3] & termios.ISIG
        if is_reading and not self._unread():
            segment = _SEGMENT.findall(self._typed)[0]
            self._typed = self._typed[len(segment) :]
            self.is_raw = (self.is_raw or segment[-1:] == _CTRL_A) and segment[-1:] != _CTRL_B
            os.write(self._chip, segment)
        elif not is_reading and _CTRL_C in self._typed:
            self._typed = self._typed.replace(_CTRL_C, b"", 1)
            os.write(self._chip, _CTRL_C)
        if self._typed:
            self._timer = asyncio.get_running_loop().call_later(_POLL_S, self._deliver)

    def _unread(self):
        return struct.unpack("i", fcntl.ioctl(self._chip_end, termios.FIONREAD, bytes(4)))[0]

    def _from_chip(self):
        while True:
            try:
                data = os.read(self._chip, 65536)
            except OSError:
                return
            if not data:
                return
            text = _LONE_NEWLINE.sub(b"\r\n", (b"\r" if self._after_return else b"") + data)
            text = text[1:] if self._after_return else text
            self._after_return = data.endswith(b"\r")
            self.show(text)

    def show(self, data):
        """Send ``data`` to the user, as the chip would."""
        try:
            os.write(self._user, data)
        except BlockingIOError:
            pass  # nobody listens
        *lines, self._line = (self._line + data).split(b"\n")
        for text in lines:
            line = Line(text.decode(errors="replace").rstrip("\r"))
            line.at_s = time.monotonic()
            self._on_line(line)

    def __del__(self):
        for descriptor in (self._user, self._user_end, self._chip, self._chip_end):
            if descriptor >= 0:
                os.close(descriptor)
