"""Stands in for MicroPython's rp2 module: what firmware may touch of it.

May import: wires. Raw flash is refused: on stock builds all of it belongs to the file system.
"""

import network
from wires import IllegalUse

country = network.country


def bootsel_button():
    return 0


class Flash:
    def __init__(self, start=-1, len=-1):
        raise IllegalUse("rp2.Flash: the file system owns the flash")
