"""The two families under the bench: where images lie, and what starts them.

``Rp2``: all is LittleFS, the loader chooses. ``Esp32``: partitions, otadata and a boot loader
whose own writes are flash operations, too. May import: the simulator's chip, ``loader``.
"""

# pyright: reportIncompatibleMethodOverride=false, reportAttributeAccessIssue=false

import esp32
import ota_boot
from model import Violation
from nor import MemoryCells

import samples
from cut_flash import Flash, make, mount
from loader import record
from loader.files import Files
from loader.header import Header
from loader.partition import open_slots
from loader.record import REJECTED
from loader.slots import FileSlot

_ROOT = "/d"


class Rp2:
    """A LittleFS with everything in it."""

    kind, board = "app", "sim_rp2"
    page_bytes = 256  # of LittleFS
    _sectors = 84

    def __init__(self):
        self._port = None
        self.flash = self._make_flash()
        make(self._storage(), self.page_bytes)

    def _make_flash(self):
        return Flash(MemoryCells(self._sectors), self._sectors)

    def _storage(self):
        return self.flash

    def mount(self):
        """A Files on a fresh mount."""
        self._port = mount(self._storage(), _ROOT, self._port, self.page_bytes)
        return Files(_ROOT)

    def slots(self, files):
        """Slot name -> slot."""
        return {name: FileSlot(files, name) for name in "ab"}

    def provision(self, files, images, home):
        """Put ``images`` (slot name -> model.Image) on the flash by cable; returns the slots."""
        slots = self.slots(files)
        for name, image in images.items():
            slots[name].append(image.payload)
            slots[name].publish(image.file[: -len(image.payload)])
        return slots

    def start(self):
        """What runs before the loader: nothing."""

    def check_start(self, files):
        """What was started is right."""

    def check_run(self, decision):
        """The slot that is to run can run."""

    def contents(self, files, slots):
        """What lies in the slots, as bytes by name."""
        return {name: files.read("/slots/%s.rom" % name, 1 << 20) for name in slots}


class Esp32(Rp2):
    """An ESP32 with as little flash as the scenarios need."""

    kind, board = "esp32", "sim_esp32"
    page_bytes = 32
    _layout = ota_boot.small_layout(11, 20)

    def _make_flash(self):
        sectors = ota_boot.sectors_of(self._layout)
        flash = Flash(MemoryCells(sectors), sectors, program_bytes=1)
        flash.program(ota_boot.TABLE_AT, ota_boot.pack_table(self._layout))
        self._ota = ota_boot.Ota(flash)
        self._running = self._ota.apps[0]
        return flash

    def _storage(self):
        esp32.power_on(self._ota, self._running)
        return esp32.Partition.find(esp32.Partition.TYPE_DATA, label="vfs")[0]

    def slots(self, files):
        return open_slots(files, esp32.Partition)

    def provision(self, files, images, home):
        cells = memoryview(self.flash.cells.data)
        for name, image in images.items():
            at = self._ota.apps["ab".index(name)][2]
            cells[at : at + len(image.payload)] = image.payload
            files.write("/slots/%s.mf" % name, image.file[: -len(image.payload)])
        if home == "b":  # with blank otadata the boot loader begins with the first slot
            self._ota.write(0, 2, ota_boot.VALID)
        self._running = self._ota.apps["ab".index(home)]
        esp32.power_on(self._ota, self._running)
        return self.slots(files)

    def start(self):
        self._running = self._ota.boot()
        if self._running is None:
            raise Violation("1: the boot loader finds no image")

    def check_start(self, files):
        held = record.read(files)
        if held and held.state == REJECTED and self._name() != held.home:
            raise Violation("2: the boot loader started a rejected image")

    def check_run(self, decision):
        if decision.slot != self._name():
            raise Violation("1: slot %s can't run, %s does" % (decision.slot, self._name()))

    def _name(self):
        return "ab"[self._ota.apps.index(self._running)]

    def contents(self, files, slots):
        found = {}
        for name in slots:
            header = slots[name].header()
            data = bytearray(header.payload_size if header else 0)
            self.flash.readblocks(0, data, self._ota.apps["ab".index(name)][2])
            found[name] = bytes(data)
        return found


CHIPS = {"rp2": Rp2, "esp32": Esp32}


def update_file(family, size, seed, version):
    """(update file, payload, digest) of an image for ``family``."""
    if family == "rp2":
        payload = samples.payload(size, seed)
        file = samples.update_file(payload, version=list(version), floor=list(version))
        head = file[: len(file) - len(payload)]
    else:
        import app_image

        app = app_image.make(samples.payload(6000, seed))
        payload, head = samples.esp32_image(app, seed, version, size - 8192)
        file = head + payload
    return file, payload, Header(head).digest
