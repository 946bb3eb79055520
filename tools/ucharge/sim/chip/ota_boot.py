"""The ESP32's partition table, otadata and second-stage boot loader, on a NOR flash.

After ESP-IDF's bootloader_utility.c with CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE, as every build
of MicroPython has it, and as measured. Runs on both interpreters. May import: built-ins,
app_image. All writes are flash operations, so that a power cut can come between them.
"""

import binascii
import struct

import app_image

TABLE_AT = 0x8000
SECTOR_BYTES = 4096
APP, DATA = 0, 1
OTA_0, OTA_1 = 0x10, 0x11
OTADATA, FILES = 0, 0x81
NEW, PENDING, VALID, INVALID, ABORTED = 0, 1, 2, 3, 4
_ROW = "<HBBII16sI"
_ROW_MAGIC = 0x50AA
_ENTRY = "<I20sII"
_ERASED = 0xFFFFFFFF

# MicroPython's 4MiB-ota: (type, subtype, address, size, label).
LAYOUT_4MIB = (
    (DATA, 0x02, 0x9000, 0x4000, "nvs"),
    (DATA, OTADATA, 0xD000, 0x2000, "otadata"),
    (DATA, 0x01, 0xF000, 0x1000, "phy_init"),
    (APP, OTA_0, 0x10000, 0x180000, "ota_0"),
    (APP, OTA_1, 0x190000, 0x180000, "ota_1"),
    (DATA, FILES, 0x310000, 0xF0000, "vfs"),
)


def small_layout(slot_sectors, files_sectors):
    """The same partitions in as little flash as tests need."""
    slot, first = slot_sectors * SECTOR_BYTES, TABLE_AT + 3 * SECTOR_BYTES
    return (
        (DATA, OTADATA, TABLE_AT + SECTOR_BYTES, 2 * SECTOR_BYTES, "otadata"),
        (APP, OTA_0, first, slot, "ota_0"),
        (APP, OTA_1, first + slot, slot, "ota_1"),
        (DATA, FILES, first + 2 * slot, files_sectors * SECTOR_BYTES, "vfs"),
    )


def sectors_of(layout):
    """Sectors of flash that ``layout`` needs."""
    return max(row[2] + row[3] for row in layout) // SECTOR_BYTES


def pack_table(layout):
    """The bytes at TABLE_AT."""
    rows = [
        struct.pack(_ROW, _ROW_MAGIC, kind, subtype, address, size, label.encode(), 0)
        for kind, subtype, address, size, label in layout
    ]
    return b"".join(rows)


def read_table(flash):
    """The rows of the partition table on ``flash``, as in ``LAYOUT_4MIB``."""
    data = bytearray(SECTOR_BYTES)
    flash.readblocks(TABLE_AT // SECTOR_BYTES, data)
    return unpack_table(data)


def unpack_table(data):
    """The rows in ``data``, the bytes at TABLE_AT."""
    layout = []
    for at in range(0, len(data), 32):
        magic, kind, subtype, address, size, label, _ = struct.unpack_from(_ROW, data, at)
        if magic != _ROW_MAGIC:
            break
        label = bytes(byte for byte in label if byte).decode()
        layout.append((kind, subtype, address, size, label))
    return tuple(layout)


class Entry:
    """One of the two otadata entries."""

    def __init__(self, data):
        self.sequence, _, self.state, self.crc = struct.unpack(_ENTRY, data)

    @property
    def has_right_crc(self):
        """The CRC covers the sequence alone."""
        return self.crc == crc_of(self.sequence)

    @property
    def is_invalid(self):
        """Erased, or out of the race."""
        return self.sequence == _ERASED or self.state in (INVALID, ABORTED)

    @property
    def is_valid(self):
        """Counts when the boot loader chooses."""
        return not self.is_invalid and self.has_right_crc


def crc_of(sequence):
    """An entry's CRC."""
    return binascii.crc32(struct.pack("<I", sequence), _ERASED) & _ERASED


class Ota:
    """otadata and the app partitions of ``flash`` for the chip ``chip_id``."""

    def __init__(self, flash, chip_id=0):
        self.flash = flash
        self.chip_id = chip_id
        self.table = read_table(flash)
        self.apps = sorted(row for row in self.table if row[0] == APP and row[1] & 0xF0 == OTA_0)
        places = [row[2] for row in self.table if row[:2] == (DATA, OTADATA)]
        self._otadata = places[0] if places else None

    @property
    def has_otadata(self):
        """False on a table without OTA."""
        return self._otadata is not None

    def entries(self):
        """Both otadata entries."""
        out = []
        for index in (0, 1):
            data = bytearray(32)
            self.flash.readblocks(self._sector(index), data, 0)
            out.append(Entry(data))
        return out

    def active(self, entries):
        """Index of the entry that counts, None without one: the higher sequence, the first
        of two alike."""
        valid = [index for index in (0, 1) if entries[index].is_valid]
        if len(valid) == 2:
            return 0 if entries[0].sequence >= entries[1].sequence else 1
        return valid[0] if valid else None

    def write(self, index, sequence, state):
        """Erase the sector, then write the entry: two operations."""
        sector = self._sector(index)
        self.flash.erase(sector)
        entry = struct.pack(_ENTRY, sequence, b"\xff" * 20, state, crc_of(sequence))
        self.flash.program(sector * SECTOR_BYTES, entry)

    def verify(self, row):
        """Raises ImageError unless ``row`` holds an app image for this chip."""
        flash = self.flash

        def read(at, size):
            data = bytearray(size)
            flash.readblocks(0, data, row[2] + at)
            return data

        app_image.verify(read, row[3], self.chip_id)

    def boot_partition(self):
        """What otadata names, whatever runs."""
        entries = self.entries()
        index = self.active(entries)
        if index is None:
            return self.apps[0]
        return self.apps[(entries[index].sequence - 1) % len(self.apps)]

    def set_boot(self, row):
        """esp_ota_set_boot_partition(). Raises ImageError; otadata is then as it was."""
        self.verify(row)
        number, count = row[1] & 0x0F, len(self.apps)
        entries = self.entries()
        active = self.active(entries)
        if active is None:
            self.write(0, number + 1, NEW)
            return
        sequence = (number + 1) % count
        while entries[active].sequence > sequence:
            sequence += count
        self.write(1 - active, sequence, NEW)

    def mark_valid(self):
        """esp_ota_mark_app_valid_cancel_rollback(): False where no entry counts (ESP_FAIL)."""
        entries = self.entries()
        active = self.active(entries)
        if active is None:
            return False
        if entries[active].state != VALID:
            self.write(active, entries[active].sequence, VALID)
        return True

    def boot(self):
        """The boot loader: the row it starts, or None where no image is whole."""
        entries = self.entries()
        for index, entry in enumerate(entries):
            if entry.state == PENDING:
                entry.state = ABORTED
                self.write(index, entry.sequence, ABORTED)
        is_virgin = all(e.sequence == _ERASED or not e.has_right_crc for e in entries)
        first = 0
        active = self.active(entries)
        if active is not None:
            first = (entries[active].sequence - 1) % len(self.apps)
            if entries[active].state == NEW:
                self.write(active, entries[active].sequence, PENDING)
        # Backwards from the one chosen, then forwards.
        order = list(range(first, -1, -1)) + list(range(first + 1, len(self.apps)))
        for number in order:
            row = self.apps[number]
            try:
                self.verify(row)
            except app_image.ImageError:
                continue
            if is_virgin:
                self.write(0, number + 1, VALID)
            return row
        return None

    def _sector(self, index):
        return self._otadata // SECTOR_BYTES + index
