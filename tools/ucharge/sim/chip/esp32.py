"""Stands in for MicroPython's esp32 module: the OTA partitions, as measured on a real ESP32.

Runs on both interpreters; ``power_on`` gives it a flash. What aborts the real chip calls
``on_abort``, out of reach of the firmware. May import: built-ins, app_image, ota_boot.
"""

# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false

import app_image
from ota_boot import APP, DATA

_SECTOR_BYTES = 4096
_ENOENT = 2
_FAIL = (-1, "ESP_FAIL")
_INVALID_ARG = (-258, "ESP_ERR_INVALID_ARG")
_INVALID_SIZE = (-260, "ESP_ERR_INVALID_SIZE")
_NOT_FOUND = (-261, "ESP_ERR_NOT_FOUND")
_VALIDATE_FAILED = (-5379, "ESP_ERR_OTA_VALIDATE_FAILED")


class ChipAbort(BaseException):
    """abort(): the chip panics and resets."""


class _State:
    ota = None
    running = None
    on_abort = None


_state = _State()


def power_on(ota, running, on_abort=None):
    """The chip runs the row ``running`` of ``ota``, an ota_boot.Ota; ``on_abort()`` ends it."""
    _state.ota, _state.running, _state.on_abort = ota, running, on_abort


def _abort():
    if _state.on_abort:
        _state.on_abort()
    raise ChipAbort


class Partition:
    BOOT = 0
    RUNNING = 1
    TYPE_APP = APP
    TYPE_DATA = DATA

    def __init__(self, id, block_size=_SECTOR_BYTES):
        if block_size != _SECTOR_BYTES:
            raise ValueError("block_size is not simulated")
        self._ota = _state.ota
        if isinstance(id, tuple):
            self._row = id
        elif id == self.BOOT:
            self._row = _state.ota.boot_partition()
        elif id == self.RUNNING:
            self._row = _state.running
        elif isinstance(id, str):
            rows = [row for row in _state.ota.table if row[4] == id]
            if not rows:
                raise OSError(_ENOENT)
            self._row = rows[0]
        else:
            raise ValueError

    @staticmethod
    def find(type=APP, subtype=0xFF, label=None, block_size=_SECTOR_BYTES):
        return [
            Partition(row)
            for row in _state.ota.table
            if row[0] == type and subtype in (0xFF, row[1]) and label in (None, row[4])
        ]

    def info(self):
        return self._row + (False,)

    def readblocks(self, block, buf, offset=0):
        at = self._place(block * _SECTOR_BYTES + offset, len(buf))
        self._ota.flash.readblocks(0, buf, at)

    def writeblocks(self, block, buf, offset=None):
        if offset is None:
            self._erase(block * _SECTOR_BYTES, len(buf))
        at = self._place(block * _SECTOR_BYTES + (offset or 0), len(buf))
        self._refuse_running()
        self._ota.flash.program(at, buf)

    def ioctl(self, operation, argument):
        if operation in (1, 2, 3):
            return 0
        if operation == 4:
            return self._row[3] // _SECTOR_BYTES
        if operation == 5:
            return _SECTOR_BYTES
        if operation == 6:
            self._erase(argument * _SECTOR_BYTES, _SECTOR_BYTES)
            return 0
        return None

    def set_boot(self):
        if self._row[0] != APP or not self._ota.has_otadata:
            raise OSError(*_INVALID_ARG)
        try:
            self._ota.set_boot(self._row)
        except app_image.ImageError:
            raise OSError(*_VALIDATE_FAILED)

    def get_next_update(self):
        apps = self._ota.apps
        return Partition(apps[(apps.index(_state.running) + 1) % len(apps)])

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        if not _state.ota.has_otadata:
            raise OSError(*_NOT_FOUND)
        if not _state.ota.mark_valid():
            raise OSError(*_FAIL)

    def _erase(self, start, size):
        at = self._place(start, size)
        if size % _SECTOR_BYTES:
            raise OSError(*_INVALID_SIZE)
        self._refuse_running()
        for sector in range(at // _SECTOR_BYTES, (at + size) // _SECTOR_BYTES):
            self._ota.flash.erase(sector)

    def _place(self, start, size):
        if start < 0 or start > self._row[3]:
            raise OSError(*_INVALID_ARG)
        if start + size > self._row[3]:
            raise OSError(*_INVALID_SIZE)
        return self._row[2] + start

    def _refuse_running(self):
        if self._row == _state.running:
            _abort()
