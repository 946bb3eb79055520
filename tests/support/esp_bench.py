"""A bare ESP32 for tests, on both interpreters: flash, partition table, boot loader, esp32.

``power_on()`` and ``reset()`` run the boot loader, as the chip does. Import from here.
"""

# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

import sys

_HERE = __file__.replace("\\", "/")
_ROOT = _HERE[: -len("tests/support/esp_bench.py")]

sys.path.insert(0, _ROOT + "tools/ucharge/sim/chip")
import app_image  # noqa: E402, F401
import esp32  # noqa: E402
import nor  # noqa: E402
import ota_boot  # noqa: E402

sys.path.pop(0)

SLOT_SECTORS = 12
LAYOUT = ota_boot.small_layout(SLOT_SECTORS, 4)


def make_flash(layout=LAYOUT, flash_class=nor.NorFlash):
    """An empty flash with the partition table ``layout``."""
    sectors = ota_boot.sectors_of(layout)
    flash = flash_class(nor.MemoryCells(sectors), sectors, program_bytes=1)
    flash.program(ota_boot.TABLE_AT, ota_boot.pack_table(layout))
    return flash


class Board:
    """An ESP32 with ``images`` (label -> bytes) in its partitions; not yet powered."""

    def __init__(self, images, layout=LAYOUT):
        self.flash = make_flash(layout)
        self.ota = ota_boot.Ota(self.flash)
        self.running = None
        for label, data in images.items():
            self.put(label, data)

    def put(self, label, data, at=0):
        """Flash ``data`` by cable."""
        start = next(row[2] for row in self.ota.table if row[4] == label) + at
        memoryview(self.flash.cells.data)[start : start + len(data)] = data

    def reset(self):
        """Any reset but a soft one: the boot loader runs. The label it starts, or None."""
        row = self.ota.boot()
        esp32.power_on(self.ota, row)
        self.running = row[4] if row else None
        return self.running

    def states(self):
        """(slot number, state) of both otadata entries, None for one that is erased."""
        return [
            None
            if entry.sequence == 0xFFFFFFFF
            else ((entry.sequence - 1) % len(self.ota.apps), entry.state)
            for entry in self.ota.entries()
        ]
