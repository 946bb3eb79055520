"""The ESP32's boot loader: which slot it started, which it starts next, and on what terms.

No Python call tells an image's state, so ``otadata`` is read: two sectors with an entry each,
of which the one with the higher sequence counts. A slot chosen by set_boot is NEW, PENDING
while it runs for the first time, VALID once it was marked, and ABORTED by the next reset if
it was not. May import: built-ins; ``esp32.Partition`` by argument.
"""

import binascii
import errno
import struct

_ENTRY = "<I20sII"  # sequence, label, state, CRC of the sequence
_ENTRY_SIZE = 32
_ERASED = 0xFFFFFFFF
NEW, PENDING, VALID, INVALID, ABORTED = 0, 1, 2, 3, 4

_OTA_SUBTYPES = {"a": 0x10, "b": 0x11}
_OTADATA_SUBTYPE = 0
_CHIP_ID_AT = 12  # in the header of an app image


class BootLoader:
    """``partitions``: slot name -> its partition; ``running``: name of the slot started.

    ``chip_id``: of the running image, so of this chip.
    """

    def __init__(self, partition_class):
        """Raises OSError where the partition table has no two OTA slots or no otadata."""
        self._class = partition_class
        self.partitions = {
            name: _only(partition_class.find(partition_class.TYPE_APP, subtype))
            for name, subtype in _OTA_SUBTYPES.items()
        }
        self._otadata = _only(partition_class.find(partition_class.TYPE_DATA, _OTADATA_SUBTYPE))
        running = partition_class(partition_class.RUNNING)
        self.running = _name(running.info()[1])
        head = bytearray(_CHIP_ID_AT + 2)
        running.readblocks(0, head, 0)
        self.chip_id = head[_CHIP_ID_AT] | head[_CHIP_ID_AT + 1] << 8

    def chosen(self):
        """The slot that otadata names: what ``Partition.BOOT`` is."""
        return _slot(self._best(()))

    def next(self):
        """The slot a reset would start now: an image that is PENDING loses its turn."""
        return _slot(self._best((PENDING,)))

    def state(self):
        """State of the running slot's entry, or None: otadata names another slot."""
        entry = self._best(())
        return entry[1] if entry and _slot(entry) == self.running else None

    def start_next(self, name):
        """Have the next reset start slot ``name``. Raises OSError: no whole image there.

        A plain reset is left to do it where it can: set_boot overwrites the older entry, which
        may be the only VALID one. A power cut would then start the image just rejected.
        """
        if self.next() != name:
            self.partitions[name].set_boot()

    def confirm(self):
        """The running slot is the one to go back to from now on. Raises OSError.

        The mark goes to the entry that otadata names, whatever runs; so that comes first.
        """
        if self.chosen() != self.running or not self._best(()):
            self.partitions[self.running].set_boot()
        if self.state() != VALID:
            self._class.mark_app_valid_cancel_rollback()
        if self.state() != VALID:
            raise OSError(errno.EIO)

    def _best(self, passed_over):
        """(sequence, state) of the entry that counts, or None."""
        best = None
        data = bytearray(_ENTRY_SIZE)
        for sector in (0, 1):
            self._otadata.readblocks(sector, data, 0)
            sequence, _, state, crc = struct.unpack(_ENTRY, data)
            if sequence == _ERASED or crc != binascii.crc32(data[:4], _ERASED) & _ERASED:
                continue
            if state in (INVALID, ABORTED) or state in passed_over:
                continue
            if best is None or sequence > best[0]:
                best = (sequence, state)
        return best


def _slot(entry):
    """The slot of ``entry``; without one the boot loader takes the first."""
    return "ab"[(entry[0] - 1) % 2] if entry else "a"


def _only(found):
    if len(found) != 1:
        raise OSError(errno.ENODEV)
    return found[0]


def _name(subtype):
    for name, known in _OTA_SUBTYPES.items():
        if known == subtype:
            return name
    raise OSError(errno.ENODEV)
