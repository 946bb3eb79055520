"""What the flash holds, read from the chip's flash file by littlefs, not by the charger."""

import hashlib
import io
import json

from ucharge.device_loader import partition, slots
from ucharge.device_loader import record as records
from ucharge.sim import provision
from ucharge.sim.fakes import esp32, nor, ota_boot

PARTITIONS = {"a": provision.PARTITION + "ota_0", "b": provision.PARTITION + "ota_1"}
_TRIES = 5


class Flash:
    """A snapshot of a chip's flash, running or not: what a power cut now would leave.

    Quacks like ``loader.files.Files`` as far as reading goes.
    """

    def __init__(self, image):
        self._image = image
        self._partitions = provision.partitions(image)
        self.sizes = provision.list_files(image)

    def read(self, path, limit):
        """The bytes of ``path``, or None where it is missing or longer than ``limit``."""
        size = self.sizes.get(path)
        if size is None or size > limit:
            return None
        return provision.read_file(self._image, path)

    def size(self, path):
        """Bytes in ``path``, or None where there is no such file."""
        return self.sizes.get(path)

    def open(self, path, _mode="rb"):
        """``path`` as a binary file. Raises OSError."""
        if path not in self.sizes:
            raise FileNotFoundError(path)
        return io.BytesIO(provision.read_file(self._image, path))

    @property
    def record(self):
        """The newest valid boot record, or None."""
        return records.read(self)

    def slot(self, name):
        """Slot ``name`` ("a", "b"): digest(), version(), verifies(), marked(), proven()."""
        if not self._partitions:
            return slots.FileSlot(self, name)
        sectors = len(self._image) // nor.SECTOR_BYTES
        ota = ota_boot.Ota(nor.NorFlash(nor.MemoryCells(sectors, bytearray(self._image)), sectors))
        esp32.power_on(ota, ota.boot_partition())
        return partition.open_slots(self, esp32.Partition)[name]

    def payload_digest(self, name):
        """SHA-256 of what really lies in the slot, or None."""
        if self._partitions:
            header = self.slot(name).header()
            held = self._partitions[PARTITIONS[name]]
            return header and hashlib.sha256(held[: header.payload_size]).digest()
        if f"/slots/{name}.rom" not in self.sizes:
            return None
        return hashlib.sha256(self.open(f"/slots/{name}.rom").read()).digest()

    def json(self, path):
        """A file under /state as a dict, or None."""
        data = self.read(path, 65536)
        return None if data is None else json.loads(data)


def snapshot(chip):
    """The Flash of ``chip``. Raises FlashUnreadable."""
    for left in reversed(range(_TRIES)):
        try:
            # a running chip may write while the file is read
            return Flash(chip.flash_path.read_bytes())
        except provision.FlashUnreadable:
            if not left:
                raise
    raise AssertionError
