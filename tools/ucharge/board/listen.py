"""A board's console, line by line, without disturbing it."""

import time

from ucharge.board.connection import NoBoard, open_port

_AGAIN_S = 0.5


def lines(port, patience_s=10.0):
    """Yield each line (str) the board at ``port`` prints, for ever.

    A port that goes away comes back with a reset (USB): it is opened again for ``patience_s``.
    Raises NoBoard.
    """
    serial, rest = open_port(port), b""
    serial.timeout = _AGAIN_S
    try:
        while True:
            try:
                rest += serial.read(max(1, serial.in_waiting))
            except OSError:
                serial.close()
                serial = _reopen(port, patience_s)
                continue
            *whole, rest = rest.split(b"\n")
            for line in whole:
                yield line.decode(errors="replace").rstrip("\r")
    finally:
        serial.close()


def _reopen(port, patience_s):
    deadline = time.monotonic() + patience_s
    while True:
        try:
            serial = open_port(port)
        except NoBoard:
            if time.monotonic() > deadline:
                raise
            time.sleep(_AGAIN_S)
        else:
            serial.timeout = _AGAIN_S
            return serial
