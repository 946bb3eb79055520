"""The flash of a simulated chip: a file that survives the chip's process."""

from pathlib import Path

from ucharge.sim import provision
from ucharge.sim.errors import ChipError


class FlashFile:
    """The flash in the folder ``directory``; read and made anew while the chip is off."""

    def __init__(self, directory, family, sectors=None):
        self.directory = Path(directory)
        self.family = family
        self.sectors = sectors or provision.SECTORS[family]

    @property
    def is_on(self) -> bool:
        """The chip has power."""
        return False

    @property
    def flash_path(self):
        """The file that is the flash."""
        return self.directory / "flash.bin"

    @property
    def operations(self):
        """Erases and programmed pages since provisioning."""
        return int.from_bytes(self.counter_path.read_bytes(), "little")

    def provision(self, files):
        """Make the flash anew from a dict of device path -> bytes. Raises FlashFull."""
        self._must_be_off()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.flash_path.write_bytes(provision.make_image(files, self.sectors, self.family))
        self.counter_path.write_bytes(bytes(4))

    def read_file(self, path):
        """The bytes of a file in the flash, None where it is missing."""
        self._must_be_off()
        return provision.read_file(self.flash_path.read_bytes(), path)

    def list_files(self):
        """Dict of device path -> size."""
        self._must_be_off()
        return provision.list_files(self.flash_path.read_bytes())

    def partitions(self):
        """ "@" + label -> bytes of an ESP32's app partitions and otadata; else empty."""
        self._must_be_off()
        return provision.partitions(self.flash_path.read_bytes())

    @property
    def counter_path(self):
        """The file that counts the operations."""
        return self.directory / "flash.operations"

    def _must_be_off(self):
        if self.is_on:
            raise ChipError("the chip is on", "stop() or kill() it first")
